"""What counts as a hashtag: those of a caption, those at its end, and those over a limit."""

from __future__ import annotations

from fluffy_tui.networks.link_finder import links
from fluffy_tui.networks.unicode_patterns import compiled

_JOINS_IN_HASHTAGS = (
    r"\u200C\u200D\uA67E\u05BE\u05F3\u05F4\uFF5E\u301C\u309B\u309C\u30A0\u30FB\u3003\u0F0B\u0F0C\u00B7"
)
"""Marks that are not letters but occur within words of some scripts, from twitter-text."""


def hashtags(text: str) -> tuple[str, ...]:
    """Return the hashtags of a caption as written."""
    return tuple(text[start:end] for start, end in hashtag_spans(text))


def hashtag_spans(text: str) -> list[tuple[int, int]]:
    """Return where the hashtags of a caption begin and end: `#` and a word that is not only digits.

    This is the rule that networks share (twitter-text: a hashtag needs a letter or a mark and a boundary before it,
    and is not part of a link).
    """
    if "#" not in text and "＃" not in text:
        return []
    before = r"(?:(?<=[\uFE0E\uFE0F])|(?<![\w&#＃]))"
    joins = rf"\p{{N}}_{_JOINS_IN_HASHTAGS}"
    tag = rf"{before}[#＃](?!\uFE0F?\u20E3)[{joins}]*+[\p{{L}}\p{{M}}][\p{{L}}\p{{M}}{joins}]*+(?!://)"
    found = [match.span() for match in compiled(tag).finditer(text)]
    if not found or "/" not in text:
        return found
    inside = [range(start, end) for start, end in links(text)]
    return [span for span in found if not any(span[0] in link for link in inside)]


def hashtag_count(text: str) -> int:
    """Return how many hashtags a caption has."""
    return len(hashtags(text))


def split_hashtags(text: str) -> tuple[str, str]:
    """Return a caption without the hashtags at its end, and those hashtags."""
    rest = text.rstrip()
    while rest and hashtags(word := rest.split()[-1]) == (word,):
        rest = rest.removesuffix(word).rstrip()
    return rest, text[len(rest) :].strip()


def without_first_comment(caption: str, first_comment: str) -> tuple[str, str]:
    """Return a caption with the hashtags at the end of a first comment that is not possible, and what else is lost."""
    lost, tags = split_hashtags(first_comment)
    known = {tag.casefold() for tag in hashtags(caption)}
    if missing := [tag for tag in hashtags(tags) if tag.casefold() not in known]:
        caption = f"{caption.rstrip()}\n\n{' '.join(missing)}".lstrip()
    return caption, lost


def cut_hashtags(text: str, limit: int) -> tuple[str, int]:
    """Return a caption with its first hashtags only, and how many were cut."""
    surplus = hashtag_spans(text)[limit:]
    for start, end in reversed(surplus):
        text = f"{text[:start].rstrip(' ')}{text[end:]}"
    return text.strip(), len(surplus)
