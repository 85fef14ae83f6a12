"""Parses days, weeks, months and years as people type them: `24 nov`, `fri`, `may 2023`, `2026-11`, `last week`.

Whatever has the form of a date but is none is refused, never read as another one. (parsedatetime was used before:
it reads what it cannot place, such as `13/45` or `31 nov`, as today.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fluffy_tui.core.errors import FluffyError

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_RELATIVE_DAYS = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
_FROM_NOW = {"last": -1, "this": 0, "next": 1}
_PERIOD = re.compile(r"(last|this|next) (week|month|year)")
_WEEKDAY = re.compile(r"(?:(last|this|next) )?([a-z]{3,9})")
_DISTANCE = re.compile(r"(?:\+ ?|in )(\d{1,4}|an?) ?(d|days?|w|weeks?)|(\d{1,4}|an?) (days?|weeks?) ago")
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4}|\d{2}))?")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/](\d{1,2})(?:[-/](\d{4}|\d{2}))?")
_TOKEN = re.compile(
    r"(?P<year>\d{4})|(?P<day>\d{1,2})(?:st|nd|rd|th|\b|(?=[a-z]))|(?P<name>[a-z]{3,})|\bof\b"
)
_BETWEEN_TOKENS = re.compile(r"[ ,./-]*")


class DateNotUnderstood(FluffyError):
    """What was typed is not a date, or there is no such date."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row."""

    first: date
    after: date
    """The day after the last one."""

    @property
    def is_one(self) -> bool:
        return self.after - self.first == timedelta(days=1)


def read_days(text: str, today: date, *, ahead: bool) -> Days | None:
    """Return the day, week, month or year that was typed; None if the text has no form of a date.

    Such as `24 nov`, `24.11.2026`, `may 2023`, `2026`, `next fri`, `last week`. A date without a year is the next one
    if it is `ahead`, today included, or else the last one.

    Raises:
        DateNotUnderstood: There is no such date.
    """
    words = " ".join(text.casefold().replace(",", " ").split())
    try:
        return (
            _relative(words, today, ahead=ahead)
            or _in_figures(words, today, ahead)
            or _named(words, today, ahead)
        )
    except (ValueError, OverflowError):
        raise DateNotUnderstood(f"There is no such date as “{text.strip()}”.") from None


def nearest_days(text: str, today: date, example: str) -> Days:
    """Return the day, week, month or year that was typed; of dates without a year, the one closest to today.

    When the text, as for `read_days`, is none, the error names the example.

    Raises:
        DateNotUnderstood: The text is no date.
    """
    found = [days for ahead in (True, False) if (days := read_days(text, today, ahead=ahead))]
    if not found:
        raise DateNotUnderstood(f"“{text.strip()}” is not a date.", f"Type a date like {example}.")
    return min(found, key=lambda days: abs(days.first - today))


def _relative(words: str, today: date, *, ahead: bool) -> Days | None:
    if words in _RELATIVE_DAYS:
        return _day(today + timedelta(days=_RELATIVE_DAYS[words]))
    if found := _DISTANCE.fullmatch(words):
        number, unit = (found[1], found[2]) if found[1] else (found[3], found[4])
        days = (1 if number in ("a", "an") else int(number)) * (7 if unit.startswith("w") else 1)
        return _day(today + timedelta(days=days if found[1] else -days))
    monday = today - timedelta(days=today.weekday())
    if found := _PERIOD.fullmatch(words):
        steps = _FROM_NOW[found[1]]
        if found[2] == "week":
            return Days(monday + timedelta(weeks=steps), monday + timedelta(weeks=steps + 1))
        if found[2] == "year":
            return _days(today.year + steps)
        months = today.year * 12 + today.month - 1 + steps
        return _days(months // 12, months % 12 + 1)
    found = _WEEKDAY.fullmatch(words)
    weekday = _index(found[2], _WEEKDAYS) if found else None
    if found is None or weekday is None:
        return None
    if found[1]:
        return _day(monday + timedelta(weeks=_FROM_NOW[found[1]], days=weekday))
    away = (weekday - today.weekday()) % 7
    return _day(today + timedelta(days=(away or 7) if ahead else away - 7))


def _in_figures(words: str, today: date, ahead: bool) -> Days | None:
    if found := _YEAR_FIRST.fullmatch(words):
        return _days(*(int(part) for part in found.groups() if part))
    if found := _DAY_FIRST.fullmatch(words):
        day, month, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(words):
        month, day, year = found.groups()
        if int(month) > 12 >= int(day):
            month, day = day, month
    else:
        return None
    if year:
        return _days(int(year) % 100 + 2000 if len(year) == 2 else int(year), int(month), int(day))
    return _without_year(today, ahead, int(month), int(day))


def _named(words: str, today: date, ahead: bool) -> Days | None:
    """Return a date with the month's name, its parts in any order; a weekday in it has to be right."""
    parts: dict[str, int] = {}
    at = 0
    while at < len(words):
        found = _TOKEN.match(words, at)
        if found is None:
            return None
        kind, value = _part(found)
        if kind in parts or (value is None and kind):
            return None
        if value is not None:
            parts[kind] = value
        between = _BETWEEN_TOKENS.match(words, found.end())
        at = between.end() if between else found.end()
    if "month" not in parts or ("weekday" in parts and "day" not in parts):
        return None
    numbers = [parts[kind] for kind in ("month", "day") if kind in parts]
    days = _days(parts["year"], *numbers) if "year" in parts else _without_year(today, ahead, *numbers)
    first = days.first
    if parts.get("weekday", first.weekday()) != first.weekday():
        raise DateNotUnderstood(f"{first.day} {first:%B %Y} is a {first:%A}.")
    return days


def _part(found: re.Match[str]) -> tuple[str, int | None]:
    """Return which part of a date a word is, and its number; None as the number of a word that is no part."""
    if found["year"] or found["day"]:
        kind = "year" if found["year"] else "day"
        return kind, int(found[kind])
    if not found["name"]:
        return "", None
    month = _index(found["name"], _MONTHS)
    if month is not None:
        return "month", month + 1
    return "weekday", _index(found["name"], _WEEKDAYS)


def _index(word: str, names: Sequence[str]) -> int | None:
    """Return the place of the name that begins with a word of three letters or more."""
    return next((n for n, name in enumerate(names) if len(word) >= 3 and name.startswith(word)), None)


def _without_year(today: date, ahead: bool, month: int, day: int | None = None) -> Days:
    """Return the next or the last such day or month; 29 February is looked for in leap years.

    Raises:
        ValueError: No year has it.
    """
    date(2000, month, 1 if day is None else day)
    for distance in range(9):  # eight years lie between two leap years at most
        try:
            days = _days(today.year + (distance if ahead else -distance), month, day)
        except ValueError:
            continue
        if days.after > today if ahead else days.first <= today:
            return days
    raise ValueError("no such day")


def _days(year: int, month: int | None = None, day: int | None = None) -> Days:
    first = date(year, 1 if month is None else month, 1 if day is None else day)
    if day is not None:
        return _day(first)
    if month is not None:
        return Days(first, date(year + month // 12, month % 12 + 1, 1))
    return Days(first, date(year + 1, 1, 1))


def _day(day: date) -> Days:
    return Days(day, day + timedelta(days=1))
