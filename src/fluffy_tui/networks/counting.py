"""How long a text is in the eyes of a network."""

from __future__ import annotations

from fluffy_tui.networks.patterns import compiled
from fluffy_tui.networks.rules import Counting, NetworkRules

MASTODON_LINK_LENGTH = 23
"""Every link counts as much (mastodon/mastodon, app/validators/status_length_validator.rb)."""


def text_length(text: str, rules: NetworkRules) -> int:
    """Return the length of a caption as the network counts it, comparable with `rules.caption_limit`."""
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
    return sum(1 for _ in compiled(r"\X").finditer(text))


def hashtag_count(text: str) -> int:
    """Return how many hashtags a caption has: `#` and a word that is not only digits.

    The rule that networks share (twitter-text: a hashtag needs a letter or a mark, and a boundary before it).
    """
    if "#" not in text and "＃" not in text:
        return 0
    tag = r"(?<![\w&#＃])[#＃](?!\uFE0F?\u20E3)[\p{N}_]*[\p{L}\p{M}][\p{L}\p{M}\p{N}_]*"
    return len(compiled(tag).findall(text))


def _mastodon_length(text: str) -> int:
    links = compiled(r"https?://[^\s<>\"]+")
    mentions = compiled(r"(?<![\w/])(@\w+(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+")
    shortened = links.sub("x" * MASTODON_LINK_LENGTH, text)
    return grapheme_length(mentions.sub(r"\1", shortened))
