"""The slots of a channel's posting schedule: which moments `addToQueue` may fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fluffy_tui.demo.stand_in.world import Channel, DaySchedule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Buffer's `DayOfWeek`, in the order of `datetime.weekday`."""

HORIZON_DAYS = 731
"""How far ahead to look for slots; Buffer's own horizon is not documented."""


def week(days: str, *times: str) -> tuple[DaySchedule, ...]:
    """Make a posting schedule with the same `times` ("09:00") on each of `days` ("tue wed")."""
    wanted = days.split()
    return tuple(DaySchedule(day, times if day in wanted else ()) for day in DAYS)


def slots(channel: Channel, after: datetime) -> Iterator[datetime]:
    """Yield the channel's slots later than `after`, in order, in UTC.

    The schedule holds wall-clock times in the channel's own zone, so 09:00 stays 09:00 when the clocks change.
    """
    zone = ZoneInfo(channel.timezone)
    schedule = {day.day: sorted(day.times) for day in channel.posting_schedule if not day.paused}
    first = after.astimezone(zone).date()
    for offset in range(HORIZON_DAYS):
        date = first + timedelta(days=offset)
        for text in schedule.get(DAYS[date.weekday()], ()):
            moment = datetime.combine(date, time.fromisoformat(text), tzinfo=zone).astimezone(UTC)
            if moment > after:
                yield moment


def next_free_slot(channel: Channel, after: datetime, taken: Iterable[datetime]) -> datetime | None:
    """Return the first slot after `after` that is not taken; None for a channel without slots."""
    occupied = set(taken)
    return next((slot for slot in slots(channel, after) if slot not in occupied), None)
