"""Clocks: one for durations, one for the time of day with its zone, and how far two of the latter may differ.

The one for durations runs on while the computer sleeps, and is not changed when the time of day is set.
"""

from __future__ import annotations

import os
import re
import time
import zoneinfo
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar

from fluffy_tui.plain_file import read_plain

TOLERATED_SKEW = timedelta(minutes=1)
"""How far this computer's clock may differ from another before that is reported."""

_LOCALTIME = Path("/etc/localtime")
"""The zone where `TZ` is not set."""
ZONE_REMEDY = (
    "Set TZ to a time zone such as Europe/Berlin, or install the system's time zones (package tzdata)."
)
_UTC = frozenset({"", "UTC", "UCT", "GMT", "GMT0", "GREENWICH", "UNIVERSAL", "ZULU"})
"""Zones that are meant when nothing is known of them."""
_RULE = re.compile(r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d")
"""The beginning of a zone that is written out, such as CET-1CEST,M3.5.0,M10.5.0/3."""

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


def unknown_zone() -> str:
    """Return why the system does not know this computer's time zone and counts in UTC, as a sentence; "" if it does.

    It says nothing of that itself, and blocks for a moment.
    """
    name = os.environ.get("TZ")
    if name is None:
        return (
            ""
            if _is_zone(_LOCALTIME) or not os.path.lexists(_LOCALTIME)
            else f"{_LOCALTIME} is damaged or missing."
        )
    name = name.removeprefix(":")
    if name.rpartition("/")[2].upper() in _UTC or _RULE.match(name):
        return ""
    own = os.environ.get("TZDIR")
    if any(_is_zone(Path(folder) / name) for folder in ([own] if own else zoneinfo.TZPATH)):
        return ""
    return f"TZ is set to {name}, which is not among the system's time zones."


def _is_zone(path: Path) -> bool:
    try:
        return read_plain(path, 1 << 20).startswith(b"TZif")
    except (OSError, ValueError):
        return False


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
