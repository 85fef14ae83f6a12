"""The week in one table: when, which photo, what it says, and what would stop or mar it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.message import Message
from textual.widgets import DataTable

from fluffy_tui.tui.compose.preflight import Level
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.text.times import moment_words
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from textual.binding import BindingType

    from fluffy_tui.tui.batch.batch import Week, WeekPost
    from fluffy_tui.tui.compose.preflight import Mark

WHEN_WIDTH = 13
PHOTO_WIDTH = 14
SMALLEST_CAPTION = 10
STATE = "state"
ROOM_FOR_NAMES = 70
"""Columns from which the photos' names are shown too."""


class WeekTable(DataTable[Text]):
    """One line a post; `enter` leads to its caption."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.LIST),
        *bindings(Place.FILL, only=("fill.edit",)),
    ]
    DEFAULT_CSS = """
    WeekTable {
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
        """The caption of a line is wanted."""

        number: int

    def __init__(self) -> None:
        super().__init__(id="table", cursor_type="row", zebra_stripes=False, cell_padding=1)
        self._week: Week | None = None
        self._now: datetime | None = None

    @property
    def lines(self) -> list[str]:
        """What each line says."""
        return [" │ ".join(cell.plain for cell in self.get_row_at(row)) for row in range(self.row_count)]

    def show(self, week: Week, now: datetime) -> None:
        """Show the week as it is now; the cursor stays on its line."""
        self._week, self._now = week, now
        with self.prevent(DataTable.RowHighlighted):
            self._fill(week, now)

    def on_resize(self) -> None:
        """Lay the columns out for the new width."""
        if self._week is not None and self._now is not None:
            self.show(self._week, self._now)

    def action_open(self) -> None:
        """Ask for the caption of the line."""
        self.post_message(self.Opened(self.cursor_row))

    def action_first(self) -> None:
        """Go to the first line."""
        self.move_cursor(row=0)

    def action_last(self) -> None:
        """Go to the last line."""
        self.move_cursor(row=max(0, self.row_count - 1))

    def _fill(self, week: Week, now: datetime) -> None:
        row = self.cursor_row
        self.clear(columns=True)
        widths = self._widths()
        for label, width in widths.items():
            self.add_column(label, width=width, key=label)
        for number, entry in enumerate(week.posts):
            cells = {
                "when": moment_words(entry.slot, now, week.zone) if entry.slot else "no free slot",
                "photo": one_line(entry.photo.name),
                "caption": one_line(entry.text.caption),
                STATE: _state(entry, week.marks(number, now)),
            }
            self.add_row(*(_cell(cells[label], width) for label, width in widths.items()))
        self.move_cursor(row=min(row, max(0, self.row_count - 1)), animate=False)

    def _widths(self) -> dict[str, int]:
        """Share the columns out: the captions have what is left, and the marks as much as they."""
        width = self.size.width or 80
        names = {"photo": PHOTO_WIDTH} if width >= ROOM_FOR_NAMES else {}
        left = width - WHEN_WIDTH - sum(names.values()) - 2 * (3 + len(names)) - 1
        caption = max(SMALLEST_CAPTION, left // 2)
        return {"when": WHEN_WIDTH, **names, "caption": caption, STATE: max(SMALLEST_CAPTION, left - caption)}


def _cell(text: str, width: int) -> Text:
    cell = Text(text, no_wrap=True, overflow="ellipsis")
    cell.truncate(width, overflow="ellipsis")
    return cell


def _state(entry: WeekPost, marks: Sequence[Mark]) -> str:
    """Say what became of a post, or what was found before it is sent: what stops it first."""
    if entry.outcome:
        return f"{'✗' if entry.went_wrong else '✓'} {entry.outcome}"
    told = [
        f"{mark.verdict} {mark.words}"
        for verdict in (Level.STOPS, Level.WARNING)
        for mark in marks
        if mark.verdict is verdict
    ]
    fine = sum(mark.verdict is Level.FINE for mark in marks)
    pending = ["…"] if any(mark.verdict is Level.PENDING for mark in marks) else []
    return " · ".join([*told, *pending, f"✓ {fine}"])
