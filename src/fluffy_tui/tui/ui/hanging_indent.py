"""Wrapping of long lines with a hanging indent."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

LEAST_ROOM = 16
"""Columns of text below which lines are not indented: a narrower column would be unreadable."""


def hanging(head: Content, words: Content, room: int | None) -> Content:
    """Return head and words as one text whose further lines start below the first word.

    Nothing is wrapped while the room, the width of a line, is not known yet.
    """
    return Content("\n").join(hanging_lines(head, words, room))


def hanging_lines(head: Content, words: Content, room: int | None) -> list[Content]:
    """Return the lines of `hanging`."""
    indent = head.cell_length
    if room is None or room - indent < LEAST_ROOM or indent + words.cell_length <= room:
        return [Content.assemble(head, words)]
    first, *others = words.wrap(room - indent)
    return [Content.assemble(head, first), *(Content.assemble(" " * indent, line) for line in others)]


class HangingText(Widget):
    """Lines with a hanging indent, wrapped to the width that the layout gives them."""

    DEFAULT_CSS = """
    HangingText { height: auto; text-wrap: nowrap; }
    """

    def __init__(self, rows: Iterable[tuple[Content, Content]] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows = tuple(rows)
        self._laid_out: tuple[int, list[Content]] = (0, [])
        """For which width, and its lines."""

    def show(self, rows: Iterable[tuple[Content, Content]]) -> None:
        """Show other rows, and lay the screen out again if they take more or fewer lines."""
        width, before = self._laid_out
        self._rows, self._laid_out = tuple(rows), (0, [])
        self.refresh(layout=not before or len(self._lines(width)) != len(before))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        if self._laid_out[0] != width:
            lines = [line for head, words in self._rows for line in hanging_lines(head, words, width)]
            self._laid_out = width, lines
        return self._laid_out[1]
