"""The highlighted line can be read in every theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.ui.vim_list import VimList

if TYPE_CHECKING:
    from rich.color import Color

    from tui.conftest import Driver, Running

PLACES = {
    "SnippetsScreen": ("enter", "f4"),
    "PersonasScreen": ("escape", "escape", "at"),
    "ProblemsScreen": ("escape", "4"),
    "DoctorScreen": ("!",),
    "SettingsScreen": ("escape", "comma"),
}
"""Every screen with a list, and the keys that open it from the previous one."""


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
async def test_the_highlighted_line_has_the_cursors_colour(running: Running, theme: str) -> None:
    async with running(persona="sarah", size=(120, 40)) as driver:
        driver.app.theme = theme
        for place, keys in PLACES.items():
            await driver.press(*keys, "g")
            assert type(driver.screen).__name__ == place
            listing = driver.screen.query_one(VimList)
            cursor = listing.get_visual_style("option-list--option", "option-list--option-highlighted")
            assert colours(driver, 0) == {cursor.rich_style.color}, place
            await driver.press("j")
            assert colours(driver, 1) == {cursor.rich_style.color}, place
            assert colours(driver, 0) != {cursor.rich_style.color} or listing.option_count == 1, place
