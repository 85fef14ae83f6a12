"""Two weeks of a channel's slots as a calendar, one row of days under the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fluffy_tui.scheduling import channel_zone, slots
from fluffy_tui.tui.wording import one_line, state_sign, state_tone

if TYPE_CHECKING:
    from datetime import date

    from textual import events

    from fluffy_tui.scheduling import Agenda, Planned

DAYS = 14
WEEK = 7
EMPTY = "·"
ROOM_FOR_WORDS = 13
"""Columns from which the beginning of a caption says more than the sign alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot, or a post that goes out beside the slots."""

    at: datetime
    """In the channel's zone."""
    planned: Planned | None = None
    """None for an empty slot."""


def cells_of(agenda: Agenda) -> tuple[tuple[date, tuple[Cell, ...]], ...]:
    """Return the coming fourteen days, today first, each with its cells in the order of time."""
    if agenda.channel is None:
        return ()
    zone = channel_zone(agenda.channel)
    today = agenda.now.astimezone(zone).date()
    days: dict[date, list[Cell]] = {today + timedelta(days=number): [] for number in range(DAYS)}
    end = datetime.combine(today + timedelta(days=DAYS), datetime.min.time(), zone).astimezone(UTC)
    taken = {planned.at for planned in agenda.planned}
    free = (slot for slot in slots(agenda.channel, agenda.now, end) if slot not in taken)
    found = [Cell(slot.astimezone(zone)) for slot in free]
    found += [Cell(planned.at.astimezone(zone), planned) for planned in agenda.planned]
    for cell in sorted(
        found, key=lambda cell: (cell.at.astimezone(UTC), cell.planned.post.id if cell.planned else 0)
    ):
        if cell.at.date() in days:
            days[cell.at.date()].append(cell)
    return tuple((day, tuple(cells)) for day, cells in days.items())


class PlanGrid(Widget, can_focus=True):
    """The calendar, with a cursor on one cell; empty slots are dots, the post taken up stands between angles."""

    DEFAULT_CSS = """
    PlanGrid {
        height: auto;
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
        &:focus { border: round $border; border-title-color: $text; }
    }
    """

    cursor: reactive[tuple[int, int]] = reactive((0, 0), init=False)
    """Number of the day, number of the cell in it."""
    taken_up: reactive[int | None] = reactive(None)
    """Id of the post that is to be moved or swapped."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another cell."""

        grid: PlanGrid
        cell: Cell | None

    def __init__(self) -> None:
        super().__init__(id="plan")
        self._days: tuple[tuple[date, tuple[Cell, ...]], ...] = ()

    @property
    def cell(self) -> Cell | None:
        """The cell under the cursor; None on a day without any."""
        day, row = self.cursor
        cells = self._days[day][1] if day < len(self._days) else ()
        return cells[row] if row < len(cells) else None

    @property
    def cells(self) -> list[Cell]:
        """All cells, in order."""
        return [cell for _, cells in self._days for cell in cells]

    @property
    def empty(self) -> list[Cell]:
        """The empty slots shown, in order."""
        return [cell for cell in self.cells if cell.planned is None]

    def show(self, agenda: Agenda) -> None:
        """Show what is planned now; the cursor stays at its moment, or goes to the first cell."""
        before = self.cell
        self._days = cells_of(agenda)
        self.refresh(layout=True)
        at = before.at if before else agenda.now
        spots = [(day, row) for day, (_, cells) in enumerate(self._days) for row in range(len(cells))]
        later = [spot for spot in spots if self._days[spot[0]][1][spot[1]].at >= at]
        self.cursor = (later or spots or [(0, 0)])[0]
        self.post_message(self.Highlighted(self, self.cell))

    def watch_cursor(self) -> None:
        """Say where the cursor is."""
        self.post_message(self.Highlighted(self, self.cell))

    def move_day(self, by: int) -> None:
        """Go to another day that has cells."""
        day, row = self.cursor
        numbers = range(day + by, len(self._days)) if by > 0 else range(day + by, -1, -1)
        found = next((number for number in numbers if self._days[number][1]), None)
        if found is not None:
            self.cursor = (found, min(row, len(self._days[found][1]) - 1))

    def move_row(self, by: int) -> None:
        """Go up or down on the day; from its end to the same day of the other week."""
        day, row = self.cursor
        if day < len(self._days) and 0 <= row + by < len(self._days[day][1]):
            self.cursor = (day, row + by)
            return
        other = day + (WEEK if by > 0 else -WEEK)
        if 0 <= other < len(self._days) and self._days[other][1]:
            self.cursor = (other, 0 if by > 0 else len(self._days[other][1]) - 1)

    def on_click(self, event: events.Click) -> None:
        """Go to the cell that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None or not self._days:
            return
        column = min(WEEK - 1, offset.x // max(1, self.content_size.width // WEEK))
        first_rows = 1 + self._rows(0)
        week, line = (0, offset.y) if offset.y < first_rows else (1, offset.y - first_rows)
        day = week * WEEK + column
        if day < len(self._days) and 0 < line <= len(self._days[day][1]):
            self.cursor = (day, line - 1)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Return as many lines as the fullest days of both weeks need."""
        del container, viewport, width
        return 2 + self._rows(0) + self._rows(1)

    def render(self) -> Content:
        """Draw both weeks."""
        width = max(8, self.content_size.width // WEEK)
        lines = []
        for week in (0, 1):
            days = self._days[week * WEEK : (week + 1) * WEEK]
            heads = [Content.styled(f"{day:%a} {day.day}".ljust(width), "bold") for day, _ in days]
            lines.append(Content("").join(heads))
            for row in range(self._rows(week)):
                parts = [
                    self._drawn(cells[row] if row < len(cells) else None, (week * WEEK + number, row), width)
                    for number, (_, cells) in enumerate(days)
                ]
                lines.append(Content("").join(parts))
        return Content("\n").join(lines)

    def _rows(self, week: int) -> int:
        days = self._days[week * WEEK : (week + 1) * WEEK]
        return max((len(cells) for _, cells in days), default=0) or 1

    def _drawn(self, cell: Cell | None, spot: tuple[int, int], width: int) -> Content:
        if cell is None:
            return Content(" " * width)
        room = width - 1
        if cell.planned is None:
            text, tone = f"{cell.at:%H:%M} {EMPTY}", "$foreground-muted"
        else:
            post = cell.planned.post
            tone = f"$text-{state_tone(post)}" if state_tone(post) != "foreground" else "$foreground"
            caption = f" {one_line(post.caption)}" if room >= ROOM_FOR_WORDS else ""
            if post.id == self.taken_up:
                text = f"‹{cell.at:%H:%M}{state_sign(post)}{caption}"
            else:
                text = f"{cell.at:%H:%M} {state_sign(post)}{caption}"
        here = spot == self.cursor
        text = f"{'▌' if here else ' '}{text}"
        drawn = (
            Content(text).truncate(room, ellipsis=True).pad_right(max(0, room - Content(text).cell_length))
        )
        style = "$block-cursor-foreground on $block-cursor-background" if here and self.has_focus else tone
        return Content.assemble(drawn.stylize(style), " ")
