"""A database that does not answer, as when a table is locked: keys go on to work, and every screen can be left."""

from __future__ import annotations

import asyncio
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from fluffy_tui.tui.ui.help import HelpScreen

if TYPE_CHECKING:
    from tui.conftest import Running
    from tui.fakes import FakeServices

PORTS = (
    *("personas", "snippets", "photos", "keywords", "filters", "similarity", "scheduling"),
    *("planning", "profile", "themes", "workers"),
)

SCREENS = {
    "library": ((), ("j", "p", "m", "s", "B", "space", "f")),
    "filter": (("slash", *"fog"), ("ctrl+s", "enter")),
    "keywords": (("number_sign", *"fog"), ("enter",)),
    "compare": (("space", "space", "vertical_line"), ("p", "B", "z")),
    "composer": (("enter", *"fog"), ("ctrl+s",)),
    "photos of a post": (("enter", "alt+a"), ("down", "enter")),
    "batch": (("space", "space", "f"), ("ctrl+n", "ctrl+s")),
    "posts": (("2",), ("j", "slash", "enter", "o", "l")),
    "post": (("2", "enter"), ("r", "x")),
    "edit": (("2", "e", *"fog"), ("ctrl+s",)),
    "plan": (("3",), ("l", "j", "tab", "pagedown")),
    "profile": (("3", "p"), ("j", "l", "S", "enter")),
    "problems": (("4",), ("j", "r", "x")),
    "results": (("5",), ("m", "tab", "j", "enter")),
    "personas": (("at",), ("j", "c", "v", "t", "s")),
    "voice": (("at", "v", *"dry"), ("ctrl+s",)),
    "themes": (("at", "t"), ("j", "delete", "z")),
    "theme": (("at", "t", "n", *"fog", "tab", *"20", "tab", *"3"), ("ctrl+s",)),
    "snippets": (("at", "s"), ("j", "delete", "z")),
    "snippet": (("at", "s"), ("n", *"fog", "enter", *"#sea", "ctrl+s")),
    "channels": (("at", "c"), ("space", "enter")),
}
"""How each screen is reached, and what is pressed there while the database is silent."""

SAYS = {
    "composer": "Submitting…",
    "keywords": "One moment…",
    **dict.fromkeys(("edit", "voice", "theme", "snippet", "channels"), "Saving…"),
}
"""What is shown meanwhile where something is being saved."""


def silence(services: FakeServices, patch: pytest.MonkeyPatch) -> None:
    """Let every question to the database wait for ever."""

    async def wait(*_arguments: object, **_options: object) -> None:
        await asyncio.Event().wait()

    for port in (getattr(services, name) for name in PORTS):
        for name in dir(type(port)):
            if not name.startswith("__") and iscoroutinefunction(getattr(type(port), name)):
                patch.setattr(port, name, wait)


@pytest.mark.parametrize("name", SCREENS)
async def test_keys_work_and_escape_leaves(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    way, pressed = SCREENS[name]
    async with running(persona="sarah") as driver:
        await driver.press(*way)
        silence(services, monkeypatch)
        await driver.pilot.press(*pressed)
        assert SAYS.get(name, "") in driver.screen_text()
        for _ in range(5):
            discard = isinstance(driver.screen, ConfirmScreen)
            await driver.pilot.press("y" if discard else "escape")
        await driver.pilot.press("f1")
        assert isinstance(driver.screen, HelpScreen)
        assert len(driver.app.screen_stack) == 2, "nothing but the help is open over the tab"
