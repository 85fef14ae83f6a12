"""How networks count the characters and hashtags of a text."""

from __future__ import annotations

from fluffy_tui.networks.link_finder import links
from fluffy_tui.networks.network_rules import Counting, NetworkRules
from fluffy_tui.networks.unicode_patterns import compiled

MASTODON_LINK_LENGTH = 23
"""Length of every link (mastodon/mastodon, app/validators/status_length_validator.rb)."""

_JOINS_IN_HASHTAGS = (
    r"\u200C\u200D\uA67E\u05BE\u05F3\u05F4\uFF5E\u301C\u309B\u309C\u30A0\u30FB\u3003\u0F0B\u0F0C\u00B7"
)
"""Marks that are not letters but occur within words of some scripts, from twitter-text."""


def text_length(text: str, rules: NetworkRules) -> int:
    """Return the length of a caption as the network counts it, to compare with `rules.caption_limit`."""
    match rules.counting:
        case Counting.CODE_POINTS:
            return len(text)
        case Counting.UTF_16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case Counting.GRAPHEMES:
            return grapheme_length(text)
        case Counting.MASTODON:
            return _mastodon_length(text)
        case Counting.X_WEIGHTED:
            from fluffy_tui.networks.x_weights import weighted_length

            return weighted_length(text)


def grapheme_length(text: str) -> int:
    """Return how many characters a reader sees (extended grapheme clusters, Unicode UAX #29)."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return sum(1 for _ in compiled(r"\X").finditer(text)) + _missed_breaks(text)


def _missed_breaks(text: str) -> int:
    """Return how many breaks `regex` misses before Indic consonants.

    Rule GB9c joins consonant, linker and consonant; the library (2026.11) does not require the first of the three.
    """
    linker, more = r"\p{InCB=Linker}", r"[\p{InCB=Linker}\p{InCB=Extend}]"
    if not compiled(linker).search(text):
        return 0
    missed = compiled(rf"(?:^|[^\p{{InCB=Consonant}}{more[1:]})({more}*+)(?=\p{{InCB=Consonant}})")
    return sum(1 for found in missed.finditer(text) if _joins(found[1], linker))


def _joins(marks: str, linker: str) -> bool:
    """Whether the library joins these marks to what follows."""
    return compiled(linker).search(marks) is not None


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


def cut_hashtags(text: str, limit: int) -> tuple[str, int]:
    """Return a caption with its first hashtags only, and how many were cut."""
    surplus = hashtag_spans(text)[limit:]
    for start, end in reversed(surplus):
        text = f"{text[:start].rstrip(' ')}{text[end:]}"
    return text.strip(), len(surplus)


def _mastodon_length(text: str) -> int:
    links = compiled(r"https?://[^\s<>\"]+")
    mentions = compiled(r"(?<![\w/])(@\w+(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+")
    shortened = links.sub("x" * MASTODON_LINK_LENGTH, text)
    return grapheme_length(mentions.sub(r"\1", shortened))
