"""Parses times as people type them, in the channel's time zone: `tomorrow 9`, `fri 18:30`, `+2h`, `24 nov 9:00`.

Days are parsed by `day_parser`. Durations are added here, because hours have to be counted on the real clock and days
on the wall clock.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.text.day_parser import DateNotUnderstood, read_days
from fluffy_tui.tui.text.times import occurrence, zone_name

EXAMPLE = "tomorrow 9, fri 18:30, +2h, 24 nov 9:00"

_LONGEST = 60
"""Characters; nobody types a longer time."""
_LENGTH = re.compile(r"(?:\+|in )\s*(\d{1,4}|an?)\s*(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)")
_CLOCK = r"(?:\bat |@ ?)?\b(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\s?(?P<half>am|pm|h)?"
_PART_OF_DAY = {"midnight": time(0), "morning": time(6), "noon": time(12), "evening": time(18)}
_NAMED = rf"(?:\bat )?\b(?P<part>{'|'.join(_PART_OF_DAY)})"
_LAST = re.compile(rf"(?:{_CLOCK}|{_NAMED})$")
_FIRST = re.compile(r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})\s?(?P<half>am|pm|h)?\b(?!\.)|" + rf"{_NAMED}\b")
_TURN = re.compile(r" (first|second)$")


class TimeNotUnderstood(FluffyError):
    """What was typed is not a time at which a post could go out."""


def read_time(text: str, now: datetime, zone: tzinfo, day: date | None = None) -> datetime:
    """Return the moment that was typed, in `zone`; a time without a date is its next occurrence, or on a given day.

    A time that the clocks show twice, in autumn, needs `first` or `second` after it while both are ahead.

    Raises:
        TimeNotUnderstood: It is not a time, does not exist in that zone, occurs twice, or has passed.
    """
    words = " ".join(text.casefold().split())
    if not words or len(words) > _LONGEST:
        raise TimeNotUnderstood(f"Write the time like {EXAMPLE}.")
    try:
        length = _LENGTH.fullmatch(words)
        if length is not None:
            return _after(int(length[1]) if length[1].isdecimal() else 1, length[2], now, zone)
        turn = _TURN.search(words)
        local, has_day = _day_and_time(words[: turn.start()] if turn else words, now.astimezone(zone), day)
        return _checked(local, has_day, now, zone, turn[1] if turn else "")
    except DateNotUnderstood as error:
        raise TimeNotUnderstood(error.message) from None
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


def _day_and_time(words: str, there: datetime, day: date | None) -> tuple[datetime, bool]:
    """Return the local time that was typed, without a zone, and whether its day was typed or given.

    Raises:
        DateNotUnderstood: There is no such day.
        TimeNotUnderstood: It is neither a day with a time nor just a time.
        ValueError: There is no such time.
    """
    today = there.date()
    alone = read_days(words, today, ahead=True)
    if alone is not None and alone.is_one:
        raise TimeNotUnderstood("At what time? Add it after the day, as in fri 18:30.")
    for pattern in (_LAST, _FIRST):
        found = pattern.search(words) if pattern is _LAST else pattern.match(words)
        if found is None:
            continue
        rest = f"{words[: found.start()]} {words[found.end() :]}".strip(" ,").removeprefix("on ")
        if not rest:
            return datetime.combine(day or today, _time_of_day(found)), day is not None
        days = read_days(rest, today, ahead=True)
        if days is not None and not days.is_one:
            raise TimeNotUnderstood("On which day? Write it before the time, as in fri 18:30.")
        if days is not None:
            return datetime.combine(days.first, _time_of_day(found)), True
    raise TimeNotUnderstood(f"Time not understood. Write it like {EXAMPLE}.")


def _time_of_day(found: re.Match[str]) -> time:
    if found["part"]:
        return _PART_OF_DAY[found["part"]]
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute)


def _checked(local: datetime, has_day: bool, now: datetime, zone: tzinfo, turn: str) -> datetime:
    """Return the moment of a local time, its next occurrence where no day was typed.

    The turn is `first` or `second` for a time that the clocks show twice; empty if that was not typed.

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
