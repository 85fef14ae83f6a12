"""The slots and posts of a channel, day by day, as the cells of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Step, channel_zone, slots
from fluffy_tui.tui.text.post_state import PostState, state_of, step_state

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Agenda, Planned, Slot

WEEK = 7
DAY = timedelta(days=1)

FREE = PostState("free", "·", "free")
"""How a slot without a post is shown."""
LEGEND = (FREE, *map(step_state, (Step.QUEUED, Step.ACCEPTED, Step.LIVE, Step.HELD, Step.FAILED)))
"""The states explained below the calendar."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A slot, or a post that goes out outside the slots."""

    at: datetime
    """When it is, in the channel's zone."""
    planned: Planned | None = None
    """None for a free slot."""

    @property
    def slot(self) -> Slot:
        """The hour of the week, by which slots are compared."""
        return self.at.weekday(), self.at.hour

    @property
    def state(self) -> PostState:
        return state_of(self.planned.post) if self.planned else FREE


@dataclass(frozen=True, slots=True)
class PlanDay:
    """A day of the calendar."""

    date: date
    cells: tuple[Cell, ...]
    """In order of time."""
    is_today: bool
    is_past: bool
    had_slots: bool
    """Whether it is today, and the channel had slots before this moment."""


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - day.weekday() * DAY


def today_of(agenda: Agenda) -> date:
    """Return the present day where the channel is."""
    zone = channel_zone(agenda.channel) if agenda.channel else UTC
    return agenda.now.astimezone(zone).date()


def days_of(agenda: Agenda, first: date, count: int) -> tuple[PlanDay, ...]:
    """Return so many days from the first on; none for a persona without a channel."""
    if agenda.channel is None:
        return ()
    zone, today = channel_zone(agenda.channel), today_of(agenda)
    cells: dict[date, list[Cell]] = {first + number * DAY: [] for number in range(count)}
    start, end = (datetime.combine(first + number * DAY, datetime.min.time(), zone) for number in (0, count))
    before_start = start.astimezone(UTC) - timedelta.resolution
    taken = {planned.at for planned in agenda.planned}
    free = slots(agenda.channel, max(agenda.now, before_start), end.astimezone(UTC) - timedelta.resolution)
    found = [Cell(slot.astimezone(zone)) for slot in free if slot not in taken]
    found += [Cell(planned.at.astimezone(zone), planned) for planned in (*agenda.planned, *agenda.failed)]
    for cell in sorted(
        found, key=lambda cell: (cell.at.astimezone(UTC), cell.planned.post.id if cell.planned else 0)
    ):
        if cell.at.date() in cells:
            cells[cell.at.date()].append(cell)
    midnight = datetime.combine(today, datetime.min.time(), zone).astimezone(UTC)
    had_slots = any(slots(agenda.channel, midnight - timedelta.resolution, agenda.now))
    return tuple(
        PlanDay(
            day,
            tuple(of_day),
            is_today=day == today,
            is_past=day < today,
            had_slots=had_slots and day == today,
        )
        for day, of_day in cells.items()
    )
