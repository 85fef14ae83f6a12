"""Finds what X turns into a link in a text.

The rules are those of twitter-text and its test cases (github.com/twitter/twitter-text, conformance/extract.yml): a
known top-level domain; nothing before it that makes it a mention, a hashtag or an email address; without `https://`
only Latin letters, so that adjacent East Asian words are not part of it. The finder of `linkify-it` fails 14 of the
91 cases because it accepts any letter in a name, but its list of top-level domains is used.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fluffy_tui.networks.unicode_patterns import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import regex

LONGEST_LABEL = 63
"""Bytes between two dots of a host name, as encoded for DNS (RFC 1035)."""
LONGEST_SHORT_LINK = 40
"""Characters after `t.co/`."""
_MOST_LABELS = 127

_BEFORE = r"(?<![A-Za-z0-9@＠$#＃])"
_BARE_BEFORE = r"(?<![\p{Latin}0-9@＠$#＃_./-])"
_AFTER_TOP_LEVEL = r"(?![A-Za-z0-9@+-])"
_LETTER = r"[\p{L}\p{M}\p{N}\p{So}_-]"
_IN_PATH = r"[\p{Latin}\p{Cyrillic}0-9!*';:=+,.$/%\#\[\]\-_~@|&–]"
_ENDS_PATH = r"[\p{Latin}\p{Cyrillic}0-9=_\#/+\-]"
_IN_BRACKETS = rf"\((?:{_IN_PATH}++|\({_IN_PATH}*+\))*+\)"
_PATH = rf"(?:/(?:(?:{_IN_PATH}|{_IN_BRACKETS})*(?:{_ENDS_PATH}|{_IN_BRACKETS}))?)?"
_QUERY = r"(?:\?[A-Za-z0-9!?*'();:&=+$/%\#\[\]\-_.,~|@]*[A-Za-z0-9_&=\#/\-])?"
_LINK = rf"""
    (?:
        {_BEFORE}https?://(?P<host>(?:{_LETTER}{{1,63}}\.){{1,{_MOST_LABELS}}}\L<top_level>)
      | {_BARE_BEFORE}(?P<host>(?:[\p{{Latin}}0-9][\p{{Latin}}0-9_-]{{0,62}}\.){{1,{_MOST_LABELS}}}\L<top_level>)
    ){_AFTER_TOP_LEVEL}
    (?::[0-9]+)?{_PATH}{_QUERY}
"""


def links(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each link in a text."""
    if "." not in text:
        return
    for found in _finder().finditer(text):
        if not _is_valid_host(found["host"]):
            continue
        if found["host"].casefold() != "t.co":
            yield found.span()
        elif (length := _short_link_length(found)) is not None:
            yield found.start(), found.end("host") + length


def _is_valid_host(host: str) -> bool:
    """Whether each label of a host is valid, in Punycode if it is not ASCII."""
    *labels, name, _ = host.split(".")
    if "_" in name:
        return False
    for label in (*labels, name):
        if label[0] in "-_" or label[-1] in "-_":
            return False
        if not label.isascii() and (
            label.casefold().startswith("xn--") or len(label.encode("punycode")) + 4 > LONGEST_LABEL
        ):
            return False
    return True


def _short_link_length(found: regex.Match[str]) -> int | None:
    """Return how many characters of one of X's short links follow its host; None if it is not such a link."""
    rest = found[0][found.end("host") - found.start() :]
    path = compiled(r"(?:/([A-Za-z0-9]*+))?(?:\?\S*)?").match(rest)
    return path.end() if path and len(path[1] or "") <= LONGEST_SHORT_LINK else None


@cache
def _finder() -> regex.Pattern[str]:
    import regex
    from linkify_it import tlds  # type: ignore[import-untyped]

    names = [name.lower() for name in tlds.TLDS]
    decoded = [name.encode().decode("idna") for name in names if name.startswith("xn--")]
    return regex.compile(_LINK, regex.VERBOSE | regex.IGNORECASE, top_level=[*names, *decoded])
