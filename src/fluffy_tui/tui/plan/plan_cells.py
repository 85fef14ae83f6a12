"""What stands in a channel's coming days: a cell for each slot and each post, and how its state is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Step, channel_zone, slots

if TYPE_CHECKING:
    from datetime import date

    from fluffy_tui.scheduling import Agenda, Planned

DAYS = 14
WEEK = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot, or a post that goes out beside the slots."""

    at: datetime
    """In the channel's zone."""
    planned: Planned | None = None
    """None for an empty slot."""


@dataclass(frozen=True, slots=True)
class CellState:
    """How a cell is told: never by its colour alone."""

    sign: str
    """One character, another for each state."""
    word: str
    tone: str
    """Which of the grid's colours suits it."""


EMPTY = CellState("·", "empty", "empty")
_SENDING = CellState("●", "sending", "primary")
_STATES = {
    Step.ACCEPTED: CellState("✓", "queued", "success"),
    Step.PUBLISHING: CellState("▲", "going out", "success"),
    Step.LIVE: CellState("■", "posted", "posted"),
    Step.HELD: CellState("!", "held", "warning"),
    Step.UNCONFIRMED: CellState("?", "unsure", "warning"),
}
LEGEND = (EMPTY, _SENDING, _STATES[Step.ACCEPTED], _STATES[Step.LIVE], _STATES[Step.HELD])
"""The states that one meets every day."""


def state_of(cell: Cell) -> CellState:
    """Return how a cell's state is told."""
    if cell.planned is None:
        return EMPTY
    step = cell.planned.post.step
    return _STATES.get(step, _SENDING) if step else _SENDING


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
