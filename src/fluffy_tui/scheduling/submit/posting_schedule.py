"""The slots of a channel's posting schedule, and who will have which: arithmetic without a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling.model import IN_BUFFER, ON_THE_WAY, Missing, Post, Step

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from fluffy_tui.buffer import Channel

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Buffer's `DayOfWeek`, in the order of `datetime.weekday`."""
HORIZON = timedelta(days=400)
"""How far ahead slots are looked for; Buffer documents no horizon of its own."""
TOO_CLOSE = timedelta(hours=2)
"""Two posts of one channel nearer to each other than this take each other's readers."""


def channel_zone(channel: Channel) -> ZoneInfo:
    """Return the zone that a channel's schedule is meant in; UTC where Buffer names one that is not known."""
    try:
        return ZoneInfo(channel.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def slots(channel: Channel, after: datetime, until: datetime | None = None) -> Iterator[datetime]:
    """Yield the channel's slots later than `after` and not later than `until`, in order, each once, in UTC.

    Slots are wall-clock times: 09:00 stays 09:00 when the clocks change. A slot in the hour that is left out
    in spring comes an hour later by the clock; one in the hour that comes twice in autumn counts the first time.

    Args:
        channel: Its schedule and zone are read.
        after: A moment, with a zone.
        until: The last moment of interest; `HORIZON` after the first when not given.
    """
    zone = channel_zone(channel)
    end = until or after + HORIZON
    times = {
        day.day: sorted({time.fromisoformat(text) for text in day.times})
        for day in channel.posting_schedule
        if not day.paused
    }
    date, last = after.astimezone(zone).date(), end.astimezone(zone).date()
    before = after
    while date <= last:
        moments = {
            datetime.combine(date, at, zone).astimezone(UTC) for at in times.get(DAYS[date.weekday()], ())
        }
        for moment in sorted(moments):
            if before < moment <= end:
                before = moment
                yield moment
        date += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A post and when it goes out, or went."""

    post: Post
    at: datetime
    """In UTC."""
    is_forecast: bool
    """Whether the time is worked out from the schedule; else Buffer has said it or the person has asked for it."""


@dataclass(frozen=True)
class Agenda:
    """What goes out on a channel and when, as far as we know: Buffer may hold posts that were made elsewhere.

    Posts in the queue that Buffer has not accepted yet take the free slots in the order of their line.
    """

    channel: Channel | None
    """None for a persona without one: then nothing is planned and nothing is free."""
    posts: tuple[Post, ...]
    """The channel's posts that wait, are in Buffer or went out lately, in the order of the line."""
    now: datetime
    missing: tuple[Missing, ...] = ()
    """What delivery lacks; submissions stay drafts meanwhile."""
    spoken_for: int = 0
    """Places in the queue that go to posts which are still being written."""

    @property
    def waiting(self) -> int:
        """How many posts have not gone out yet, those spoken for among them."""
        return self.spoken_for + sum(post.step in (*ON_THE_WAY, *IN_BUFFER) for post in self.posts)

    @property
    def room(self) -> int | None:
        """How many more posts Buffer takes now; None where its limit is not known."""
        if self.channel is None or self.channel.scheduled_posts_limit is None:
            return None
        return max(0, self.channel.scheduled_posts_limit - self.waiting)

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """All posts that have a time, known or worked out, the earliest first."""
        found = [planned for post in self.posts if (planned := _known(post)) is not None]
        known = {planned.post.id for planned in found}
        free = self._free({planned.at for planned in found})
        queue = [post for post in self.posts if post.id not in known and _takes_a_slot(post)]
        queue.sort(
            key=lambda post: post.share_mode is not ShareMode.SHARE_NEXT
        )  # stable: the line's order stays
        found += [Planned(post, at, True) for post, at in zip(queue, free, strict=False)]
        return tuple(sorted(found, key=lambda planned: (planned.at, planned.post.id)))

    def free_slots(self, count: int) -> list[datetime]:
        """Return the next slots that nothing of ours will have, in UTC; fewer where there are not so many."""
        return list(islice(self._free({planned.at for planned in self.planned}), count))

    @property
    def next_free(self) -> datetime | None:
        """The slot that a post added to the queue now will have; None for a channel without slots."""
        return next(iter(self.free_slots(1)), None)

    @property
    def next_slot(self) -> datetime | None:
        """The channel's very next slot, taken or not."""
        return next(slots(self.channel, self.now), None) if self.channel else None

    @property
    def to_come(self) -> tuple[Planned, ...]:
        """What has not gone out yet, the earliest first."""
        return tuple(planned for planned in self.planned if planned.post.step is not Step.LIVE)

    @property
    def runway(self) -> timedelta:
        """How long from now until the last post that is planned; nothing when nothing is."""
        ahead = [planned.at for planned in self.to_come if planned.at > self.now]
        return max(ahead) - self.now if ahead else timedelta()

    def near(self, at: datetime, within: timedelta = TOO_CLOSE) -> list[Planned]:
        """Return what goes or went out nearer to a moment than that, the nearest first."""
        close = [planned for planned in self.planned if abs(planned.at - at) < within]
        return sorted(close, key=lambda planned: abs(planned.at - at))

    def on_day_of(self, at: datetime) -> list[Planned]:
        """Return what goes or went out on the same day in the channel's zone."""
        if self.channel is None:
            return []
        zone = channel_zone(self.channel)
        day = at.astimezone(zone).date()
        return [planned for planned in self.planned if planned.at.astimezone(zone).date() == day]

    def _free(self, taken: Container[datetime]) -> Iterator[datetime]:
        if self.channel is None:
            return iter(())
        return (slot for slot in slots(self.channel, self.now) if slot not in taken)


def _known(post: Post) -> Planned | None:
    """Return a post whose time need not be worked out."""
    if post.step is Step.LIVE and post.posted_at is not None:
        return Planned(post, (post.scheduled_at or post.posted_at).astimezone(UTC), False)
    if post.scheduled_at is not None and post.step in IN_BUFFER:
        return Planned(post, post.scheduled_at.astimezone(UTC), False)
    asked = post.share_mode is ShareMode.CUSTOM_SCHEDULED and post.step in ON_THE_WAY
    if asked and post.requested_at_time is not None:
        return Planned(post, post.requested_at_time.astimezone(UTC), False)
    return None


def _takes_a_slot(post: Post) -> bool:
    return post.step in ON_THE_WAY and post.share_mode in (ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT)
