"""What can be wrong with a caption and what goes with it, checked before anything is saved or sent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from fluffy_tui.name_key import is_text
from fluffy_tui.networks.caption_hashtags import hashtag_count
from fluffy_tui.networks.network_rules import Counting, NetworkRules
from fluffy_tui.networks.text_length import text_length


class CaptionFault(StrEnum):
    """The kinds of problem with a caption, or with what goes with it."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    NUL = "nul"
    NOT_TEXT = "not-text"
    HASHTAGS = "hashtags"
    ALT_TEXT_TOO_LONG = "alt-text-too-long"
    NO_FIRST_COMMENT = "no-first-comment"
    """The network has none in Buffer."""
    FIRST_COMMENT_TOO_LONG = "first-comment-too-long"
    TOO_MANY_PHOTOS = "too-many-photos"
    TOO_MANY_TAGS = "too-many-tags"


@dataclass(frozen=True, slots=True)
class CaptionProblem:
    """Why a network rejects a caption, or what goes with it."""

    fault: CaptionFault
    message: str
    hint: str
    count: int | None = None
    """Characters, hashtags, photos or tags, if any of them were counted."""
    limit: int | None = None

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


def clean_caption(text: str) -> str:
    """Return the caption as it is saved and sent: without NUL, with line feeds as line ends, otherwise unchanged."""
    return re.sub(r"\r+\n", "\n", text.replace("\0", ""))


def caption_problem(text: str, rules: NetworkRules) -> CaptionProblem | None:
    """Return why this caption cannot be submitted, or None when it can."""
    if problem := _not_text(text, "caption"):
        return problem
    if not _has_visible_text(text):
        return CaptionProblem(CaptionFault.EMPTY, "The caption is empty.", "Write a few words.")
    return _too_long(text, rules, "caption", rules.caption_limit, CaptionFault.TOO_LONG)


def first_comment_problem(text: str, rules: NetworkRules) -> CaptionProblem | None:
    """Return why this first comment cannot be submitted, or None when it can; an empty one is not sent."""
    if not text.strip():
        return None
    if rules.first_comment_limit is None:
        return CaptionProblem(
            CaptionFault.NO_FIRST_COMMENT,
            f"Buffer cannot add a first comment on {rules.name}.",
            "Remove it, or add the text to the caption.",
        )
    return _not_text(text, "first comment") or _too_long(
        text, rules, "first comment", rules.first_comment_limit, CaptionFault.FIRST_COMMENT_TOO_LONG
    )


def photo_count_problem(count: int, rules: NetworkRules) -> CaptionProblem | None:
    """Return why a post cannot have this many photos, or None when it can."""
    none = (f"{rules.name} accepts only videos.", "Choose another channel.")
    return _too_many(count, rules.photo_limit, rules, "photos", none, CaptionFault.TOO_MANY_PHOTOS)


def people_tag_problem(count: int, rules: NetworkRules) -> CaptionProblem | None:
    """Return why a post cannot have this many people tagged in all its photos together, or None when it can."""
    none = (f"Buffer cannot tag people on {rules.name}.", "Remove the tags.")
    limit = rules.people_tag_limit or 0
    return _too_many(count, limit, rules, "people tagged", none, CaptionFault.TOO_MANY_TAGS)


def _too_many(
    count: int, limit: int, rules: NetworkRules, what: str, none: tuple[str, str], fault: CaptionFault
) -> CaptionProblem | None:
    """Return that a network allows fewer, or, in the words of `none`, that it allows not even one."""
    if count <= limit:
        return None
    message = f"The post has {count:,} {what}, and {rules.name} allows {limit:,}."
    words = (message, f"Remove {count - limit:,}.") if limit else none
    return CaptionProblem(fault, *words, count=count, limit=limit)


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


def _not_text(text: str, what: str) -> CaptionProblem | None:
    if "\0" in text:
        return CaptionProblem(
            CaptionFault.NUL,
            f"The {what} contains a NUL character, which no database or network can store.",
            "Remove it, or paste the text again.",
        )
    if not is_text(text):
        return CaptionProblem(
            CaptionFault.NOT_TEXT,
            f"The {what} contains bytes that are not text.",
            "Check that it is UTF-8 and paste it again.",
        )
    return None


def _too_long(
    text: str, rules: NetworkRules, what: str, limit: int, fault: CaptionFault
) -> CaptionProblem | None:
    count = text_length(text, rules)
    if count <= limit:
        return None
    return CaptionProblem(
        fault,
        f"The {what} has {count:,} characters, and {rules.name} allows {limit:,}.",
        f"Shorten it by {count - limit:,}.{_COUNTED_AS[rules.counting]}",
        count=count,
        limit=limit,
    )


def _has_visible_text(text: str) -> bool:
    """Whether any character is visible, unlike spaces, line ends or marks such as U+200B."""
    invisible = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cn"}
    return any(unicodedata.category(char) not in invisible for char in text)
