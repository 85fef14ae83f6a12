"""What is typed into the library's filter, and how a choice of photos is said in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import Browse, Orientation, Posted, Sort, Verdict

if TYPE_CHECKING:
    from datetime import tzinfo

WORDS: dict[str, dict[str, Any]] = {
    "picked": {"verdict": Verdict.PICK},
    "rejected": {"verdict": Verdict.REJECT},
    "undecided": {"verdict": Verdict.UNDECIDED},
    "portrait": {"orientation": Orientation.PORTRAIT},
    "landscape": {"orientation": Orientation.LANDSCAPE},
    "square": {"orientation": Orientation.SQUARE},
    "missing": {"missing": True},
    "unscheduled": {"posted": Posted.UNSCHEDULED},
    "never": {"posted": Posted.NEVER},
    "all": {"posted": Posted.ALL},
}
"""Words that stand for something other than a part of the name."""

USUAL_DIRECTION = {Sort.TAKEN: True, Sort.IMPORTED: True, Sort.NAME: False, Sort.SHAPE: False}
"""Whether an order usually begins at its end: what is new comes first, names go from a to z."""

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
_VERDICTS = {Verdict.PICK: "picked", Verdict.REJECT: "rejected", Verdict.UNDECIDED: "undecided"}
_WORD = re.compile(r'"[^"]*"?|[^\s"]+')
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")

_LIKELY_YEAR = re.compile(r"19[89]\d|20[0-3]\d")


class NoDate(FluffyError):
    """What was typed is no date."""


def browse_for(typed: str, base: Browse, zone: tzinfo) -> Browse:
    """Return the photos that the words ask for, in the order that `base` has.

    Words that mean nothing else have to be in the name; in quotes, any word does.

    Args:
        typed: Such as `picked portrait 2026-11 beach` or `2025..2026-03 "square"`.
        base: Its order is kept, whether copies are folded, and its verdict where the words name none.
        zone: The person's, which days begin in.
    """
    changes: dict[str, Any] = {"verdict": base.verdict}
    names = []
    for word in _split(typed):
        plain = word.casefold()
        if plain in WORDS:
            changes |= WORDS[plain]
        elif (times := _range(plain, zone)) is not None:
            changes |= {"taken_from": times[0], "taken_before": times[1]}
        else:
            names.append(word.strip('"'))
    return replace(
        Browse(sort=base.sort, descending=base.descending, folded=base.folded),
        text=" ".join(filter(None, names)),
        **changes,
    )


def period(typed: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first moment of a day, month or year and the first one behind it.

    Raises:
        NoDate: it is none of them.
    """
    found = _DATE.fullmatch(typed.strip())
    if found is None:
        raise NoDate(f"{typed.strip()!r} is no date.", "Type 2026-11-03, 2026-11 or 2026.")
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
        raise NoDate(f"There is no {typed.strip()}.", "Type 2026-11-03, 2026-11 or 2026.") from None


def browse_words(browse: Browse, zone: tzinfo) -> str:
    """Return what is shown and in which order, for the list's title."""
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


def _split(typed: str) -> list[str]:
    """Cut at blanks outside of quotes; the quotes stay, so that `"square"` is known for a part of the name."""
    return _WORD.findall(typed)


def _range(word: str, zone: tzinfo) -> tuple[datetime, datetime] | None:
    first, dots, last = word.partition("..")
    if not dots and first.isdigit() and not _LIKELY_YEAR.fullmatch(first):
        return None  # a camera's number
    if not _DATE.fullmatch(first) or (dots and not _DATE.fullmatch(last)):
        return None
    try:
        start, end = period(first, zone)
        return start, period(last, zone)[1] if last else end
    except NoDate:
        return None
