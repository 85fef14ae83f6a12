"""How networks count the characters of a text."""

from __future__ import annotations

from fluffy_tui.networks.network_rules import Counting, NetworkRules
from fluffy_tui.networks.unicode_patterns import compiled

MASTODON_LINK_LENGTH = 23
"""Length of every link (mastodon/mastodon, app/validators/status_length_validator.rb)."""


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
    linker, more = compiled(r"\p{InCB=Linker}"), r"[\p{InCB=Linker}\p{InCB=Extend}]"
    if not linker.search(text):
        return 0
    missed = compiled(rf"(?:^|[^\p{{InCB=Consonant}}{more[1:]})({more}*+)(?=\p{{InCB=Consonant}})")
    return sum(
        1 for found in missed.finditer(text) if linker.search(found[1])
    )  # marks that the library joins


def _mastodon_length(text: str) -> int:
    links = compiled(r"https?://[^\s<>\"]+")
    mentions = compiled(r"(?<![\w/])(@\w+(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+")
    shortened = links.sub("x" * MASTODON_LINK_LENGTH, text)
    return grapheme_length(mentions.sub(r"\1", shortened))
