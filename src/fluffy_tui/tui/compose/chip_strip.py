"""The parts of one post, its photos or its channels, as chips on one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.content import Content
from textual.widgets import Static


class ChipStrip(Static):
    """Chips in their order, the current one highlighted and always visible; hidden for a single one.

    Args:
        hint: The keys that act on it, for where there is room.
    """

    DEFAULT_CSS = """
    ChipStrip { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; display: none; }
    """

    def __init__(self, id: str, hint: str, clicked: Callable[[int], None]) -> None:  # noqa: A002 - Textual's own name
        super().__init__("", id=id, markup=False)
        self._hint, self._clicked = hint, clicked
        self._chips: Sequence[str] = ()
        self._current = 0
        self._ends: list[tuple[int, int]] = []

    def show(self, chips: Sequence[str], current: int) -> None:
        self._chips, self._current = chips, current
        self.display = len(chips) > 1
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        index = next((index for end, index in self._ends if offset is not None and offset.x < end), None)
        if index is not None:
            self._clicked(index)

    def _lay_out(self) -> None:
        """Draw as many chips around the current one as there is room for."""
        width = self.content_size.width
        if not self.display or not width:
            return
        chips = [self._drawn(index) for index in range(len(self._chips))]
        first = last = self._current
        room = width - chips[first].cell_length - 4  # for … at both ends
        while True:
            beside = [index for index in (last + 1, first - 1) if 0 <= index < len(chips)]
            fitting = [index for index in beside if chips[index].cell_length <= room]
            if not fitting:
                break
            room -= chips[fitting[0]].cell_length
            first, last = min(first, fitting[0]), max(last, fitting[0])
        drawn = Content("… " if first else "")
        self._ends = []
        for index in range(first, last + 1):
            drawn = Content.assemble(drawn, chips[index])
            self._ends.append((drawn.cell_length, index))
        if last + 1 < len(chips):
            drawn = Content.assemble(drawn, "…")
        gap = width - drawn.cell_length - len(self._hint)
        if gap >= 1:
            drawn = Content.assemble(drawn, " " * gap, (self._hint, "$foreground-disabled"))
        self.update(drawn)

    def _drawn(self, index: int) -> Content:
        style = "$block-cursor-foreground on $block-cursor-background" if index == self._current else ""
        return Content.assemble((f" {self._chips[index]} ", style), " ")
