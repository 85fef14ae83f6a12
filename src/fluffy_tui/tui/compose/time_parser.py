"""Moments as people type them, in the channel's time zone: `tomorrow 9`, `fri 18:30`, `+2h`, `24 nov 9:00`.

Days and times of day are read by parsedatetime, which is imported when the first of them is typed. (dateparser was
measured and not taken: it reads `tomorrow 9` as tomorrow at this time of day, `12/24` as a year, and costs ten
times as much.) Lengths of time are counted here, because hours have to be counted on the real clock and days on
the one on the wall.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.text.times import zone_name

EXAMPLE = "tomorrow 9, fri 18:30, +2h, 24 nov 9:00"

_LONGEST = 60
"""Characters beyond which nobody types a time."""
_LENGTH = re.compile(
    r"(?:\+|in )\s*(\d{1,4})\s*"
    r"(m|min|mins|minuten?|minutes?|h|hrs?|hours?|std|stunden?|d|days?|tage?n?|w|weeks?|wochen?)"
)
_WRITTEN_DATE = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2}))?)[ tT,]*"
)
_TIME_OF_DAY = re.compile(r"(?:at |um |@ ?)?\b(\d{1,2})(?:[:.h](\d{2}))?\s?(am|pm|uhr|h)?$")
_FILLER = re.compile(r"[\s,]+|\b(?:at|on|um|am|uhr)\b")
_GERMAN = {
    "heute": "today",
    "morgen": "tomorrow",
    "übermorgen": "in 2 days",
    "montag": "monday",
    "dienstag": "tuesday",
    "mittwoch": "wednesday",
    "donnerstag": "thursday",
    "freitag": "friday",
    "samstag": "saturday",
    "sonntag": "sunday",
    "mo": "monday",
    "di": "tuesday",
    "mi": "wednesday",
    "do": "thursday",
    "fr": "friday",
    "sa": "saturday",
    "so": "sunday",
    "nächsten": "next",
    "januar": "january",
    "februar": "february",
    "märz": "march",
    "mai": "may",
    "juni": "june",
    "juli": "july",
    "oktober": "october",
    "okt": "october",
    "dezember": "december",
    "dez": "december",
    "mittag": "noon",
    "mittags": "noon",
}
"""parsedatetime's own German misreads most of these, so they are turned into English first."""


class TimeNotUnderstood(FluffyError):
    """What was typed is no moment that a post could go out at."""


def read_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment that was typed, with `zone`; a time without a date is the next one the clock shows.

    Of a time that the clock shows twice, in autumn, the first that is still to come is meant.

    Raises:
        TimeNotUnderstood: it is no time, does not exist in that zone, or has passed.
    """
    words = " ".join(text.casefold().split())
    if not words or len(words) > _LONGEST:
        raise TimeNotUnderstood(f"Write the time like {EXAMPLE}.")
    try:
        length = _LENGTH.fullmatch(words)
        if length is not None:
            return _after(int(length[1]), length[2], now, zone)
        return _checked(*_day_and_time(words, now.astimezone(zone)), now, zone)
    except (OverflowError, ValueError):
        raise TimeNotUnderstood("There is no such day or time.") from None


def written_time(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as `read_time` reads it."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _after(number: int, unit: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment that far from now: hours as they pass, days at this time of day."""
    if unit.startswith(("d", "t", "w")):
        days = number * (7 if unit.startswith("w") else 1)
        there = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0) + timedelta(days=days)
        return _checked(there, True, now, zone)
    length = timedelta(hours=number) if unit.startswith(("h", "s")) else timedelta(minutes=number)
    if not length:
        raise TimeNotUnderstood("That time has passed.")
    return (now.astimezone(UTC) + length).replace(second=0, microsecond=0).astimezone(zone)


def _day_and_time(words: str, there: datetime) -> tuple[datetime, bool]:
    """Return the local time that was meant, without a zone, and whether its day was said.

    Raises:
        TimeNotUnderstood: it is not a day with a time, or just a time.
        ValueError: there is no such day or time.
    """
    found = _TIME_OF_DAY.search(words)
    day_words = words[: found.start()].strip(" ,") if found else words
    at = _time_of_day(found) if found else None
    written = _WRITTEN_DATE.fullmatch(f"{day_words} ") if day_words else None
    if written is not None and at is not None:
        return datetime.combine(_written_day(written, there, at), at), True
    if not day_words and at is not None:
        return datetime.combine(there.date(), at), False
    return _said(words if at is None else f"{day_words} {at:%H:%M}", there)


def _time_of_day(found: re.Match[str]) -> time:
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute)


def _written_day(written: re.Match[str], there: datetime, at: time) -> date:
    """Return the date that was written with figures; without a year it is the next such day."""
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


def _said(words: str, there: datetime) -> tuple[datetime, bool]:
    """Return what parsedatetime makes of words, provided that it has understood each of them."""
    english = " ".join(_GERMAN.get(word.rstrip("."), word) for word in words.split(" "))
    local = there.replace(tzinfo=None)
    calendar = _calendar()
    found = calendar.nlp(english, sourceTime=local.timetuple()) or ()
    rest = english
    for part in found:
        rest = rest.replace(part[4], " ", 1)
    if len(found) != 1 or _FILLER.sub("", rest):
        raise TimeNotUnderstood(f"That is not understood. Write the time like {EXAMPLE}.")
    moment, context = calendar.parseDT(english, sourceTime=local.timetuple(), version=2)
    if not context.hasTime:
        raise TimeNotUnderstood("At what time? Write it behind the day, as in fri 18:30.")
    return moment.replace(second=0, microsecond=0), bool(context.hasDate)


@cache
def _calendar() -> Any:
    import parsedatetime  # type: ignore[import-untyped]

    return parsedatetime.Calendar(version=parsedatetime.VERSION_CONTEXT_STYLE)


def _checked(local: datetime, day_was_said: bool, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment of a local time, the next one where no day was said.

    Raises:
        TimeNotUnderstood: the clocks skip it, or it has passed.
    """
    moment = _first_to_come(local, now, zone)
    if moment <= now and not day_was_said:
        moment = _first_to_come(local + timedelta(days=1), now, zone)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise TimeNotUnderstood(
            f"{moment:%H:%M} does not exist on that day in {zone_name(zone, moment)}: the clocks go forward."
        )
    if moment <= now:
        raise TimeNotUnderstood("That time has passed.")
    return moment


def _first_to_come(local: datetime, now: datetime, zone: tzinfo) -> datetime:
    first = local.replace(tzinfo=zone, fold=0)
    return first if first > now else local.replace(tzinfo=zone, fold=1)
