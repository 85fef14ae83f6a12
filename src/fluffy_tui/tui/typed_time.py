"""Moments as people type them, in the channel's time zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.wording import zone_name

EXAMPLE = "2026-11-24 18:30, or 18:30"
_PATTERN = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2})[:.](\d{2})")


class TimeNotUnderstood(FluffyError):
    """What was typed is no moment that a post could go out at."""


def read_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment that was typed, with `zone`; a time without a date is the next one the clock shows.

    Raises:
        TimeNotUnderstood: it is no time, does not exist in that zone, or has passed.
    """
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        raise TimeNotUnderstood(f"Write the time as {EXAMPLE}.")
    year, month, day, hour, minute = found.groups()
    today = now.astimezone(zone).date()
    try:
        on = date(int(year), int(month), int(day)) if year else today
        at = time(int(hour), int(minute))
    except ValueError:
        raise TimeNotUnderstood("There is no such day or time.") from None
    moment = datetime.combine(on, at, zone)
    if not year and moment <= now:
        moment = datetime.combine(on + timedelta(days=1), at, zone)
    return _checked(moment, now, zone)


def written_time(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as `read_time` reads it."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _checked(moment: datetime, now: datetime, zone: tzinfo) -> datetime:
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise TimeNotUnderstood(
            f"{moment:%H:%M} does not exist on that day in {zone_name(zone, moment)}: the clocks go forward."
        )
    if moment <= now:
        raise TimeNotUnderstood("That time has passed.")
    return moment
