"""Everything that is known about a post, as lines of a label and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import ShareMode
from fluffy_tui.tui.text.words import both_zones, bytes_words, relative_time, state_sign, state_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, tzinfo

    from fluffy_tui.scheduling import Post

_WANTED = {
    ShareMode.ADD_TO_QUEUE: "the next free slot",
    ShareMode.SHARE_NEXT: "the front of the queue",
    ShareMode.SHARE_NOW: "at once",
}


def post_facts(
    post: Post,
    now: datetime,
    zone: tzinfo,
    own_zone: tzinfo,
    *,
    place: tuple[int, int] | None = None,
    hosted: datetime | None = None,
    channel: str = "",
) -> list[tuple[str, str]]:
    """Return what is known, in the order in which a person asks; what is not known is left out.

    Args:
        post: the post.
        now: the present moment.
        zone: the channel's time zone.
        own_zone: the person's time zone.
        place: which one it is in the line of its channel, and how many wait there.
        hosted: since when its picture is hosted.
        channel: the name of its channel; empty where only its id is known.
    """

    def when(moment: datetime) -> str:
        return f"{both_zones(moment, zone, own_zone)} · {relative_time(moment, now)}"

    state = f"{state_sign(post)} {state_words(post, now, zone, own_zone)}"
    facts = list(_facts(post, when, state, channel or post.channel_id or ""))
    where = next(index for index, (label, _) in enumerate(facts) if label == "wanted")
    facts.insert(where, ("in line", place_words(*place) if place else ""))
    facts.append(("hosted since", when(hosted) if hosted and post.media_url else ""))
    return [(label, words) for label, words in facts if words]


def place_words(place: int, of: int) -> str:
    """Return a place in the line: `2nd of 5 in line`, `next in line`."""
    if place == 1:
        return "next in line" if of == 1 else f"next of {of} in line"
    ending = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending} of {of} in line"


def _facts(
    post: Post, when: Callable[[datetime], str], state: str, channel: str
) -> Iterator[tuple[str, str]]:
    yield "state", state
    yield "why", post.error_message or ""
    yield "error code", post.error_code or ""
    yield "help", post.support_url or ""
    yield "next try", when(post.next_try_at) if post.next_try_at else ""
    yield (
        "wanted",
        when(post.requested_at_time) if post.requested_at_time else _WANTED.get(post.share_mode, ""),
    )
    yield "due", when(post.scheduled_at) if post.scheduled_at else ""
    yield "posted", when(post.posted_at) if post.posted_at else ""
    yield "link", post.external_link or ""
    yield "channel", channel
    yield "status", str(post.status)
    yield "tries", str(post.attempts)
    yield "Buffer post", post.buffer_post_id or ""
    yield "rendition", rendition_words(post.rendition) if post.rendition else ""
    yield "picture at", post.media_url or ""
    yield "submitted", when(post.created_at)
    yield "last change", when(post.updated_at)


def rendition_words(rendition: Mapping[str, Any]) -> str:
    """Return what was made of the picture, from what delivery noted: size, bytes, fit, location."""
    parts = []
    if rendition.get("width") and rendition.get("height"):
        parts.append(f"{rendition['width']}×{rendition['height']} JPEG")
    if rendition.get("bytes"):
        parts.append(bytes_words(rendition["bytes"]))
    if rendition.get("fit"):
        parts.append({"pad": "padded", "crop": "cropped"}.get(rendition["fit"], str(rendition["fit"])))
    if rendition.get("location_removed"):
        parts.append("location removed")
    return " · ".join(parts)
