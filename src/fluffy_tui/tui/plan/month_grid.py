"""The month on the Plan tab: for each day how many posts are in which state, and how many slots are free."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip

from fluffy_tui.core.clocks import months_later
from fluffy_tui.tui.plan.plan_cells import DAY, FREE, WEEK, PlanDay, days_of, today_of
from fluffy_tui.tui.plan.slot_calendar import AROUND, SlotCalendar, heading, nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.segment import Segment
    from textual import events

    from fluffy_tui.scheduling import Agenda

_ORDER = f"■▲✓●!?✗{FREE.sign}"
"""The signs of states, those that need the least first."""


class MonthGrid(SlotCalendar):
    """A month in weeks from Monday on, with a cursor on one day."""

    day: reactive[date | None] = reactive(None, init=False)
    """Under the cursor; None before anything is shown."""

    def __init__(self) -> None:
        super().__init__("month")
        self._agenda: Agenda | None = None
        self._days: tuple[PlanDay, ...] = ()

    def span(self, today: date) -> tuple[date, date]:
        """Return the first day that is shown, and the one after the last."""
        days = [*_days_of_month(self.day or today)]
        return days[0], days[-1] + DAY

    @property
    def plan_day(self) -> PlanDay | None:
        return next((day for day in self._days if day.date == self.day), None)

    @property
    def region_of_cursor(self) -> Region:
        """The lines of the week under the cursor, in the grid."""
        lines = [n for n, (week, _) in enumerate(self._lines()) if week == self._week_of_cursor]
        return Region(0, lines[0] + 1, 1, len(lines)) if lines else Region(0, 0, 1, 1)

    def show(self, agenda: Agenda) -> None:
        """Show a plan; the cursor stays on its day, which is today at first."""
        self._agenda = agenda
        if self.day is None:
            self.set_reactive(MonthGrid.day, today_of(agenda))
        self._lay_out()

    def _lay_out(self) -> None:
        if self._agenda is None or self.day is None:
            return
        days = [*_days_of_month(self.day)]
        self._days = days_of(self._agenda, days[0], len(days))
        self.border_title = f"{self.day:%B %Y}"
        self.refresh(layout=True)
        self.post_message(self.Highlighted())

    def watch_day(self, before: date | None, day: date | None) -> None:
        if before is None or day is None or (before.year, before.month) != (day.year, day.month):
            self._lay_out()
            self.post_message(self.Turned())
        else:
            self.refresh()
            self.post_message(self.Highlighted())

    def action_previous_slot(self) -> None:
        """Go up, to the same day of the week before."""
        self._go(-WEEK)

    def action_next_slot(self) -> None:
        self._go(WEEK)

    def action_previous_day(self) -> None:
        self._go(-1)

    def action_next_day(self) -> None:
        self._go(1)

    def action_page_up(self) -> None:
        """Go to the same day of the month before."""
        self._go_months(-1)

    def action_page_down(self) -> None:
        self._go_months(1)

    def action_today(self) -> None:
        if self._agenda is not None:
            self.day = today_of(self._agenda)

    def _go(self, days: int) -> None:
        if self.day is not None:
            self.day += days * DAY

    def _go_months(self, by: int) -> None:
        if self.day is not None:
            self.day = months_later(self.day, by)

    def on_click(self, event: events.Click) -> None:
        offset, lines = event.get_content_offset(self), self._lines()
        if offset is not None and 0 < offset.y < len(lines):
            number = lines[offset.y][0] * WEEK + min(WEEK - 1, offset.x // (self._room + 1))
            self.day = self._days[number].date

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._lines())

    def render_line(self, y: int) -> Strip:
        lines, width = self._lines(), self.content_size.width
        if y >= len(lines):
            return Strip.blank(width, self.rich_style)
        week, kind = lines[y]
        if kind == "divider":
            return Strip([self._divider()])
        segments: list[Segment] = []
        for day in self._days[week * WEEK : (week + 1) * WEEK]:
            here = day.date == self.day
            match kind:
                case "weekdays":
                    segments += self._cell((f" {day.date:%a}", "free"))
                case "counts":
                    counts = self._counts(day, self._room - 1)
                    segments += self._cell(("▌" if here else " ", "bar"), *counts, here=here)
                case _:
                    number = self._number(day)
                    room = self._room - 1 - len(number[0])
                    counts = self._counts(day, room) if kind == "both" else []
                    segments += self._cell(("▌" if here else " ", "bar"), number, *counts, here=here)
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _number(self, day: PlanDay) -> tuple[str, str]:
        is_here = self.day is not None and day.date.month == self.day.month
        if day.is_today or is_here:
            return heading(f"{day.date.day:>2}", day, self._room - 1)
        return f"{day.date.day:>2}", "free"

    def _counts(self, day: PlanDay, room: int) -> list[tuple[str, str]]:
        """Return how many cells are in which state: `✓2 ·1`, closer together or without numbers where that fits."""
        if not day.cells:
            return [nothing(day, room)]
        counts = Counter((cell.state.sign, cell.state.tone) for cell in day.cells)
        in_order = sorted(counts, key=lambda state: _ORDER.find(state[0]))
        ways = (" {0}{1}", "{0}{1}", "{0}")
        found = [[(way.format(sign, counts[sign, tone]), tone) for sign, tone in in_order] for way in ways]
        return next((way for way in found if sum(len(words) for words, _ in way) <= room), found[-1])

    @property
    def _week_of_cursor(self) -> int:
        return next((n // WEEK for n, day in enumerate(self._days) if day.date == self.day), 0)

    def _lines(self) -> list[tuple[int, str]]:
        """Return the number of the week and what each line shows of it: as many lines as there is room for."""
        weeks = len(self._days) // WEEK
        room = self.app.size.height - AROUND
        kinds: Sequence[str] = ("both",)
        if 1 + 3 * weeks <= room:
            kinds = ("number", "counts", "divider")
        elif 1 + 2 * weeks <= room:
            kinds = ("number", "counts")
        lines = [(0, "weekdays"), *((week, kind) for week in range(weeks) for kind in kinds)]
        return lines[:-1] if lines[-1][1] == "divider" else lines


def _days_of_month(day: date) -> Sequence[date]:
    """Return all days of the weeks that the month of a day is in."""
    return [*Calendar().itermonthdates(day.year, day.month)]
