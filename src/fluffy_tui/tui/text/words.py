"""States, times and shapes in plain words, the same on every screen."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import PostStatus, Step

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_SHAPES = (
    ("1:1", 1.0),
    ("4:5", 4 / 5),
    ("5:4", 5 / 4),
    ("3:4", 3 / 4),
    ("4:3", 4 / 3),
    ("2:3", 2 / 3),
    ("3:2", 3 / 2),
    ("9:16", 9 / 16),
    ("16:9", 16 / 9),
    ("1:2", 1 / 2),
    ("2:1", 2.0),
)

_SIGNS = {
    Step.UNCONFIRMED: "?",
    Step.HELD: "!",
    Step.ACCEPTED: "✓",
    Step.PUBLISHING: "▲",
    Step.LIVE: "✓",
    Step.FAILED: "✗",
}


def state_words(post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Say how far a post is; one line, without the caption.

    Errors are named by their first sentence; the post's own screen shows the whole.

    Args:
        post: The post.
        now: The present moment.
        zone: The channel's time zone, in which it is told when the post goes out.
        own_zone: The person's, in which it is told when something is tried again.
    """
    match post.step:
        case Step.QUEUED:
            if post.next_try_at is not None and post.next_try_at > now:
                return f"goes out in {duration_words(post.next_try_at - now)}"
            return "waiting for the worker"
        case Step.RENDERING:
            return "rendering the picture"
        case Step.HOSTING:
            return "hosting the picture"
        case Step.SENDING:
            return "sending to Buffer"
        case Step.UNCONFIRMED:
            return "not confirmed, looking in Buffer"
        case Step.HELD:
            return _held(post, now, zone, own_zone)
        case Step.ACCEPTED:
            when = f" for {moment_words(post.scheduled_at, now, zone)}" if post.scheduled_at else ""
            return f"in Buffer{when}"
        case Step.PUBLISHING:
            return "Buffer is publishing it"
        case Step.LIVE:
            return _live(post, now, zone)
        case Step.FAILED:
            return f"failed: {_cause(post)}" if post.error_message else "failed"
        case None:
            return _without_step(post, now, zone)


def state_sign(post: Post) -> str:
    """Return one character that goes before the words, so that colour is never the only difference."""
    if post.step is None:
        return "✎" if post.status is PostStatus.DRAFT else "✓"
    return _SIGNS.get(post.step, "●")


def state_tone(post: Post) -> str:
    """Return which of the theme's colours suits the state: primary, success, warning, error or foreground."""
    match post.step:
        case Step.FAILED:
            return "error"
        case Step.HELD | Step.UNCONFIRMED:
            return "warning"
        case Step.ACCEPTED | Step.PUBLISHING | Step.LIVE:
            return "success"
        case None:
            return "foreground"
        case _:
            return "primary"


def state_in_both_zones(post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Say how far a post is where there is room to tell when it goes or went out in the person's zone as well."""
    if post.step is Step.ACCEPTED and post.scheduled_at is not None:
        return f"in Buffer for {both_zones(post.scheduled_at, zone, own_zone)}"
    if post.step is Step.LIVE and post.posted_at is not None:
        return f"live since {both_zones(post.posted_at, zone, own_zone)}{_late(post)}"
    return state_words(post, now, zone, own_zone)


def _held(post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    until = f" until {own_moment(post.next_try_at, now, zone, own_zone)}" if post.next_try_at else ""
    return f"held{until}: {_cause(post)}" if post.error_message else f"held{until}"


def _live(post: Post, now: datetime, zone: tzinfo) -> str:
    if post.posted_at is None:
        return "live"
    return f"live {moment_words(post.posted_at, now, zone)}{_late(post)}"


def _late(post: Post) -> str:
    if post.posted_at is None or post.scheduled_at is None:
        return ""
    delay = post.posted_at - post.scheduled_at
    return f", {duration_words(delay)} late" if delay >= timedelta(seconds=1) else ""


def _without_step(post: Post, now: datetime, zone: tzinfo) -> str:
    match post.status:
        case PostStatus.DRAFT:
            return f"draft, not sent: {_cause(post)}" if post.error_message else "draft, not sent"
        case PostStatus.SCHEDULED:
            when = f" for {moment_words(post.scheduled_at, now, zone)}" if post.scheduled_at else ""
            return f"in Buffer{when}"
        case PostStatus.POSTED:
            return _live(post, now, zone)
        case PostStatus.FAILED:
            return f"failed: {_cause(post)}" if post.error_message else "failed"


def _cause(post: Post) -> str:
    """Return the first sentence of what went wrong."""
    message = one_line(post.error_message or "")
    first, stop, _ = message.partition(". ")
    return (first if stop else message).rstrip(".")


def moment_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a moment as short as it can be told: `Tue 09:00`, `24 Nov 09:00`, `24 Nov 2027 09:00`."""
    there, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (there.date() - today).days
    if days == 0:
        return f"{there:%H:%M}"
    if 0 < days < 7:
        return f"{there:%a %H:%M}"
    return f"{there.day} {there:%b %H:%M}" if there.year == today.year else f"{there.day} {there:%b %Y %H:%M}"


def own_moment(moment: datetime, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return a moment in the person's zone, said so where it stands among times of a channel with other clocks."""
    differs = moment.astimezone(zone).utcoffset() != moment.astimezone(own_zone).utcoffset()
    return f"{'your ' * differs}{moment_words(moment, now, own_zone)}"


def both_zones(moment: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Return a moment in the channel's zone and, where the clocks differ, in the person's as well."""
    there, here = moment.astimezone(zone), moment.astimezone(own_zone)
    words = f"{there:%a} {there.day} {there:%b %H:%M} {zone_name(zone, moment)}"
    if there.utcoffset() == here.utcoffset():
        return words
    own = f"{here:%H:%M}" if here.date() == there.date() else f"{here:%a %H:%M}"
    return f"{words} (your {own})"


def zone_name(zone: tzinfo, moment: datetime) -> str:
    """Return the city of a zone as people say it (`New York`), or its abbreviation where it names no city."""
    if isinstance(zone, ZoneInfo) and "/" in zone.key:
        return zone.key.rpartition("/")[2].replace("_", " ")
    return moment.astimezone(zone).tzname() or "UTC"


def relative_time(moment: datetime, now: datetime) -> str:
    """Return how far a moment lies ahead or behind: `in 3 h`, `2 d ago`, `now`."""
    distance = moment - now
    if abs(distance) < timedelta(seconds=1):
        return "now"
    return f"in {duration_words(distance)}" if distance > timedelta() else f"{duration_words(-distance)} ago"


def duration_words(duration: timedelta) -> str:
    """Return a duration in its largest unit: `14 s`, `3 min`, `5 h`, `12 d`."""
    seconds = int(duration.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def shape_words(width: float, height: float) -> str:
    """Name a picture's shape as photographers do (`4:5`), or as a ratio such as `1.45:1`."""
    ratio = width / height
    name, known = min(_SHAPES, key=lambda shape: abs(shape[1] / ratio - 1))
    if abs(known / ratio - 1) <= 0.02:
        return name
    return f"{ratio:.2f}:1" if ratio < 10 else f"{ratio:.0f}:1"


def bytes_words(size: int) -> str:
    """Return a file size in the unit that reads best, powers of ten: `412 kB`, `2.1 MB`."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def drafts_word(number: int) -> str:
    """Return the word for so many drafts."""
    return "draft" if number == 1 else "drafts"


def shortened(text: str, length: int = 24) -> str:
    """Return the beginning of a text, with … where something was left out."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def quoted(caption: str, length: int = 24) -> str:
    """Return the beginning of a caption in quotation marks, on one line."""
    return f"“{shortened(one_line(caption).strip(), length)}”"


def one_line(text: str) -> str:
    """Return foreign text fit for one line of a terminal.

    Line ends and tabs become spaces; control characters and bytes that are no text are shown as `�`; marks
    that turn the writing direction of what follows are left out.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_harmless(char) for char in text)


def _harmless(char: str) -> str:
    if char in "\n\r\t\u2028\u2029":
        return " "
    if char in _BIDI_CONTROLS:
        return ""
    return "�" if unicodedata.category(char) in ("Cc", "Cs") else char


def error_words(error: BaseException) -> str:
    """Return what a person should read of an error; the details of an unexpected one stay in the log."""
    if isinstance(error, FluffyError):
        return str(error)
    return "Something unexpected went wrong; the log file has the details."
