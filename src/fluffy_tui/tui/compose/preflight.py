"""Preflight: everything that is checked before a post is submitted, one mark for each check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.networks import (
    CaptionFault,
    CaptionProblem,
    Counting,
    NetworkRules,
    alt_text_problem,
    caption_advice,
    caption_problem,
    first_comment_problem,
    hashtag_count,
    photo_count_problem,
    text_length,
    without_first_comment,
)
from fluffy_tui.scheduling import Agenda, MissingCode
from fluffy_tui.tui.session.drafts import unread_in
from fluffy_tui.tui.text.times import moment_words
from fluffy_tui.tui.text.words import bytes_words, one_line, plural, quoted, shape_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.media import Rendition
    from fluffy_tui.similarity import EarlierPost, OutsideMatch
    from fluffy_tui.tui.rendition import RenderResult

_LINK = re.compile(r"https?://\S+")
_SHORTEST = 12
"""Characters below which captions are similar by chance."""
_COMPARED = 400
"""Characters that are compared."""
SIMILAR = 85.0
"""Percentage from which two captions count as similar."""
_MISSING = {
    MissingCode.BUFFER_KEY: "no Buffer key",
    MissingCode.MEDIA_HOST: "no picture upload",
    MissingCode.MEDIA_HOST_INVALID: "picture upload settings are wrong",
}
_LINKS_COUNT = (Counting.X_WEIGHTED, Counting.MASTODON)


class Level(StrEnum):
    """How serious a mark is; the value is its sign."""

    FINE = "✓"
    PENDING = "…"
    """Not known yet."""
    WARNING = "!"
    """The post can be submitted all the same."""
    STOPS = "✗"


SEVERITY = (Level.FINE, Level.PENDING, Level.WARNING, Level.STOPS)
"""The levels from the least to the most serious."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The result of one check."""

    level: Level
    words: str
    key: str = ""
    """The default keys that lead to a fix, in order; empty where there is nothing to fix."""

    @property
    def line(self) -> str:
        return f"{self.level} {self.words}{f' ({self.key})' if self.key else ''}"


@dataclass(frozen=True, slots=True)
class PreflightInput:
    """Everything known about a post before it is submitted; what is still loading is None."""

    caption: str
    alt_text: str
    share_mode: ShareMode
    rules: NetworkRules
    now: datetime
    zone: tzinfo
    at: datetime | None = None
    """When it would go out."""
    picture: RenderResult | None = None
    agenda: Agenda | None = None
    has_searched: bool = False
    """Whether earlier posts of the same picture were searched; without that there is no mark for them."""
    earlier_post: EarlierPost | None = None
    earlier_captions: Sequence[str] = ()
    """Captions of the persona's last posts, newest first."""
    other_alt_texts: Sequence[str] = ()
    """Those of the post's other pictures; as many as it has."""
    photo_count: int | None = None
    """How many photos the pictures show; None for one each. A panorama that is cut has several pictures."""
    tagged: int = 0
    """How many people are tagged in all photos of the post."""
    cut_off: Sequence[str] = ()
    """The handles of those who are cut off in the pictures."""
    can_tag_elsewhere: bool = False
    """Whether another channel of the post has people tags; they are left out where there are none."""
    cover_ratio: float | None = None
    """Width ÷ height of all pictures of the post, where the network gives all of them the cover's."""
    repeated: int | None = None
    """Number of another photo of the post whose picture was posted before."""
    elsewhere: OutsideMatch | None = None
    """The post from elsewhere that shows the same picture, where one was found."""
    used_at: datetime | None = None
    """When the photos were last posted, if they are to be posted again."""
    posted_captions: Sequence[str] = ()
    """What was posted with them on this channel then."""
    first_comment: str = ""
    comment_refused_at: datetime | None = None
    """When Buffer recently rejected a first comment on the channel."""
    has_ai_label: bool = False
    is_ai_marked: bool = False
    """Whether the persona, or a photo of the post, says that it was made with AI."""
    captions_elsewhere: Sequence[tuple[NetworkRules, str]] = ()
    """Rules and captions of the post's other channels."""
    suggested: Sequence[str] = ()
    """Texts of a model as they were inserted, unless the user has confirmed to have read them."""


def preflight_marks(post: PreflightInput) -> list[Mark]:
    """Return all marks, in the order of the form."""
    return [
        *_photos(post),
        *_picture(post),
        *people_marks(post),
        *text_marks(post),
        *_channel(post),
        *time_marks(post),
        *_earlier_post(post),
    ]


def text_marks(post: PreflightInput) -> Iterator[Mark]:
    """Yield the marks of caption and alt text."""
    yield from _caption(post)
    if post.caption.strip() in map(str.strip, post.posted_captions):
        yield Mark(Level.WARNING, "same text as before: Buffer may refuse it", "f2")
    elif post.agenda is not None and post.agenda.has_text(post.caption):
        yield Mark(Level.WARNING, "same text as another post: Buffer may refuse it", "f2")
    elif similar := similar_caption(post.caption, post.earlier_captions):
        yield Mark(Level.WARNING, f"similar to {quoted(similar)}", "f2")
    yield from _captions_elsewhere(post)
    yield _alt_text(post)
    yield from _first_comment(post)
    for what, text, key in (
        ("caption", post.caption, "f2"),
        ("alt text", post.alt_text, "f3"),
        ("first comment", post.first_comment, "f6"),
    ):
        if unread_in((text,), post.suggested):
            yield Mark(Level.WARNING, f"suggested {what} not read yet", key)
    if post.rules.has_ai_label and post.has_ai_label:
        yield Mark(Level.FINE, "AI label")
    elif post.rules.has_ai_label and post.is_ai_marked:
        yield Mark(Level.WARNING, "made with AI, no AI label", "f12")


def _captions_elsewhere(post: PreflightInput) -> Iterator[Mark]:
    """Yield why other networks reject their captions; that there is none is said of the one that is shown."""
    for rules, caption in post.captions_elsewhere:
        problem = caption_problem(caption, rules)
        if problem is not None and problem.fault is CaptionFault.TOO_LONG:
            yield Mark(Level.STOPS, f"{rules.name}: {_surplus(problem):,} too long", "alt+↓")


def _first_comment(post: PreflightInput) -> Iterator[Mark]:
    if not post.first_comment.strip():
        return
    if post.rules.first_comment_limit is None:
        if without_first_comment(post.caption, post.first_comment) != (post.caption, ""):
            yield Mark(Level.WARNING, f"{post.rules.name} has no first comment: left out", "alt+h")
    elif (problem := first_comment_problem(post.first_comment, post.rules)) is not None:
        is_long = problem.fault is CaptionFault.FIRST_COMMENT_TOO_LONG
        words = f"first comment {_surplus(problem):,} too long" if is_long else "first comment is not text"
        yield Mark(Level.STOPS, words, "f6")
    elif post.comment_refused_at is not None:
        when = moment_words(post.comment_refused_at, post.now, post.zone)
        yield Mark(Level.STOPS, f"Buffer rejected a first comment here {when}", "alt+h")
    else:
        length = text_length(post.first_comment, post.rules)
        yield Mark(Level.FINE, f"first comment {length:,} of {post.rules.first_comment_limit:,}")


def _photos(post: PreflightInput) -> Iterator[Mark]:
    pictures = 1 + len(post.other_alt_texts)
    count = post.photo_count or pictures
    photos = f"{count} {plural(count, 'photo')}"
    if count != pictures:
        photos += f" in {pictures} pictures"
    if photo_count_problem(pictures, post.rules) is not None:
        limit = post.rules.photo_limit
        words = f"{photos}, limit {limit}" if limit else f"{post.rules.name} takes only videos"
        yield Mark(Level.STOPS, words, "ctrl+o" if limit else "")
    elif pictures > 1:
        yield Mark(Level.FINE, photos)
    if post.cover_ratio is not None:
        yield Mark(Level.FINE, f"all pictures {shape_words(post.cover_ratio, 1)}, as the cover")


def _picture(post: PreflightInput) -> Iterator[Mark]:
    image = post.rules.image
    if post.picture is None:
        yield Mark(Level.PENDING, "picture")
        return
    rendition = post.picture.rendition
    if post.picture.prevents_post:
        yield Mark(Level.STOPS, post.picture.problem, "esc")
        return
    if rendition is None:
        yield Mark(
            Level.WARNING, one_line(f"waits for a worker on {post.picture.machine}, which has the photo")
        )
        return
    if post.picture.is_damaged:
        yield Mark(Level.WARNING, "damaged, only what is left can be posted", "esc")
    if rendition.is_first_of_several:
        yield Mark(Level.WARNING, "animation, only its first picture is posted", "esc")
    ratio, shape = rendition.width / rendition.height, shape_words(rendition.width, rendition.height)
    if image.min_ratio is not None and ratio < image.min_ratio * 0.999:
        yield Mark(Level.WARNING, f"{shape} may become a reminder", "ctrl+f")
    elif image.max_ratio is not None and ratio > image.max_ratio * 1.001:
        yield Mark(Level.WARNING, f"{shape} is too wide", "ctrl+f")
    else:
        yield Mark(Level.FINE, shape)
    yield from _sharpness(rendition, post.rules)
    size = len(rendition.data)
    if size > image.max_bytes:
        yield Mark(Level.STOPS, f"{bytes_words(size)}, limit {bytes_words(image.max_bytes)}", "ctrl+f")
    else:
        yield Mark(Level.FINE, bytes_words(size))
    if "JPEG" in image.formats:
        yield Mark(Level.FINE, "JPEG")
    else:
        yield Mark(Level.STOPS, f"{post.rules.name} rejects JPEG", "esc")


def _sharpness(rendition: Rendition, rules: NetworkRules) -> Iterator[Mark]:
    """Yield what becomes of a picture with too few pixels: here, or on the network."""
    width, image = rendition.detail_width, rules.image
    if width < rendition.width:
        yield Mark(Level.WARNING, f"only {width} pixels wide, enlarged to {rendition.width:,}", "ctrl+f")
    elif image.shown_width is not None and width < image.shown_width:
        yield Mark(
            Level.WARNING,
            f"only {width} pixels wide, {rules.name} shows {image.shown_width:,}",
            "ctrl+f",
        )
    elif image.min_width is not None and width < image.min_width:
        yield Mark(Level.WARNING, f"only {width} pixels wide", "ctrl+f")


def people_marks(post: PreflightInput) -> Iterator[Mark]:
    """Yield the marks of the people who are tagged; none if nobody is."""
    if not post.tagged:
        return
    people = "1 person tagged" if post.tagged == 1 else f"{post.tagged} people tagged"
    limit = post.rules.people_tag_limit
    if limit is None and post.can_tag_elsewhere:
        yield Mark(Level.WARNING, f"nobody tagged on {post.rules.name}")
    elif limit is None:
        yield Mark(Level.STOPS, f"{people}, not possible on {post.rules.name}", "f10")
    elif post.tagged > limit:
        yield Mark(Level.STOPS, f"{people}, limit {limit}", "f10")
    else:
        yield Mark(Level.FINE, people)
    if post.cut_off and limit is not None:
        more = f" and {len(post.cut_off) - 1} more" if len(post.cut_off) > 1 else ""
        yield Mark(Level.WARNING, f"@{post.cut_off[0]}{more} cut off, so not tagged", "ctrl+f")


def _caption(post: PreflightInput) -> Iterator[Mark]:
    rules = post.rules
    problem = caption_problem(post.caption, rules)
    if problem is None:
        yield Mark(Level.FINE, f"{text_length(post.caption, rules):,} of {rules.caption_limit:,}")
    elif problem.fault is CaptionFault.TOO_LONG:
        yield Mark(Level.STOPS, f"{_surplus(problem):,} too long", "f2")
    else:
        is_empty = problem.fault is CaptionFault.EMPTY
        yield Mark(Level.STOPS, "no caption" if is_empty else "caption is not text", "f2")
    tags = hashtag_count(post.caption)
    if rules.hashtag_limit is not None:
        words = f"{tags} of {rules.hashtag_limit} hashtags"
        fine = caption_advice(post.caption, rules) is None
        yield Mark(Level.FINE, words) if fine else Mark(Level.WARNING, words, "f2")
    if links := len(_LINK.findall(post.caption)):
        some = f"{links} {plural(links, 'link')}"
        if rules.service == "instagram":
            yield Mark(Level.WARNING, f"{some}, not clickable here", "f2")
        elif rules.counting in _LINKS_COUNT:
            yield Mark(Level.FINE, f"{some}, 23 each")


def similar_caption(caption: str, earlier: Sequence[str]) -> str:
    """Return an earlier caption that is nearly the same; empty when there is none.

    Hashtags do not count, since people use the same ones again and again.
    """
    text = _without_hashtags(caption)
    if len(text) < _SHORTEST or not earlier:
        return ""
    from rapidfuzz import fuzz  # runs at each key, where difflib is too slow; not for the first frame

    similar = (other for other in earlier if fuzz.ratio(text, _without_hashtags(other), score_cutoff=SIMILAR))
    return next(similar, "")


def _without_hashtags(caption: str) -> str:
    return " ".join(word for word in caption[:_COMPARED].casefold().split() if not word.startswith("#"))


def _alt_text(post: PreflightInput) -> Mark:
    if (problem := alt_text_problem(post.alt_text, post.rules)) is not None:
        return Mark(Level.STOPS, f"alt text {_surplus(problem):,} too long", "f3")
    others = post.other_alt_texts
    if any(alt_text_problem(text, post.rules) is not None for text in others):
        return Mark(Level.STOPS, "alt text of another photo too long", "ctrl+n")
    missing = sum(not text.strip() for text in (post.alt_text, *others))
    if missing:
        pictures = len(others) + 1
        unit = "photos" if post.photo_count in (None, pictures) else "pictures"
        of_them = f" for {missing} of {pictures} {unit}" if others else ""
        return Mark(Level.WARNING, f"no alt text{of_them}", "ctrl+n" if post.alt_text.strip() else "f3")
    return Mark(Level.FINE, "alt text" + "s" * bool(others))


def _surplus(problem: CaptionProblem) -> int:
    return (problem.count or 0) - (problem.limit or 0)


def _channel(post: PreflightInput) -> Iterator[Mark]:
    agenda = post.agenda
    if agenda is None:
        yield Mark(Level.PENDING, "channel")
        return
    channel = agenda.channel
    if channel is None:
        yield Mark(Level.STOPS, "no channel", "esc then @ then c")
    elif channel.is_disconnected:
        yield Mark(Level.WARNING, "channel disconnected: reconnect it in Buffer", "ctrl+r")
    elif channel.is_locked:
        yield Mark(Level.WARNING, "channel locked by your Buffer plan", "ctrl+r")
    elif channel.is_queue_paused:
        yield Mark(Level.WARNING, "queue paused: resume it in Buffer", "ctrl+r")
    else:
        yield Mark(Level.FINE, "channel")
    if channel is not None and agenda.room is not None and post.share_mode is not ShareMode.SHARE_NOW:
        if agenda.room:
            yield Mark(Level.FINE, f"room for {agenda.room}")
        else:
            limit = channel.scheduled_posts_limit
            yield Mark(Level.WARNING, f"queue full, {agenda.waiting} of {limit}: will be held", "ctrl+t")
    for missing in agenda.missing:
        yield Mark(Level.STOPS, f"{_MISSING[missing.code]}: saved as a draft", "esc then ,")
    if not agenda.missing:
        yield Mark(Level.FINE, "upload")


def time_marks(post: PreflightInput) -> Iterator[Mark]:
    """Yield the marks of the time; none while the agenda is loading."""
    agenda = post.agenda
    if agenda is None:
        return
    if post.share_mode is ShareMode.CUSTOM_SCHEDULED and post.at is None:
        yield Mark(Level.STOPS, "no time", "ctrl+t")
    elif post.at is not None and (near := agenda.near(post.at, post.share_mode)):
        apart = int(abs(near[0].at - post.at).total_seconds() // 60)
        yield Mark(Level.WARNING, f"{apart} min from another post" if apart else "time is taken", "ctrl+t")
    is_queued = post.share_mode in (ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT)
    if is_queued and agenda.channel is not None and not agenda.channel.has_slots:
        yield Mark(Level.WARNING, "the channel has no slots", "ctrl+t")


def _earlier_post(post: PreflightInput) -> Iterator[Mark]:
    if post.used_at is not None:
        day = post.used_at.astimezone(post.zone)
        yield Mark(Level.FINE, f"used before on {day.day} {day:%b %Y}")
        return
    if not post.has_searched:
        return
    if (earlier := post.earlier_post) is not None:
        when = f" {moment_words(earlier.at, post.now, post.zone)}" if earlier.at else ""
        words = f"same picture posted{when}" if earlier.posted else f"same picture scheduled{when}"
        yield Mark(Level.WARNING, words, "f8")
        return
    if post.elsewhere is not None:
        day = post.elsewhere.sent_at.astimezone(post.zone)
        yield Mark(Level.WARNING, f"same picture posted elsewhere on {day.day} {day:%b %Y}")
    if post.repeated:
        yield Mark(Level.WARNING, f"photo {post.repeated} was posted or scheduled before", "ctrl+n")
    if post.elsewhere is None and not post.repeated:
        yield Mark(Level.FINE, "not posted before")
