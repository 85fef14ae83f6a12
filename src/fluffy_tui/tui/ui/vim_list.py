"""A list that moves by vim's keys as well as by arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList

from fluffy_tui.tui.keymap.bindings import Place, bindings

if TYPE_CHECKING:
    from rich.color import Color


class VimList(OptionList, inherit_bindings=False):
    """Textual's option list with `j k g G ctrl+d ctrl+u`; prompts are never read as markup.

    It has no `enter` of its own: what that does is said, and shown in the footer, by the screen. The line under the
    cursor is drawn in the cursor's own colour throughout, since a theme's quiet and alarming colours are chosen for
    its background and cannot be read on the cursor's.
    """

    BINDINGS = bindings(Place.LIST)

    def __init__(self, *, id: str, classes: str = "") -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes, markup=False)

    def render_line(self, y: int) -> Strip:
        """Draw a line; the one under the cursor in one colour."""
        strip = super().render_line(y)
        segments = list(strip)
        if self.highlighted is None or not segments or not _is_of(segments[0], self.highlighted):
            return strip
        cursor = self.get_visual_style("option-list--option", "option-list--option-highlighted")
        return _in_one_colour(strip, cursor.rich_style.color)


def _is_of(segment: Segment, option: int) -> bool:
    """Whether a segment belongs to an option; Textual notes it for the mouse."""
    return segment.style is not None and segment.style.meta.get("option") == option


def _in_one_colour(strip: Strip, colour: Color | None) -> Strip:
    """Return a line in one colour; bold, dim and the like stay."""
    over = Style.from_color(colour)
    return Strip(
        [Segment(segment.text, (segment.style or Style()) + over) for segment in strip], strip.cell_length
    )
