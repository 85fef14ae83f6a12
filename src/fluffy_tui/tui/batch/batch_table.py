"""The table in which a batch is reviewed: slot, photo, caption, and preflight or result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.message import Message
from textual.widgets import DataTable

from fluffy_tui.tui.compose import Level, Mark
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.text.times import moment_words
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from textual.binding import BindingType

    from fluffy_tui.tui.batch.model import Batch, BatchPost

WHEN_WIDTH = 13
PHOTO_WIDTH = 14
SMALLEST_CAPTION = 10
STATE = "state"
ROOM_FOR_NAMES = 70
"""Columns from which the photos' names are shown too, and why they were taken where that is known."""


class BatchTable(DataTable[Text]):
    """One row per post; `enter` opens its caption."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.LIST),
        *bindings(Place.FILL, only=("fill.edit",)),
    ]
    DEFAULT_CSS = """
    BatchTable {
        height: 1fr;
        background: transparent;
        scrollbar-size-vertical: 1;
        & > .datatable--header { background: transparent; color: $text-muted; text-style: none; }
        & > .datatable--cursor { background: $surface-lighten-1; color: $foreground; text-style: none; }
        &:ansi > .datatable--header { background: transparent; color: $text-muted; }
        &:focus > .datatable--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """

    @dataclass
    class Opened(Message):
        """The user wants to edit a post."""

        number: int

    def __init__(self) -> None:
        super().__init__(id="table", cursor_type="row", zebra_stripes=False, cell_padding=1)
        self._batch: Batch | None = None
        self._now: datetime | None = None

    @property
    def lines(self) -> list[str]:
        return [" │ ".join(cell.plain for cell in self.get_row_at(row)) for row in range(self.row_count)]

    def show(self, batch: Batch, now: datetime) -> None:
        """Show a batch, with the cursor on its current post."""
        self._batch, self._now = batch, now
        with self.prevent(DataTable.RowHighlighted):
            self._fill(batch, now)

    def on_resize(self) -> None:
        if self._batch is not None and self._now is not None:
            self.show(self._batch, self._now)

    def action_edit(self) -> None:
        self.post_message(self.Opened(self.cursor_row))

    def action_first(self) -> None:
        self.move_cursor(row=0)

    def action_last(self) -> None:
        self.move_cursor(row=max(0, self.row_count - 1))

    def _fill(self, batch: Batch, now: datetime) -> None:
        self.clear(columns=True)
        widths = self._widths(has_reasons=any(map(batch.reason, range(len(batch.posts)))))
        for label, width in widths.items():
            self.add_column(label, width=width, key=label)
        for number, entry in enumerate(batch.posts):
            cells = {
                "when": moment_words(entry.slot, now, batch.zone) if entry.slot else "no free slot",
                "photo": one_line(entry.photo.name),
                "caption": one_line(entry.draft.caption),
                "why": batch.reason(number),
                STATE: _state(entry, batch.marks(number, now)),
            }
            self.add_row(*(_cell(cells[label], width) for label, width in widths.items()))
        self.move_cursor(row=batch.position, animate=False)

    def _widths(self, *, has_reasons: bool) -> dict[str, int]:
        """Share the width among the columns: captions, reasons and marks get equal parts of what the others leave."""
        width = self.size.width or 80
        has_room = width >= ROOM_FOR_NAMES
        names = {"photo": PHOTO_WIDTH} if has_room else {}
        equal = ["caption", *(["why"] if has_room and has_reasons else []), STATE]
        left = width - WHEN_WIDTH - sum(names.values()) - 2 * (1 + len(names) + len(equal)) - 1
        part = max(SMALLEST_CAPTION, left // len(equal))
        last = max(SMALLEST_CAPTION, left - part * (len(equal) - 1))
        return {"when": WHEN_WIDTH, **names, **dict.fromkeys(equal, part), STATE: last}


def _cell(text: str, width: int) -> Text:
    cell = Text(text, no_wrap=True, overflow="ellipsis")
    cell.truncate(width, overflow="ellipsis")
    return cell


def _state(entry: BatchPost, marks: Sequence[Mark]) -> str:
    """Return a post's result, or its preflight: what stops it first."""
    if entry.outcome:
        return f"{'✗' if entry.failed else '✓'} {entry.outcome}"
    serious = [
        f"{mark.level} {mark.words}"
        for level in (Level.STOPS, Level.WARNING)
        for mark in marks
        if mark.level is level
    ]
    fine = sum(mark.level is Level.FINE for mark in marks)
    pending = ["…"] if any(mark.level is Level.PENDING for mark in marks) else []
    return " · ".join([*serious, *pending, f"✓ {fine}"])
