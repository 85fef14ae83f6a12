"""The state of a post as users see it: one name, sign and colour for each, the same on every screen.

The names are draft, queued, sending, in Buffer, live, held, unconfirmed and failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling import Post, PostStatus, Step
from fluffy_tui.tui.text.times import both_zones, duration_words, moment_words, own_moment
from fluffy_tui.tui.text.words import one_line, ordinal


@dataclass(frozen=True, slots=True)
class PostState:
    """How a state is shown."""

    name: str
    sign: str
    """One character, so that colour is never the only difference."""
    tone: str
    """A colour of the theme: primary for what waits, success for what is live, warning, error or foreground."""
    detail: str = ""
    """What follows the name where there is room, such as `: uploading picture`."""

    @property
    def words(self) -> str:
        """Name and detail."""
        return f"{self.name}{self.detail}"


DRAFT = PostState("draft", "✎", "foreground")
_STATES = {
    Step.QUEUED: PostState("queued", "●", "primary"),
    Step.RENDERING: PostState("sending", "●", "primary", ": preparing picture"),
    Step.HOSTING: PostState("sending", "●", "primary", ": uploading picture"),
    Step.SENDING: PostState("sending", "●", "primary", " to Buffer"),
    Step.UNCONFIRMED: PostState("unconfirmed", "?", "warning", ": checking Buffer"),
    Step.HELD: PostState("held", "!", "warning"),
    Step.ACCEPTED: PostState("in Buffer", "✓", "primary"),
    Step.PUBLISHING: PostState("in Buffer", "▲", "primary", ": publishing now"),
    Step.LIVE: PostState("live", "■", "success"),
    Step.FAILED: PostState("failed", "✗", "error"),
}
_STEPS = {
    PostStatus.SCHEDULED: Step.ACCEPTED,
    PostStatus.POSTED: Step.LIVE,
    PostStatus.FAILED: Step.FAILED,
}
"""Where a post is that has a status but no step."""


def photo_count_words(post: Post) -> str:
    """Return how many photos a post has, such as `5 photos`; empty for a single one.

    Where one of them is cut, the pictures are counted.
    """
    count = len(post.photos)
    return f"{count} {'photos' if len(post.photo_ids) == count else 'pictures'}" if count > 1 else ""


REQUESTED = {
    ShareMode.ADD_TO_QUEUE: "next free slot",
    ShareMode.SHARE_NEXT: "front of queue",
    ShareMode.SHARE_NOW: "now",
}
"""What was asked for when no time was."""


def step_state(step: Step | None, status: PostStatus = PostStatus.DRAFT) -> PostState:
    """Return how a step is shown; without one, the status decides."""
    step = step or _STEPS.get(status)
    return _STATES[step] if step else DRAFT


def state_of(post: Post) -> PostState:
    """Return how a post's state is shown."""
    return step_state(post.step, post.status)


def state_words(post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Describe a post's state in one line, with short times; of an error only the first sentence.

    When it goes out is in the channel's zone; when something is retried, in the user's.
    """
    return _words(post, now, zone, own_zone, lambda moment: moment_words(moment, now, zone))


def state_beside_time(
    post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo, *, place: tuple[int, int] | None = None
) -> str:
    """Describe a post's state as `state_words` does, beside the time at which it goes or went out.

    That time is left out; several tries are counted.
    """
    return _words(post, now, zone, own_zone, None, place)


def state_in_both_zones(post: Post, now: datetime, zone: tzinfo, own_zone: tzinfo) -> str:
    """Describe a post's state where there is room for full dates in both time zones."""
    return _words(post, now, zone, own_zone, lambda moment: both_zones(moment, now, zone, own_zone))


def queue_place(place: int, of: int) -> str:
    """Return a position in the queue: `2nd of 5 in the queue`, `next in the queue`."""
    if place == 1:
        return "next in the queue" if of == 1 else f"next of {of} in the queue"
    return f"{ordinal(place)} of {of} in the queue"


def _words(
    post: Post,
    now: datetime,
    zone: tzinfo,
    own_zone: tzinfo,
    when: Callable[[datetime], str] | None,
    place: tuple[int, int] | None = None,
) -> str:
    """Describe a state; without `when`, the time is left out and the tries are counted."""
    state, reason = state_of(post), _reason(post)
    name = f"{state.name} ({post.attempts} tries)" if when is None and post.attempts > 1 else state.name
    match post.step or _STEPS.get(post.status):
        case Step.QUEUED if post.next_try_at is not None and post.next_try_at > now:
            return f"{name}: sends in {duration_words(post.next_try_at - now)}"
        case Step.ACCEPTED if post.scheduled_at and when:
            return f"{name} for {when(post.scheduled_at)}"
        case Step.LIVE if post.posted_at:
            since = f" since {when(post.posted_at)}" if when else ""
            return f"{name}{since}{_delay(post)}"
        case Step.HELD:
            later = post.next_try_at if post.next_try_at is not None and post.next_try_at > now else None
            until = f" until {own_moment(later, now, zone, own_zone)}" if later else ""
            position = f", {queue_place(*place)}" if place and place[1] > 1 else ""
            return f"{name}{until}{position}{reason}"
        case Step.FAILED | None:
            return f"{name}{reason}"
        case _:
            return f"{name}{state.detail}"


def _reason(post: Post) -> str:
    message = one_line(post.error_message or "")
    first, stop, _ = message.partition(". ")
    return f": {(first if stop else message).rstrip('.')}" if message else ""


def _delay(post: Post) -> str:
    if post.posted_at is None or post.scheduled_at is None:
        return ""
    delay = post.posted_at - post.scheduled_at
    return f", {duration_words(delay)} late" if delay >= timedelta(seconds=1) else ""
