"""Posts compared with the median of their own channel: networks count differently, so only ratios can be put together.

Nothing here asks anyone: it is arithmetic on posts that were read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Generic, TypeVar

from fluffy_tui.networks import hashtags
from fluffy_tui.photos import Orientation
from fluffy_tui.scheduling.plan.slots import DAYS, channel_zone
from fluffy_tui.scheduling.results.post_results import FIRST, Results
from fluffy_tui.similarity import Neighbour, Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fluffy_tui.buffer import Channel, Metric

FEW = 3
"""Fewer posts than this say nothing."""
FEW_IN_SLOT = 5
"""The same of a slot of the week, of which there are many, so that some would look good by chance."""
SETTLED_AFTER = timedelta(days=1)
"""How long a post must have been live when it was counted: it gets most reactions in its first hours."""
SQUARE_WITHIN = 0.02
"""How far the sides of a square may differ, as a fraction."""

Key = TypeVar("Key")
Slot = tuple[int, int]
"""A weekday, 0 for Monday, and an hour in the channel's time zone."""


@dataclass(frozen=True, slots=True)
class CountedPost:
    """A live post, as far as it can be compared with others."""

    id: int
    photo_id: int
    """The cover's id."""
    channel_id: str
    at: datetime
    """When it was due, or else when it went live."""
    caption: str
    first_comment: str
    shape: Orientation | None
    """The shape of the cover as posted; None where that was not recorded."""
    results: Results

    @property
    def hashtags(self) -> frozenset[str]:
        """Those of the caption and of the first comment, in lower case."""
        return frozenset(tag.lower() for text in (self.caption, self.first_comment) for tag in hashtags(text))


@dataclass(frozen=True, slots=True)
class ComparedPost:
    """A post and how it did."""

    post: CountedPost
    metric: Metric
    """The number that is compared."""
    ratio: float
    """That number ÷ the median of the channel."""


@dataclass(frozen=True, slots=True)
class ChannelMedian:
    """What is usual on a channel."""

    channel_id: str
    metric: Metric
    """The median."""
    count: int
    """How many posts there are."""

    @property
    def is_of_few(self) -> bool:
        """Whether it is of too few posts to say anything."""
        return self.count < FEW

    @property
    def is_comparable(self) -> bool:
        """Whether posts are compared with it: more than half of enough posts must have got something."""
        return not self.is_of_few and self.metric.value > 0


@dataclass(frozen=True, slots=True)
class Group(Generic[Key]):
    """How posts did that have something in common."""

    key: Key
    count: int
    """How many there are."""
    ratio: float | None
    """The median of their ratios; None where they are too few to say."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the posts of a persona did, by one number."""

    posts: tuple[ComparedPost, ...] = ()
    """Those that can be compared, newest first."""
    channels: tuple[ChannelMedian, ...] = ()
    """The medians of every channel that has the number, the one with the most posts first."""
    counted: int = 0
    """How many posts have any numbers."""
    too_new: int = 0
    """How many of those were counted within a day after they went live."""
    as_of: datetime | None = None
    """When Buffer last got one of the numbers that are compared."""

    def best(self, count: int = 10) -> list[ComparedPost]:
        """Return the posts that did best, the best first; of two alike the newer one."""
        return sorted(self.posts, key=lambda one: -one.ratio)[:count]

    def grouped(self, keys: Callable[[CountedPost], Iterable[Key]], few: int = FEW) -> dict[Key, Group[Key]]:
        """Return how the posts did that have a key in common; a group of fewer than `few` has no ratio.

        `keys` returns those of a post, each once; a post without any is left out.
        """
        ratios: dict[Key, list[float]] = defaultdict(list)
        for one in self.posts:
            for key in keys(one.post):
                ratios[key].append(one.ratio)
        return {
            key: Group(key, len(found), median(found) if len(found) >= few else None)
            for key, found in ratios.items()
        }


def compare(posts: Sequence[CountedPost], measure: str = "") -> Comparison:
    """Compare posts, the newest first, with the medians of their channels.

    The measure is Buffer's name of a number, such as `reach`. If not given, it is for each channel the first of
    `FIRST` among those that most of its posts have.
    """
    counted = [post for post in posts if post.results.metrics]
    settled = _settled(counted)
    of_channel: dict[str, list[CountedPost]] = defaultdict(list)
    for post in settled:
        of_channel[post.channel_id].append(post)
    medians = (_median(found, measure) for found in of_channel.values())
    channels = sorted(
        (one for one in medians if one is not None), key=lambda one: (-one.count, one.channel_id)
    )
    usual = {one.channel_id: one.metric for one in channels if one.is_comparable}
    compared = tuple(
        ComparedPost(post, metric, metric.value / usual[post.channel_id].value)
        for post in settled
        if post.channel_id in usual
        for metric in post.results.metrics
        if metric.type == usual[post.channel_id].type
    )
    as_of = max((one.post.results.as_of for one in compared if one.post.results.as_of), default=None)
    return Comparison(compared, tuple(channels), len(counted), len(counted) - len(settled), as_of)


def measures(posts: Sequence[CountedPost]) -> list[str]:
    """Return Buffer's names of the numbers that posts can be compared by, the most telling first; slow."""
    found = {metric.type for post in _settled(posts) for metric in post.results.metrics}
    return sorted((type_ for type_ in found if compare(posts, type_).posts), key=_place)


def slot_results(comparison: Comparison, channel: Channel) -> dict[Slot, Group[Slot]]:
    """Return how the posts in each slot of a channel's schedule did, without slots of which too few are known."""
    zone = channel_zone(channel)
    slots = {(DAYS.index(day.day), int(time[:2])) for day in channel.posting_schedule for time in day.times}

    def slot(post: CountedPost) -> Iterable[Slot]:
        at = post.at.astimezone(zone)
        found = (at.weekday(), at.hour)
        return [found] if post.channel_id == channel.id and found in slots else []

    groups = comparison.grouped(slot, FEW_IN_SLOT)
    return {key: group for key, group in groups.items() if group.ratio is not None}


def similar_results(comparison: Comparison, neighbours: Iterable[Neighbour]) -> Group[None] | None:
    """Return how posts did whose cover is among a photo's neighbours; None if too few different pictures are."""
    similar = {one.photo_id for one in neighbours if one.relation is not Relation.OTHER}
    found = [one for one in comparison.posts if one.post.photo_id in similar]
    if len({one.post.photo_id for one in found}) < FEW:
        return None
    return Group(None, len(found), median(one.ratio for one in found))


def shape_of(width: float | None, height: float | None) -> Orientation | None:
    """Return the shape of a picture as posted; None where its size was not recorded."""
    if not width or not height:
        return None
    if abs(width / height - 1) <= SQUARE_WITHIN:
        return Orientation.SQUARE
    return Orientation.PORTRAIT if width < height else Orientation.LANDSCAPE


def _settled(posts: Sequence[CountedPost]) -> list[CountedPost]:
    return [
        post
        for post in posts
        if post.results.as_of is not None and post.results.as_of - post.at >= SETTLED_AFTER
    ]


def _median(posts: Sequence[CountedPost], measure: str) -> ChannelMedian | None:
    """Return the median of a channel's posts by a number, or by the one that suits the channel."""
    values: dict[str, list[Metric]] = defaultdict(list)
    for post in posts:
        for metric in post.results.metrics:
            values[metric.type].append(metric)
    medians = {
        type_: ChannelMedian(
            posts[0].channel_id,
            replace(found[0], value=median(metric.value for metric in found)),
            len(found),
        )
        for type_, found in values.items()
    }
    return medians.get(measure) if measure else min(medians.values(), key=_suitability, default=None)


def _suitability(one: ChannelMedian) -> tuple[object, ...]:
    """Return a key that puts first what can be compared, is a count, is known of most posts, and tells most."""
    return not one.is_comparable, one.metric.is_percentage, -one.count, _place(one.metric.type)


def _place(type_: str) -> tuple[int, str]:
    return FIRST.index(type_) if type_ in FIRST else len(FIRST), type_
