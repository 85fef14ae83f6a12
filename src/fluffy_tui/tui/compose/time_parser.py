"""Parses times as people type them, in the channel's time zone: `tomorrow 9`, `fri 18:30`, `+2h`, `24 nov 9:00`.

Days and times of day are parsed by parsedatetime, which is imported when the first of them is typed. (dateparser was
measured and rejected: it reads `tomorrow 9` as tomorrow at this time of day, `12/24` as a year, and takes ten times
as long.) Durations are added here, because hours have to be counted on the real clock and days on the wall clock.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.text.times import occurrence, zone_name

EXAMPLE = "tomorrow 9, fri 18:30, +2h, 24 nov 9:00"

_LONGEST = 60
"""Characters; nobody types a longer time."""
_LENGTH = re.compile(r"(?:\+|in )\s*(\d{1,4})\s*(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)")
_WRITTEN_DATE = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2}))?)[ tT,]*"
)
_TIME_OF_DAY = re.compile(r"(?:at |@ ?)?\b(\d{1,2})(?:[:.h](\d{2}))?\s?(am|pm|h)?$")
_TURN = re.compile(r" (first|second)$")
_FILLER = re.compile(r"[\s,]+|\b(?:at|on|am)\b")


class TimeNotUnderstood(FluffyError):
    """What was typed is not a time at which a post could go out."""


def read_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment that was typed, in `zone`; a time without a date is its next occurrence.

    A time that the clocks show twice, in autumn, needs `first` or `second` behind it while both are ahead.

    Raises:
        TimeNotUnderstood: It is not a time, does not exist in that zone, occurs twice, or has passed.
    """
    words = " ".join(text.casefold().split())
    if not words or len(words) > _LONGEST:
        raise TimeNotUnderstood(f"Write the time like {EXAMPLE}.")
    try:
        length = _LENGTH.fullmatch(words)
        if length is not None:
            return _after(int(length[1]), length[2], now, zone)
        turn = _TURN.search(words)
        local, has_day = _day_and_time(words[: turn.start()] if turn else words, now.astimezone(zone))
        return _checked(local, has_day, now, zone, turn[1] if turn else "")
    except (OverflowError, ValueError):
        raise TimeNotUnderstood("No such day or time.") from None


def written_time(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as `read_time` reads it."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} {occurrence(moment, zone)}".rstrip()


def _after(number: int, unit: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment that far from now: hours on the real clock, days at this time of day."""
    if unit.startswith(("d", "w")):
        days = number * (7 if unit.startswith("w") else 1)
        there = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0) + timedelta(days=days)
        return _checked(there, True, now, zone, "first")
    length = timedelta(hours=number) if unit.startswith("h") else timedelta(minutes=number)
    if not length:
        raise TimeNotUnderstood("That time has passed.")
    return (now.astimezone(UTC) + length).replace(second=0, microsecond=0).astimezone(zone)


def _day_and_time(words: str, there: datetime) -> tuple[datetime, bool]:
    """Return the local time that was typed, without a zone, and whether a day was typed.

    Raises:
        TimeNotUnderstood: It is neither a day with a time nor just a time.
        ValueError: There is no such day or time.
    """
    found = _TIME_OF_DAY.search(words)
    day_words = words[: found.start()].strip(" ,") if found else words
    at = _time_of_day(found) if found else None
    written = _WRITTEN_DATE.fullmatch(f"{day_words} ") if day_words else None
    if written is not None and at is not None:
        return datetime.combine(_written_day(written, there, at), at), True
    if not day_words and at is not None:
        return datetime.combine(there.date(), at), False
    return _parsed(words if at is None else f"{day_words} {at:%H:%M}", there)


def _time_of_day(found: re.Match[str]) -> time:
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute)


def _written_day(written: re.Match[str], there: datetime, at: time) -> date:
    """Return a date in figures; without a year it is the next such day."""
    year, month, day, day_first, its_month, its_year = written.groups()
    if year:
        return date(int(year), int(month), int(day))
    if its_year:
        return date(int(its_year) % 100 + 2000, int(its_month), int(day_first))
    this_year = there.replace(
        tzinfo=None, month=int(its_month), day=int(day_first), hour=at.hour, minute=at.minute
    )
    later = this_year if this_year > there.replace(tzinfo=None) else this_year.replace(year=there.year + 1)
    return later.date()


def _parsed(words: str, there: datetime) -> tuple[datetime, bool]:
    """Return what parsedatetime makes of words, provided that it has understood all of them."""
    local = there.replace(tzinfo=None)
    calendar = _calendar()
    found = calendar.nlp(words, sourceTime=local.timetuple()) or ()
    rest = words
    for part in found:
        rest = rest.replace(part[4], " ", 1)
    if len(found) != 1 or _FILLER.sub("", rest):
        raise TimeNotUnderstood(f"Time not understood. Write it like {EXAMPLE}.")
    moment, context = calendar.parseDT(words, sourceTime=local.timetuple(), version=2)
    if not context.hasTime:
        raise TimeNotUnderstood("At what time? Add it after the day, as in fri 18:30.")
    return moment.replace(second=0, microsecond=0), bool(context.hasDate)


@cache
def _calendar() -> Any:
    import parsedatetime  # type: ignore[import-untyped]

    return parsedatetime.Calendar(version=parsedatetime.VERSION_CONTEXT_STYLE)


def _checked(local: datetime, has_day: bool, now: datetime, zone: tzinfo, turn: str) -> datetime:
    """Return the moment of a local time, its next occurrence where no day was typed.

    Args:
        local: Without a zone.
        has_day: Whether a day was typed.
        now: The present moment.
        zone: In which it was typed.
        turn: `first` or `second` for a time that the clocks show twice; empty if that was not typed.

    Raises:
        TimeNotUnderstood: The clocks skip it or show it twice, or it has passed.
    """
    moment = _first_ahead(local, now, zone)
    if moment <= now and not has_day:
        moment = _first_ahead(local + timedelta(days=1), now, zone)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise TimeNotUnderstood(
            f"{moment:%H:%M} does not exist on that day in {zone_name(zone, moment)}: the clocks go forward."
        )
    if moment <= now:
        raise TimeNotUnderstood("That time has passed.")
    if not turn and occurrence(moment, zone) == "first":
        raise TimeNotUnderstood(
            f"The clocks go back, so {moment:%H:%M} occurs twice. Add first or second, as in {moment:%H:%M} second."
        )
    return moment.replace(fold=1) if turn == "second" else moment


def _first_ahead(local: datetime, now: datetime, zone: tzinfo) -> datetime:
    first = local.replace(tzinfo=zone, fold=0)
    return first if first > now else local.replace(tzinfo=zone, fold=1)
