"""The line of preflight marks below the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from fluffy_tui.tui.compose.preflight import SEVERITY, Level, Mark
from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.keymap.key_hints import own_keys
from fluffy_tui.tui.text.words import one_line, plural

_TONES = {
    Level.FINE: "$text-success",
    Level.PENDING: "$foreground-muted",
    Level.WARNING: "$text-warning",
    Level.STOPS: "$text-error",
}
_GAP = "   "
WIDE = 100
"""Columns from which every mark is shown; on narrower screens marks that are fine are only counted."""


class PreflightLine(Widget):
    """What stops the post comes first, with the keys that lead to a fix; what is fine comes last."""

    DEFAULT_CSS = """
    PreflightLine { height: auto; max-height: 3; padding: 0 1; }
    """

    def __init__(self, own: Mapping[str, str], place: Place) -> None:
        super().__init__(id="preflight")
        self._own, self._places = own, (place, Place.PERSONAS, Place.EVERYWHERE)
        self.marks: tuple[Mark, ...] = ()

    def show(self, marks: Sequence[Mark]) -> None:
        self.marks = tuple(marks)
        size = self.content_size
        self.refresh(layout=size.height != self._height(size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._height(width)

    def _height(self, width: int) -> int:
        return max(1, len(self._lines(width)))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        shown = sorted(self.marks, key=lambda mark: -SEVERITY.index(mark.level))
        fine = [mark for mark in shown if mark.level is Level.FINE]
        if fine and len(fine) < len(shown) and width < WIDE:
            shown = [mark for mark in shown if mark.level is not Level.FINE]
            parts = [
                *map(self._drawn, shown),
                Content.styled(f"✓ {len(fine)} other {plural(len(fine), 'check')} passed", "$text-success"),
            ]
        else:
            parts = [*map(self._drawn, shown)]
        return _wrapped(parts, width)

    def _drawn(self, mark: Mark) -> Content:
        parts = [Content.styled(f"{mark.level} ", _TONES[mark.level]), Content(one_line(mark.words))]
        if mark.key:
            parts.append(
                Content.styled(
                    f" {own_keys(mark.key, self._own, *self._places)}", "bold $footer-key-foreground"
                )
            )
        return Content("").join(parts)


def _wrapped(parts: Sequence[Content], width: int) -> list[Content]:
    """Wrap marks into lines, none broken inside."""
    lines: list[Content] = []
    for part in parts:
        if lines and lines[-1].cell_length + len(_GAP) + part.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], _GAP, part)
        else:
            lines.append(part)
    return lines
