"""Clocks: one for durations, one for the time of day with its zone, and how far two of the latter may differ.

The one for durations runs on while the computer sleeps, and is not changed when the time of day is set.
"""

from __future__ import annotations

import time
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar

TOLERATED_SKEW = timedelta(minutes=1)
"""How far this computer's clock may differ from another before that is reported."""

Day = TypeVar("Day", bound=date)

# Linux's monotonic clock stands still during sleep, macOS's does not.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed_seconds() -> float:
    """Return seconds since an arbitrary moment; only differences mean anything."""
    return time.clock_gettime(_CLOCK)


class SystemZone(tzinfo):
    """The local time zone of this machine, including its daylight saving changes.

    `datetime.astimezone()` without a zone gives a fixed offset, which is wrong for a time half a year away.
    """

    def fromutc(self, dt: datetime) -> datetime:
        """Return the local time, with `fold` set in the repeated hour."""
        moment = dt.replace(tzinfo=UTC)
        local = moment.astimezone()
        fold = (moment - timedelta(hours=1)).astimezone().replace(tzinfo=None) == local.replace(tzinfo=None)
        return local.replace(tzinfo=self, fold=int(fold))

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Return the offset at that local time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:
        """Return None: the platform does not report it separately."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        """Return the abbreviation at that local time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()


def system_clock() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def skew_words(lead: timedelta, whose: str) -> str:
    """Return how far a clock is ahead of another, or behind it if `lead` is negative, as `5 minutes ahead of`."""
    minutes = max(1, round(abs(lead).total_seconds() / 60))
    amount = f"{minutes // 60} h {minutes % 60} min"
    if minutes < 120:
        amount = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"{amount} {'ahead of' if lead > timedelta(0) else 'behind'} {whose} clock"


def months_later(day: Day, months: int) -> Day:
    """Return the same day, or moment, some months later, or the last day of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
