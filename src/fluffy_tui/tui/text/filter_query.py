"""The filter's language: parses what is typed, and describes a filter in words that can be clicked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.name_key import name_key
from fluffy_tui.photos import MOST_STARS, Browse, Flaw, Orientation, Posted, Sort, Verdict
from fluffy_tui.tui.text.day_parser import DateNotUnderstood, read_days

KEYWORDS: dict[str, dict[str, Any]] = {
    "picked": {"verdict": Verdict.PICK},
    "rejected": {"verdict": Verdict.REJECT},
    "unflagged": {"verdict": Verdict.UNDECIDED},
    "undecided": {"verdict": Verdict.UNDECIDED},
    "portrait": {"orientation": Orientation.PORTRAIT},
    "landscape": {"orientation": Orientation.LANDSCAPE},
    "square": {"orientation": Orientation.SQUARE},
    "missing": {"missing": True},
    "screenshot": {"screenshots": True},
    "screenshots": {"screenshots": True},
    "faces": {"faces": True},
    "unscheduled": {"posted": Posted.UNSCHEDULED},
    "never": {"posted": Posted.NEVER},
    "all": {"posted": Posted.ALL},
}
"""Words that are not searched for in the name."""
_DRAFTS = frozenset({"draft", "drafts"})
"""The same, for photos with a draft."""
_FLAWS = frozenset(flaw.value for flaw in Flaw)
"""The same; of these, a photo has to have all."""

_ORDERS = {
    (Sort.TAKEN, True): "newest first",
    (Sort.TAKEN, False): "oldest first",
    (Sort.IMPORTED, True): "last imported first",
    (Sort.IMPORTED, False): "first imported first",
    (Sort.NAME, True): "by name, z to a",
    (Sort.NAME, False): "by name",
    (Sort.SHAPE, True): "widest first",
    (Sort.SHAPE, False): "tallest first",
    (Sort.SHARPNESS, True): "sharpest first",
    (Sort.SHARPNESS, False): "softest first",
    (Sort.STARS, True): "most stars first",
    (Sort.STARS, False): "fewest stars first",
}
_VERDICTS = {Verdict.PICK: "picked", Verdict.REJECT: "rejected", Verdict.UNDECIDED: "unflagged"}
_WORD = re.compile(r'(?:#|text:)?"[^"]*"?|[^\s"]+', re.IGNORECASE)
"""A quoted text, with its quotes and what is before them, or a word between blanks."""
_STARS = re.compile(
    r"(?:stars?|★)?(?P<comparison>[<>]?=|[<>])(?P<number>[0-5])|★(?P<least>[1-5])|(?P<drawn>★{1,5})"
)
"""As in `stars>=3` or `★3`, which mean the same."""
_KEYWORD_SIGNS = "#＃"
_IN_PICTURE = "text:"
_LIKELY_DATE = re.compile(r"today|yesterday|19[89]\d|20[0-3]\d|\d{4}[-/.].*|.*[-/.]\d{4}")
"""Single words that are dates; others, such as `may`, `sun` or a camera's `2041`, are part of a name."""
_LONGEST_DATE = 5
"""Words, as in `24 may 2023..2 june 2023`."""
DATE_EXAMPLE = "24 may 2023, may 2023, 2023, last week"


def written_out(text: str, saved: Mapping[str, str]) -> str:
    """Return a filter with the saved ones that it names, as in `@best`, written out; other names stay as they are.

    A name with blanks needs no quotes; of two that begin alike, the longer one is meant.
    """
    by_key = {name_key(name): one for name, one in saved.items()}
    longest_first = sorted((name for name in saved if " " in name), key=len, reverse=True)
    of_words = "|".join(map(re.escape, longest_first)) or "(?!)"
    named = rf'(?<!\S)@(?:"([^"]+)"?|((?:{of_words})(?!\S)|[^\s"]+))'
    return re.sub(
        named,
        lambda found: by_key.get(name_key(found[1] or found[2]), found[0]),
        text,
        flags=re.IGNORECASE,
    )


def parse_filter(text: str, base: Browse, today: date, drafts: frozenset[str] = frozenset()) -> Browse:
    """Return the photos that a filter matches, in the order of `base`.

    Words without a meaning of their own have to occur in the name, or begin a keyword or a word in the picture; in
    quotes, that is true of any word. What follows `#` has to begin a keyword; what follows `text:`, words in the
    picture. Such as `picked portrait may 2023 beach`, `2025..2026-03 "square"` or `stars>=3 #"black sand"`. Folding
    of `base` is kept, too, and its verdict unless the filter names one. Drafts are SHA-256 sums of the photos that
    have one.

    Raises:
        DateNotUnderstood: Some words have the form of a date that does not exist, such as `31 feb`.
    """
    changes: dict[str, Any] = {"verdict": base.verdict}
    names: list[str] = []
    keywords: list[str] = []
    shown: list[str] = []
    flaws: set[Flaw] = set()
    words = _WORD.findall(UNSAFE.sub(" ", text))
    while words:
        taken, period = _leading_period(words, today)
        plain = words[0].casefold()
        if period is not None:
            changes |= {"taken_from": period[0], "taken_before": period[1]}
        elif taken == 1 and plain in KEYWORDS:
            changes |= KEYWORDS[plain]
        elif taken == 1 and (stars := _STARS.fullmatch(plain)):
            changes["stars"] = _star_range(stars)
        elif taken == 1 and plain[0] in _KEYWORD_SIGNS:
            keywords.append(words[0][1:].strip('"').strip())
        elif taken == 1 and plain.startswith(_IN_PICTURE):
            shown.append(words[0][len(_IN_PICTURE) :].strip('"').strip())
        elif taken == 1 and plain in _DRAFTS:
            changes["contents"] = drafts
        elif taken == 1 and plain in _FLAWS:
            flaws.add(Flaw(plain))
        else:
            names += [word.strip('"') for word in words[:taken]]
        words = words[taken:]
    return replace(
        Browse(sort=base.sort, descending=base.descending, folded=base.folded),
        text=" ".join(filter(None, names)),
        keywords=tuple(filter(None, keywords)),
        shown_words=tuple(filter(None, shown)),
        flaws=frozenset(flaws),
        **changes,
    )


def parse_period(text: str, today: date) -> tuple[datetime, datetime]:
    """Return the start of the days that were typed, and the start of the day after them.

    Raises:
        DateNotUnderstood: The text is no date.
    """
    days = read_days(text, today, ahead=False)
    if days is None:
        raise DateNotUnderstood(f"“{text.strip()}” is not a date.", f"Type a date like {DATE_EXAMPLE}.")
    return _start(days.first), _start(days.after)


def filter_chips(browse: Browse) -> list[tuple[str, str]]:
    """Return which photos are listed and in which order, each with the library's action that changes it."""
    chips = [(browse.posted.value if browse.posted is not Posted.ALL else "all photos", "filter")]
    if browse.verdict is not None:
        chips.append((_VERDICTS[browse.verdict], "filter(True)"))
    if browse.orientation is not None:
        chips.append((browse.orientation.value, "filter"))
    chips += [(flaw.value, "filter") for flaw in Flaw if flaw in browse.flaws]
    if browse.faces:
        chips.append(("faces", "filter"))
    if browse.screenshots:
        chips.append(("screenshots", "filter"))
    if browse.contents is not None:
        chips.append(("drafts", "filter"))
    if browse.missing:
        chips.append(("missing", "filter"))
    if browse.taken_from is not None and browse.taken_before is not None:
        first, last = browse.taken_from, browse.taken_before - timedelta(microseconds=1)
        days = f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d}..{last:%Y-%m-%d}"
        chips.append((days, "filter"))
    if browse.stars != Browse().stars:
        chips.append((_star_words(*browse.stars), "filter"))
    chips += [(f"#{keyword}", "filter") for keyword in browse.keywords]
    chips += [(f"{_IN_PICTURE}{words}", "filter") for words in browse.shown_words]
    if browse.text:
        chips.append((f"“{browse.text}”", "filter"))
    return [*chips, (_ORDERS[browse.sort, browse.descending], "sort")]


def _star_range(found: re.Match[str]) -> tuple[int, int]:
    """Return at least and at most how many stars were typed; a number alone is the least."""
    if found["least"] or found["drawn"]:
        return int(found["least"] or len(found["drawn"])), MOST_STARS
    number = int(found["number"])
    return {
        "=": (number, number),
        ">=": (number, MOST_STARS),
        ">": (number + 1, MOST_STARS),
        "<=": (0, number),
        "<": (0, number - 1),
    }[found["comparison"]]


def _star_words(least: int, most: int) -> str:
    if least == most:
        return f"★{least}"
    return f"★ ≥ {least}" if most == MOST_STARS else f"★ ≤ {most}"


def _leading_period(words: Sequence[str], today: date) -> tuple[int, tuple[datetime, datetime] | None]:
    """Return how many of the first words belong together, and the period if they are one.

    Raises:
        DateNotUnderstood: They have the form of a date, but there is no such date.
    """
    for count in range(min(_LONGEST_DATE, len(words)), 0, -1):
        first, dots, last = " ".join(words[:count]).casefold().partition("..")
        if count == 1 and not _LIKELY_DATE.fullmatch(first):
            continue
        try:
            ends = [read_days(end, today, ahead=False) for end in ([first, last] if dots else [first])]
        except DateNotUnderstood as error:
            raise DateNotUnderstood(error.message, "Put the words in quotes to search for them.") from None
        if ends[0] is not None and ends[-1] is not None:
            return count, (_start(ends[0].first), _start(ends[-1].after))
    return 1, None


def _start(day: date) -> datetime:
    """Return when a day begins by the camera's clock."""
    return datetime.combine(day, time())
