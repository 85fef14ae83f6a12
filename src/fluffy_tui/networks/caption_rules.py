"""What can be wrong with a caption, checked before anything is saved or sent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from fluffy_tui.networks.network_rules import Counting, NetworkRules
from fluffy_tui.networks.text_length import hashtag_count, text_length


class CaptionFault(StrEnum):
    """The kinds of problem with a caption or an alt text."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    NUL = "nul"
    NOT_TEXT = "not-text"
    HASHTAGS = "hashtags"
    ALT_TEXT_TOO_LONG = "alt-text-too-long"


@dataclass(frozen=True, slots=True)
class CaptionProblem:
    """Why a network rejects a caption or an alt text."""

    fault: CaptionFault
    message: str
    hint: str
    count: int | None = None
    """Characters or hashtags, if one of them was counted."""
    limit: int | None = None

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


def clean_caption(text: str) -> str:
    """Return the caption as it is saved and sent: without NUL, with line feeds as line ends, otherwise unchanged."""
    return re.sub(r"\r+\n", "\n", text.replace("\0", ""))


def caption_problem(text: str, rules: NetworkRules) -> CaptionProblem | None:
    """Return why this caption cannot be submitted, or None when it can."""
    if "\0" in text:
        return CaptionProblem(
            CaptionFault.NUL,
            "The caption contains a NUL character, which no database or network can store.",
            "Remove it, or paste the text again.",
        )
    if not _can_be_encoded(text):
        return CaptionProblem(
            CaptionFault.NOT_TEXT,
            "The caption contains bytes that are not text.",
            "Check that it is UTF-8 and paste it again.",
        )
    if not _has_visible_text(text):
        return CaptionProblem(CaptionFault.EMPTY, "The caption is empty.", "Write a few words.")
    return _too_long(text, rules)


def alt_text_problem(text: str, rules: NetworkRules) -> CaptionProblem | None:
    """Return why this alt text cannot be submitted, or None when it can."""
    count, limit = len(text), rules.alt_text_limit
    if count <= limit:
        return None
    return CaptionProblem(
        CaptionFault.ALT_TEXT_TOO_LONG,
        f"The alt text has {count:,} characters, and {rules.name} allows {limit:,}.",
        f"Shorten it by {count - limit:,}.",
        count=count,
        limit=limit,
    )


def caption_advice(text: str, rules: NetworkRules) -> CaptionProblem | None:
    """Return what a network may object to in a caption that can still be submitted."""
    if rules.hashtag_limit is None:
        return None
    count = hashtag_count(text)
    if count <= rules.hashtag_limit:
        return None
    return CaptionProblem(
        CaptionFault.HASHTAGS,
        f"{rules.name} allows {rules.hashtag_limit} hashtags, and the caption has {count}.",
        f"Remove {count - rules.hashtag_limit}, or the network may reject or hide the post.",
        count=count,
        limit=rules.hashtag_limit,
    )


_COUNTED_AS = {
    Counting.CODE_POINTS: "",
    Counting.UTF_16: " An emoji counts as 2 or more.",
    Counting.GRAPHEMES: "",
    Counting.X_WEIGHTED: " Emoji and East Asian letters count as 2, every link as 23.",
    Counting.MASTODON: " Every link counts as 23.",
}


def _too_long(text: str, rules: NetworkRules) -> CaptionProblem | None:
    count, limit = text_length(text, rules), rules.caption_limit
    if count <= limit:
        return None
    return CaptionProblem(
        CaptionFault.TOO_LONG,
        f"The caption has {count:,} characters, and {rules.name} allows {limit:,}.",
        f"Shorten it by {count - limit:,}.{_COUNTED_AS[rules.counting]}",
        count=count,
        limit=limit,
    )


def _can_be_encoded(text: str) -> bool:
    """Whether the text has no lone surrogates, which come from undecodable input."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _has_visible_text(text: str) -> bool:
    """Whether any character is visible, unlike spaces, line ends or marks such as U+200B."""
    invisible = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cn"}
    return any(unicodedata.category(char) not in invisible for char in text)
