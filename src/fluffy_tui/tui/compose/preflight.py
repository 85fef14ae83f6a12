"""What would stop a post or mar it, said before anything is sent: one mark for each thing that is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import Counting, caption_advice, caption_problem, hashtag_count, text_length
from fluffy_tui.scheduling import MissingCode
from fluffy_tui.tui.text.times import moment_words
from fluffy_tui.tui.text.words import bytes_words, quoted, shape_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.media import Rendition
    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.scheduling import Agenda
    from fluffy_tui.similarity import EarlierPost

_LINK = re.compile(r"https?://\S+")
_SHORTEST = 12
"""Characters below which captions are alike by chance."""
_COMPARED = 400
"""Characters that are compared."""
NEARLY = 85.0
"""Likeness in percent from which two captions are told to be nearly the same."""
_MISSING = {
    MissingCode.BUFFER_KEY: "no Buffer key",
    MissingCode.MEDIA_HOST: "no picture upload",
    MissingCode.MEDIA_HOST_INVALID: "picture upload settings are wrong",
}
_LINKS_COUNT = (Counting.X_WEIGHTED, Counting.MASTODON)


class Level(StrEnum):
    """How a mark is meant; the value is its sign."""

    FINE = "✓"
    PENDING = "…"
    """Not known yet."""
    WARNING = "!"
    """It can be sent all the same."""
    STOPS = "✗"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that was looked at."""

    verdict: Level
    words: str
    key: str = ""
    """The key that mends it; empty where there is nothing to mend."""

    @property
    def told(self) -> str:
        """The mark as a line of text."""
        return f"{self.verdict} {self.words}{f' ({self.key})' if self.key else ''}"


@dataclass(frozen=True, slots=True)
class PreflightInput:
    """All that is known of a post before it is sent; what is still being found out is None."""

    caption: str
    alt_text: str
    share_mode: ShareMode
    rules: NetworkRules
    now: datetime
    zone: tzinfo
    at: datetime | None = None
    """When it would go out."""
    rendition: Rendition | None = None
    rendition_problem: str = ""
    agenda: Agenda | None = None
    looks_back: bool = False
    """Whether it was found out if the same picture went out before; else that mark is not shown."""
    sighting: EarlierPost | None = None
    earlier: Sequence[str] = ()
    """Captions of the persona's last posts, the newest first."""


def preflight(draft: PreflightInput) -> list[Mark]:
    """Return the marks, in the order of the form."""
    return [
        *_picture(draft),
        *word_marks(draft),
        *_channel(draft),
        *time_marks(draft),
        *_seen_before(draft),
    ]


def word_marks(draft: PreflightInput) -> Iterator[Mark]:
    """Yield the marks of caption and alt text."""
    yield from _caption(draft)
    yield from _likeness(draft)
    yield _alt_text(draft)


def _picture(draft: PreflightInput) -> Iterator[Mark]:
    made, image = draft.rendition, draft.rules.image
    if draft.rendition_problem:
        yield Mark(Level.STOPS, draft.rendition_problem, "esc")
        return
    if made is None:
        yield Mark(Level.PENDING, "picture")
        return
    ratio, shape = made.width / made.height, shape_words(made.width, made.height)
    if image.min_ratio is not None and ratio < image.min_ratio * 0.999:
        yield Mark(Level.WARNING, f"{shape} may become a reminder", "ctrl+f")
    elif image.max_ratio is not None and ratio > image.max_ratio * 1.001:
        yield Mark(Level.WARNING, f"{shape} is too wide", "ctrl+f")
    else:
        yield Mark(Level.FINE, shape)
    if image.min_width is not None and made.width < image.min_width:
        yield Mark(Level.WARNING, f"only {made.width} pixels wide", "ctrl+f")
    size = len(made.data)
    if size > image.max_bytes:
        yield Mark(Level.STOPS, f"{bytes_words(size)} of {bytes_words(image.max_bytes)}", "ctrl+f")
    else:
        yield Mark(Level.FINE, bytes_words(size))
    if "JPEG" in image.formats:
        yield Mark(Level.FINE, "JPEG")
    else:
        yield Mark(Level.STOPS, "no JPEG taken here", "esc")


def _caption(draft: PreflightInput) -> Iterator[Mark]:
    rules = draft.rules
    problem = caption_problem(draft.caption, rules)
    count = text_length(draft.caption, rules)
    if problem is None:
        yield Mark(Level.FINE, f"{count:,} of {rules.caption_limit:,}")
    elif problem.count:
        yield Mark(Level.STOPS, f"{count - rules.caption_limit:,} too long", "f2")
    else:
        yield Mark(Level.STOPS, "no caption" if not draft.caption.strip() else "no readable caption", "f2")
    tags = hashtag_count(draft.caption)
    if rules.hashtag_limit is not None:
        words = f"{tags} of {rules.hashtag_limit} hashtags"
        fine = caption_advice(draft.caption, rules) is None
        yield Mark(Level.FINE, words) if fine else Mark(Level.WARNING, words, "f2")
    links = len(_LINK.findall(draft.caption))
    if links:
        some = "1 link" if links == 1 else f"{links} links"
        if rules.service == "instagram":
            yield Mark(Level.WARNING, f"{some}, not clickable here", "f2")
        elif rules.counting in _LINKS_COUNT:
            yield Mark(Level.FINE, f"{some}, 23 each")


def nearest_caption(caption: str, earlier: Sequence[str]) -> str:
    """Return the earlier caption that is nearly the same, if there is one; empty otherwise.

    Hashtags do not count, since people use the same ones again and again.
    """
    words = _bare(caption)
    if len(words) < _SHORTEST or not earlier:
        return ""
    from rapidfuzz import (
        fuzz,
    )  # asked at each key: difflib would be felt, and its import is not for the first frame

    alike = (other for other in earlier if fuzz.ratio(words, _bare(other), score_cutoff=NEARLY))
    return next(alike, "")


def _bare(caption: str) -> str:
    words = [word for word in caption[:_COMPARED].casefold().split() if not word.startswith("#")]
    return " ".join(words)


def _likeness(draft: PreflightInput) -> Iterator[Mark]:
    if like := nearest_caption(draft.caption, draft.earlier):
        yield Mark(Level.WARNING, f"nearly the same as {quoted(like)}", "f2")


def _alt_text(draft: PreflightInput) -> Mark:
    surplus = len(draft.alt_text) - draft.rules.alt_text_limit
    if surplus > 0:
        return Mark(Level.STOPS, f"alt text {surplus:,} too long", "f3")
    if not draft.alt_text.strip():
        return Mark(Level.WARNING, "no alt text", "f3")
    return Mark(Level.FINE, "alt text")


def _channel(draft: PreflightInput) -> Iterator[Mark]:
    agenda = draft.agenda
    if agenda is None:
        yield Mark(Level.PENDING, "channel")
        return
    channel = agenda.channel
    if channel is None:
        yield Mark(Level.STOPS, "no channel", "esc then @ then c")
    elif channel.is_disconnected:
        yield Mark(Level.WARNING, "channel disconnected: reconnect it in Buffer", "ctrl+r")
    elif channel.is_locked:
        yield Mark(Level.WARNING, "channel locked by Buffer's plan", "ctrl+r")
    elif channel.is_queue_paused:
        yield Mark(Level.WARNING, "queue paused: resume it in Buffer", "ctrl+r")
    else:
        yield Mark(Level.FINE, "channel")
    if channel is not None and agenda.room is not None and draft.share_mode is not ShareMode.SHARE_NOW:
        if agenda.room:
            yield Mark(Level.FINE, f"room for {agenda.room}")
        else:
            limit = channel.scheduled_posts_limit
            yield Mark(Level.WARNING, f"queue {agenda.waiting} of {limit}: it waits here", "ctrl+t")
    for missing in agenda.missing:
        yield Mark(Level.STOPS, f"{_MISSING[missing.code]}: saved as a draft", "esc then ,")
    if not agenda.missing:
        yield Mark(Level.FINE, "host")


def time_marks(draft: PreflightInput) -> Iterator[Mark]:
    """Yield the marks of the time; none before it is known what else is planned."""
    agenda = draft.agenda
    if agenda is None:
        return
    if draft.share_mode is ShareMode.CUSTOM_SCHEDULED and draft.at is None:
        yield Mark(Level.STOPS, "no time", "ctrl+t")
    elif draft.at is not None and (near := agenda.near(draft.at)):
        apart = int(abs(near[0].at - draft.at).total_seconds() // 60)
        yield Mark(Level.WARNING, f"{apart} min from another post" if apart else "time is taken", "ctrl+t")
    queued = draft.share_mode in (ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT)
    if queued and agenda.channel is not None and not agenda.channel.has_slots:
        yield Mark(Level.WARNING, "the channel has no slots", "ctrl+t")


def _seen_before(draft: PreflightInput) -> Iterator[Mark]:
    if not draft.looks_back:
        return
    seen = draft.sighting
    if seen is None:
        yield Mark(Level.FINE, "not posted before")
        return
    when = f" {moment_words(seen.at, draft.now, draft.zone)}" if seen.at else ""
    words = f"same picture posted{when}" if seen.posted else f"same picture waits{when}"
    yield Mark(Level.WARNING, words, "f8")
