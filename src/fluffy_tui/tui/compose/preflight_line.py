"""The line of marks under the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from fluffy_tui.tui.compose.preflight import Level
from fluffy_tui.tui.keymap.bindings import Place, own_keys
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.tui.compose.preflight import Mark

_TONES = {
    Level.FINE: "$text-success",
    Level.PENDING: "$foreground-muted",
    Level.WARNING: "$text-warning",
    Level.STOPS: "$text-error",
}
_ORDER = (Level.STOPS, Level.WARNING, Level.PENDING, Level.FINE)
_GAP = "   "
WIDE = 100
"""Columns from which every mark is shown; below, those that are fine are counted only."""


class PreflightLine(Static):
    """What stops the post comes first, with the key that mends it; what is fine comes last.

    Args:
        own: the person's own keys, by action id.
        place: where the line stands, whose keys are told.
    """

    DEFAULT_CSS = """
    PreflightLine { height: auto; max-height: 3; padding: 0 1; }
    """

    def __init__(self, own: Mapping[str, str] | None = None, place: Place = Place.COMPOSE) -> None:
        super().__init__("", id="preflight", markup=False)
        self._own, self._places = own or {}, (place, Place.PERSONAS, Place.EVERYWHERE)
        self.marks: tuple[Mark, ...] = ()

    def show(self, marks: Sequence[Mark]) -> None:
        """Show new marks."""
        self.marks = tuple(marks)
        self._lay_out()

    def on_resize(self) -> None:
        """Lay the marks out for the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        shown = sorted(self.marks, key=lambda mark: _ORDER.index(mark.verdict))
        fine = [mark for mark in shown if mark.verdict is Level.FINE]
        if fine and len(fine) < len(shown) and self.size.width < WIDE:
            shown = [mark for mark in shown if mark.verdict is not Level.FINE]
            parts = [
                *map(self._drawn, shown),
                Content.styled(f"✓ {len(fine)} more are fine", "$text-success"),
            ]
        else:
            parts = [*map(self._drawn, shown)]
        self.update(Content("\n").join(_lines(parts, self.content_size.width)))

    def _drawn(self, mark: Mark) -> Content:
        """Draw a mark with its sign, its words and the key that mends it."""
        parts = [Content.styled(f"{mark.verdict} ", _TONES[mark.verdict]), Content(one_line(mark.words))]
        if mark.key:
            parts.append(
                Content.styled(
                    f" {own_keys(mark.key, self._own, *self._places)}", "bold $footer-key-foreground"
                )
            )
        return Content("").join(parts)


def _lines(parts: Sequence[Content], width: int) -> list[Content]:
    """Lay marks into lines, none broken between its words."""
    lines: list[Content] = []
    for part in parts:
        if lines and lines[-1].cell_length + len(_GAP) + part.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], _GAP, part)
        else:
            lines.append(part)
    return lines
