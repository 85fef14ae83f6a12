"""The slots of a channel's posting schedule: arithmetic without a clock of its own."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fluffy_tui.buffer import Channel

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Buffer's `DayOfWeek`, in the order of `datetime.weekday`."""
HORIZON = timedelta(days=400)
"""How far ahead slots are searched; Buffer documents no limit of its own."""


def channel_zone(channel: Channel) -> ZoneInfo:
    """Return the time zone of a channel's schedule; UTC if Buffer names an unknown one."""
    try:
        return ZoneInfo(channel.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, or a long name
        return ZoneInfo("UTC")


def slots(channel: Channel, after: datetime, until: datetime | None = None) -> Iterator[datetime]:
    """Yield the channel's slots later than `after` and not later than `until`, in order, each once, in UTC.

    Slots are wall-clock times: 09:00 stays 09:00 when the clocks change. A slot in the hour that is skipped in spring
    is an hour later by the clock; one in the hour that occurs twice in autumn counts the first time. Without `until`,
    the end is `HORIZON` after the first.
    """
    zone = channel_zone(channel)
    end = until or after + HORIZON
    times = {
        day.day: sorted({time.fromisoformat(text) for text in day.times})
        for day in channel.posting_schedule
        if not day.paused
    }
    date, last = after.astimezone(zone).date(), end.astimezone(zone).date()
    before = after
    while date <= last:
        moments = {
            datetime.combine(date, at, zone).astimezone(UTC) for at in times.get(DAYS[date.weekday()], ())
        }
        for moment in sorted(moments):
            if before < moment <= end:
                before = moment
                yield moment
        date += timedelta(days=1)
