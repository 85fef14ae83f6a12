"""The highlighted line can be read in every theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from rich.color import Color

    from tui.conftest import Driver, Running

PLACES = {
    "personas": ("at",),
    "problems": ("4",),
    "doctor": ("!",),
    "snippets": ("enter", "f4"),
    "settings": (",",),
}


def colours(driver: Driver, option: int) -> set[Color | None]:
    """Return the colours of the letters of a visible option."""
    listing = driver.screen.query_one(VimList)
    lines = [listing.render_line(y) for y in range(listing.scrollable_content_region.height)]
    return {
        segment.style.color
        for line in lines
        for segment in line
        if segment.style and segment.style.meta.get("option") == option and segment.text.strip()
    }


@pytest.mark.parametrize("theme", ["fluffy", "textual-light", "ansi-dark"])
@pytest.mark.parametrize("place", PLACES)
async def test_the_highlighted_line_has_the_cursors_colour(running: Running, place: str, theme: str) -> None:
    async with running(persona="sarah", size=(120, 40)) as driver:
        driver.app.theme = theme
        await driver.press(*PLACES[place], "g")
        listing = driver.screen.query_one(VimList)
        cursor = listing.get_visual_style("option-list--option", "option-list--option-highlighted")
        assert colours(driver, 0) == {cursor.rich_style.color}
        await driver.press("j")
        assert colours(driver, 1) == {cursor.rich_style.color}
        assert colours(driver, 0) != {cursor.rich_style.color} or listing.option_count == 1
