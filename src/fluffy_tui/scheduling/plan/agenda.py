"""Which post of a channel goes out when, known or forecast, which slots are free, and how long the posts last."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import islice

from fluffy_tui.buffer import Channel, ShareMode
from fluffy_tui.scheduling.model import IN_BUFFER, ON_THE_WAY, Missing, Post, Step
from fluffy_tui.scheduling.plan.slots import channel_zone, slots

TOO_CLOSE = timedelta(hours=2)
"""Two posts of one channel that are closer than this compete for attention."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A post and the time at which it goes out, or went out."""

    post: Post
    at: datetime
    """In UTC."""
    is_forecast: bool
    """Whether the time is computed from the schedule; otherwise Buffer or the user has set it."""


@dataclass(frozen=True)
class Agenda:
    """What goes out on a channel and when, as far as we know: Buffer may have posts that were made elsewhere.

    Posts that Buffer has not accepted yet take the free slots in the order of the queue.
    """

    channel: Channel | None
    """None for a persona without one: then nothing is planned and no slot is free."""
    posts: tuple[Post, ...]
    """The channel's posts that are queued, in Buffer, or recently live or failed, in the order of the queue."""
    now: datetime
    missing: tuple[Missing, ...] = ()
    """What delivery lacks; until it is set, submissions stay drafts."""
    written: Sequence[str] = ()
    """Captions of posts that are still being written: each takes a slot."""

    @property
    def waiting(self) -> int:
        """How many posts have not gone out yet, including those still being written."""
        return len(self.written) + sum(post.step in (*ON_THE_WAY, *IN_BUFFER) for post in self.posts)

    def has_text(self, caption: str) -> bool:
        """Return whether a post with exactly this text waits: Buffer may refuse another one as its duplicate."""
        waiting = (post.caption for post in self.posts if post.step in (*ON_THE_WAY, *IN_BUFFER))
        text = caption.strip()
        return bool(text) and any(other.strip() == text for other in (*self.written, *waiting))

    @property
    def room(self) -> int | None:
        """How many more posts Buffer takes now; None if its limit is unknown."""
        if self.channel is None or self.channel.scheduled_posts_limit is None:
            return None
        return max(0, self.channel.scheduled_posts_limit - self.waiting)

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """All posts that have a time, known or forecast, the earliest first."""
        found = [planned for post in self.posts if (planned := _known(post)) is not None]
        known = {planned.post.id for planned in found}
        free = self._free({planned.at for planned in found})
        queue = [
            post
            for post in self.posts
            if post.id not in known and post.step in ON_THE_WAY and _is_queued(post)
        ]
        # a stable sort keeps the order of the queue
        queue.sort(key=lambda post: post.share_mode is not ShareMode.SHARE_NEXT)
        found += [Planned(post, at, True) for post, at in zip(queue, free, strict=False)]
        return tuple(sorted(found, key=lambda planned: (planned.at, planned.post.id)))

    @cached_property
    def failed(self) -> tuple[Planned, ...]:
        """The posts that failed, each at the time at which it should have gone out; they take no slot."""
        failed = [post for post in self.posts if post.step is Step.FAILED]
        return tuple(
            Planned(post, post.goes_at.astimezone(UTC), False) for post in failed if post.goes_at is not None
        )

    def free_slots(self, count: int) -> list[datetime]:
        """Return the next slots that no post of ours takes, in UTC; fewer if there are not so many."""
        return list(islice(self._free({planned.at for planned in self.planned}), count))

    @property
    def next_free(self) -> datetime | None:
        """The slot that a post added to the queue now will get; None for a channel without slots."""
        return next(iter(self.free_slots(1)), None)

    @property
    def next_slot(self) -> datetime | None:
        """The slot of a post at the front of the queue: the next one that no post with a time of its own has."""
        fixed = {planned.at for planned in self.planned if not _is_queued(planned.post)}
        return next(self._free(fixed), None)

    @property
    def to_come(self) -> tuple[Planned, ...]:
        """What has not gone out yet, the earliest first."""
        return tuple(planned for planned in self.planned if planned.post.step is not Step.LIVE)

    @property
    def runway(self) -> timedelta:
        """How long from now until the last planned post; zero if there is none."""
        ahead = [planned.at for planned in self.to_come if planned.at > self.now]
        return max(ahead) - self.now if ahead else timedelta()

    def near(self, at: datetime, share_mode: ShareMode | None = None) -> list[Planned]:
        """Return what goes or went out too close to a moment, the closest first.

        A post that gets that time at the front of the queue moves back the one that has it.
        """
        is_first = share_mode is ShareMode.SHARE_NEXT
        close = [
            planned
            for planned in self.planned
            if abs(planned.at - at) < TOO_CLOSE
            and not (is_first and planned.at == at and _is_queued(planned.post))
        ]
        return sorted(close, key=lambda planned: abs(planned.at - at))

    def on_day_of(self, at: datetime) -> list[Planned]:
        """Return what goes or went out on the same day in the channel's time zone."""
        if self.channel is None:
            return []
        zone = channel_zone(self.channel)
        day = at.astimezone(zone).date()
        return [planned for planned in self.planned if planned.at.astimezone(zone).date() == day]

    def free_on(self, first: date, last: date) -> list[datetime]:
        """Return the slots from one day to another in the channel's time zone that no post of ours takes, in UTC."""
        if self.channel is None:
            return []
        zone = channel_zone(self.channel)
        begin = datetime.combine(first, time.min, zone).astimezone(UTC)
        end = datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC)
        taken = {planned.at for planned in self.planned}
        found = slots(self.channel, max(self.now, begin - datetime.resolution), end - datetime.resolution)
        return [slot for slot in found if slot not in taken]

    def _free(self, taken: Container[datetime]) -> Iterator[datetime]:
        if self.channel is None:
            return iter(())
        return (slot for slot in slots(self.channel, self.now) if slot not in taken)


def _known(post: Post) -> Planned | None:
    """Return a post whose time is known, or None."""
    if post.step is Step.LIVE and post.posted_at is not None:
        return Planned(post, post.posted_at.astimezone(UTC), False)
    if post.scheduled_at is not None and post.step in IN_BUFFER:
        return Planned(post, post.scheduled_at.astimezone(UTC), False)
    has_custom_time = post.share_mode is ShareMode.CUSTOM_SCHEDULED and post.step in ON_THE_WAY
    if has_custom_time and post.requested_at_time is not None:
        return Planned(post, post.requested_at_time.astimezone(UTC), False)
    return None


def _is_queued(post: Post) -> bool:
    """Return whether a post's time is that of its place in the queue."""
    return post.step is not Step.LIVE and post.share_mode in (ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT)
