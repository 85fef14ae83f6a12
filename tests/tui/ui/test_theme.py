"""Borders can be seen in every theme, and nothing of the theme before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from fluffy_tui.tui.ui.header import FrameHeader
from fluffy_tui.tui.ui.theme import FLUFFY, with_quiet_borders
from tui.live_posts import a_year
from tui.pressing import pictured

if TYPE_CHECKING:
    from tui.conftest import Running
    from tui.fakes import FakeServices


@pytest.mark.parametrize("name", [*BUILTIN_THEMES, FLUFFY.name])
def test_the_borders_of_unfocused_boxes_can_be_seen_in_every_theme(name: str) -> None:
    theme = {**BUILTIN_THEMES, FLUFFY.name: FLUFFY}[name]
    given = theme.to_color_system().generate() | theme.variables
    shown = with_quiet_borders(given)
    if name.startswith("ansi"):
        assert shown == given, "the terminal's own colours are not known"
        return
    background, border = Color.parse(shown["background"]), Color.parse(shown["border-blurred"])
    assert abs(border.brightness - background.brightness) >= 0.1
    assert {key: value for key, value in shown.items() if key != "border-blurred"} == {
        key: value for key, value in given.items() if key != "border-blurred"
    }


async def test_the_demo_is_named_readably_in_every_theme(running: Running) -> None:
    async with running(persona="sarah", demo=True) as driver:
        for name in [*BUILTIN_THEMES, FLUFFY.name]:
            driver.app.theme = name
            await driver.settle()
            header = driver.screen.query_one(FrameHeader).render_line(0)
            [style] = [part.style for part in header if part.text.strip() == "demo"]
            if name.startswith("ansi"):
                assert style.bgcolor != style.color, "the terminal's own colours are not known"
                continue
            colour, behind = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
            assert abs(colour.brightness - behind.brightness) >= 0.35, name


@pytest.mark.parametrize("keys", [(), ("tab",), ("T",), ("plus",), ("3",), ("5",), ("tab", "f1")])
async def test_nothing_keeps_the_background_of_another_theme(
    running: Running, services: FakeServices, keys: tuple[str, ...]
) -> None:
    a_year(services)
    before = FLUFFY.background or ""
    async with running(persona="sarah") as driver:
        await driver.press(*keys)
        await pictured(driver.pilot)
        assert before in driver.app.export_screenshot()
        driver.app.theme = "textual-light"
        await driver.settle()
        if "f1" in keys:
            await driver.press("escape")
        await pictured(driver.pilot)
        assert before not in driver.app.export_screenshot()
