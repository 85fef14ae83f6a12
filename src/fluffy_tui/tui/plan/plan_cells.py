"""The slots and posts of a channel's next two weeks, as the cells of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Step, channel_zone, slots
from fluffy_tui.tui.text.post_state import PostState, state_of, step_state

if TYPE_CHECKING:
    from datetime import date

    from fluffy_tui.scheduling import Agenda, Planned

DAYS = 14
WEEK = 7

FREE = PostState("free", "·", "free")
"""How a slot without a post is shown."""
LEGEND = (FREE, *map(step_state, (Step.QUEUED, Step.ACCEPTED, Step.LIVE, Step.HELD)))
"""The states explained below the calendar."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A slot, or a post that goes out outside the slots."""

    at: datetime
    """In the channel's zone."""
    planned: Planned | None = None
    """None for a free slot."""

    @property
    def state(self) -> PostState:
        """How the cell is shown."""
        return state_of(self.planned.post) if self.planned else FREE


def cells_of(agenda: Agenda) -> tuple[tuple[date, tuple[Cell, ...]], ...]:
    """Return the next fourteen days, starting today, each with its cells in order of time."""
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
