"""Whatever names, captions and messages hold, nothing of it acts on the terminal, on any screen."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.widgets import Input

import textual_internals
from fluffy_tui.core.health import Check, Health
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.photos import KeywordSource, PhotoTexts
from fluffy_tui.scheduling import OutsidePost
from fluffy_tui.themes import Theme
from fluffy_tui.tui.platform.terminal_gate import TerminalGate
from tui.fakes import NOW, changed, with_channels
from tui.fakes.caption_model import FakeCaptionModel

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices

HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x9b31m\u202e\ud800\x7f\x00\r\b[/b][@click=app.quit]\n\u200b"
"""Sets the clipboard, changes the colour, turns the text round, is no UTF-8, and no markup."""


@given(st.lists(st.text(st.characters(exclude_categories=()))))
def test_lines_stay_as_wide_as_they_were(texts: list[str]) -> None:
    segments = [Segment(text) for text in texts]
    passed = TerminalGate().apply(segments, Color(0, 0, 0))
    assert not any(UNSAFE.search(segment.text) for segment in passed)
    assert [cell_len(segment.text) for segment in passed] == [cell_len(text) for text in texts]


def test_ordinary_lines_pass_untouched() -> None:
    segments = [Segment("first snow é 👩‍👩‍👧"), Segment("שלום")]
    assert TerminalGate().apply(segments, Color(0, 0, 0)) is segments


def make_hostile(services: FakeServices, driver_setup: Any) -> None:
    """Put the text into everything that comes from others."""
    for photos in (services.photos.photos, services.scheduling._photos):
        for id_, photo in photos.items():
            photos[id_] = replace(photo, path=Path(f"/photos/{HOSTILE}/{HOSTILE}{id_}.jpg"))
    for id_, post in services.scheduling.all_posts.items():
        services.scheduling.all_posts[id_] = changed(
            post,
            caption=f"{HOSTILE}{post.caption}{HOSTILE}",
            alt_text=HOSTILE,
            error_message=f"{HOSTILE}{post.error_message}",
            external_link=f"javascript:{HOSTILE}",
            support_url=f"https://a.b/{HOSTILE}",
            media_url=f"https://a.b/{HOSTILE}",
            buffer_post_id=HOSTILE,
        )
    services.personas.channels = [
        replace(channel, name=f"{HOSTILE}{channel.name}", display_name=HOSTILE)
        for channel in services.personas.channels
    ]
    for id_, persona in services.personas.personas.items():
        named = replace(persona, name=f"{persona.name}{HOSTILE}", description=HOSTILE)
        channels = [chosen.channel for chosen in persona.channels if chosen.channel is not None]
        services.personas.personas[id_] = with_channels(
            named, *(replace(channel, name=f"{HOSTILE}{channel.name}") for channel in channels)
        )
    for id_ in (1, 2, 3):
        services.photos.written[id_] = PhotoTexts(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
        services.keywords.kept[id_] = {(f"k{HOSTILE}", KeywordSource.XMP): f"k{HOSTILE}"}
    services.filters.kept = {"f": (f"f{HOSTILE}", f"#k{HOSTILE}")}
    services.themes.kept = {1: Theme(1, 1, f"k{HOSTILE}", 30, 2)}
    services.profile.outside = [
        OutsidePost(1, "channel-1", NOW, HOSTILE * 40, f"javascript:{HOSTILE}", 1, has_thumbnail=False)
    ]
    services.caption_model = model = FakeCaptionModel()
    model.captions, model.alt_text = (HOSTILE,) * 3, HOSTILE
    driver_setup.found = [Check(f"a{HOSTILE}", Health.FAIL, f"b{HOSTILE}", f"c{HOSTILE}")]


def acting(driver: Driver) -> list[str]:
    """Return the lines of the screen that would act on the terminal, and those with what is left of the text."""
    lines = textual_internals.screen_lines(driver.screen)
    return [line for line in lines if UNSAFE.search(line)]


SCREENS: dict[str, tuple[str, ...]] = {
    "library": (),
    "filter": ("slash",),
    "similar": ("m",),
    "composer": ("enter",),
    "same picture": ("enter", "f8"),
    "snippet picker": ("enter", "ctrl+g"),
    "recent captions": ("enter", "ctrl+l"),
    "posts": ("2",),
    "post details": ("2", "enter"),
    "edit post": ("2", "g", "j", "e"),
    "plan": ("3",),
    "problems": ("4",),
    "problem details": ("4", "enter"),
    "personas": ("at",),
    "settings": ("comma",),
    "doctor": ("exclamation_mark",),
    "channels": ("at", "c"),
    "import": ("at", "i"),
    "snippets": ("at", "s"),
    "themes": ("at", "t", "n"),
    "rename": ("at", "r"),
    "palette": ("ctrl+p",),
    "filmstrip": ("tab",),
    "contact sheet": ("T",),
    "batch": ("space", "space", "f"),
    "results": ("5",),
    "posts from elsewhere": ("2", "o"),
    "profile": ("3", "p"),
    "voice": ("at", "v"),
    "keywords": ("number_sign",),
    "list of themes": ("at", "t"),
    "compare": ("vertical_line",),
    "zoom": ("plus",),
    "suggestions": ("enter", "f7", "enter"),
}


async def test_no_screen_lets_text_act(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        make_hostile(services, driver.app.setup)
        driver.app.action_reload()
        await driver.heard()
        for name, keys in SCREENS.items():
            await driver.press("1")
            for key in ("", *keys):
                if key:
                    await driver.press(key)
                driver.app.notify(HOSTILE, title=HOSTILE, markup=False)
                await driver.settle()
                assert not acting(driver), (name, key)
            assert re.search(r"52;c;ZXZpbA|app\.quit", driver.screen_text()), name
            await leave(driver)


async def leave(driver: Driver) -> None:
    """Close what is open above the tab or the personas, and the fields in them."""
    while len(driver.app.screen_stack) > 1 or isinstance(driver.app.focused, Input):
        await driver.press("escape")


async def test_copied_text_does_not_act_where_it_is_pasted(running: Running) -> None:
    async with running() as driver:
        written = textual_internals.record_writes(driver.app)
        driver.app.copy_to_clipboard(f"a\n{HOSTILE}")
        await driver.settle()
        (sequence,) = [text for text in written if text.startswith("\x1b]52;c;")]
        copied = base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\a")).decode()
        visible = r"\x1b]52;c;ZXZpbA==\x07\x9b31m\u202e\ud800\x7f\x00\r\x08"
        assert copied == f"a\n{visible}[/b][@click=app.quit]\n\u200b", (
            "markup and lines are text in a clipboard"
        )
        assert not acting(driver)
