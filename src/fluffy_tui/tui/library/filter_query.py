"""The filter's language: parses what is typed, and describes a filter in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import Browse, Orientation, Posted, Sort, Verdict

if TYPE_CHECKING:
    from datetime import tzinfo

KEYWORDS: dict[str, dict[str, Any]] = {
    "picked": {"verdict": Verdict.PICK},
    "rejected": {"verdict": Verdict.REJECT},
    "unflagged": {"verdict": Verdict.UNDECIDED},
    "undecided": {"verdict": Verdict.UNDECIDED},
    "portrait": {"orientation": Orientation.PORTRAIT},
    "landscape": {"orientation": Orientation.LANDSCAPE},
    "square": {"orientation": Orientation.SQUARE},
    "missing": {"missing": True},
    "unscheduled": {"posted": Posted.UNSCHEDULED},
    "never": {"posted": Posted.NEVER},
    "all": {"posted": Posted.ALL},
}
"""Words that are not searched for in the name."""

_ORDERS = {
    (Sort.TAKEN, True): "newest first",
    (Sort.TAKEN, False): "oldest first",
    (Sort.IMPORTED, True): "last imported first",
    (Sort.IMPORTED, False): "first imported first",
    (Sort.NAME, True): "by name, z to a",
    (Sort.NAME, False): "by name",
    (Sort.SHAPE, True): "widest first",
    (Sort.SHAPE, False): "tallest first",
}
_VERDICTS = {Verdict.PICK: "picked", Verdict.REJECT: "rejected", Verdict.UNDECIDED: "unflagged"}
_WORD = re.compile(r'"[^"]*"?|[^\s"]+')
"""A quoted text, with its quotes, or a word between blanks."""
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_LIKELY_YEAR = re.compile(r"19[89]\d|20[0-3]\d")
_DATE_HINT = "Type 2026-11-03, 2026-11 or 2026."


class InvalidDate(FluffyError):
    """The text is not a date."""


def parse_filter(text: str, base: Browse, zone: tzinfo) -> Browse:
    """Return the photos that a filter matches, in the order of `base`.

    Words without a meaning of their own have to occur in the name; in quotes, that is true of any word.

    Args:
        text: Such as `picked portrait 2026-11 beach` or `2025..2026-03 "square"`.
        base: Its order and folding are kept, and its verdict unless the filter names one.
        zone: The user's time zone, in which days begin.
    """
    changes: dict[str, Any] = {"verdict": base.verdict}
    names = []
    for word in _WORD.findall(text):
        plain = word.casefold()
        if plain in KEYWORDS:
            changes |= KEYWORDS[plain]
        elif (period := _parse_range(plain, zone)) is not None:
            changes |= {"taken_from": period[0], "taken_before": period[1]}
        else:
            names.append(word.strip('"'))
    return replace(
        Browse(sort=base.sort, descending=base.descending, folded=base.folded),
        text=" ".join(filter(None, names)),
        **changes,
    )


def parse_date(text: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the start of a day, month or year, and the start of the next one.

    Raises:
        InvalidDate: the text is none of them.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise InvalidDate(f"{text.strip()!r} is not a date.", _DATE_HINT)
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        start = datetime(year or 0, month or 1, day or 1, tzinfo=zone)
        if day:
            return start, (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
        if month:
            following = (start.year + 1, 1) if month == 12 else (start.year, month + 1)
            return start, datetime(*following, 1, tzinfo=zone)
        return start, datetime(start.year + 1, 1, 1, tzinfo=zone)
    except (ValueError, OverflowError):
        raise InvalidDate(f"There is no such date as {text.strip()}.", _DATE_HINT) from None


def describe_filter(browse: Browse, zone: tzinfo) -> str:
    """Return which photos are listed and in which order, for the list's title."""
    parts = [browse.posted.value if browse.posted is not Posted.ALL else "all photos"]
    if browse.verdict is not None:
        parts.append(_VERDICTS[browse.verdict])
    if browse.orientation is not None:
        parts.append(browse.orientation.value)
    if browse.missing:
        parts.append("missing")
    if browse.taken_from is not None and browse.taken_before is not None:
        first = browse.taken_from.astimezone(zone)
        last = browse.taken_before.astimezone(zone) - timedelta(microseconds=1)
        parts.append(
            f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d}..{last:%Y-%m-%d}"
        )
    if browse.text:
        parts.append(f"“{browse.text}”")
    return " · ".join([*parts, _ORDERS[browse.sort, browse.descending]])


def _parse_range(word: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    first, dots, last = word.partition("..")
    if not dots and first.isdigit() and not _LIKELY_YEAR.fullmatch(first):
        return None  # a camera's file number
    if not _DATE.fullmatch(first) or (dots and not _DATE.fullmatch(last)):
        return None
    try:
        start, end = parse_date(first, zone)
        return start, parse_date(last, zone)[1] if last else end
    except InvalidDate:
        return None
