"""How a persona's posts did, as an answer to an assistant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.clocks import SystemZone
from fluffy_tui.modes.assistant import answers
from fluffy_tui.photos import Orientation
from fluffy_tui.scheduling import channel_zone
from fluffy_tui.tui.text.results_words import nothing_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fluffy_tui.buffer import Channel
    from fluffy_tui.scheduling import ChannelMedian, ComparedPost, Comparison, CountedPost, Group

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def results_answer(
    channels: Mapping[str, Channel],
    posts: Sequence[CountedPost],
    comparison: Comparison,
    measures: Sequence[str],
) -> answers.PersonaResults:
    """Return how all live posts of a persona did, given all known channels by id and by what posts can be compared."""

    def at(post: CountedPost) -> datetime:
        channel = channels.get(post.channel_id)
        return post.at.astimezone(channel_zone(channel) if channel else SystemZone())

    def monday(post: CountedPost) -> str:
        day = at(post).date()
        return f"{day - timedelta(days=day.weekday()):%Y-%m-%d}"

    weeks = comparison.grouped(lambda post: [monday(post)], few=1)
    weekdays = comparison.grouped(lambda post: [at(post).weekday()])
    hours = comparison.grouped(lambda post: [at(post).hour])
    shapes = comparison.grouped(lambda post: [post.shape] if post.shape else [])
    tags = comparison.grouped(lambda post: post.hashtags)
    best_tags = sorted((-group.ratio, tag) for tag, group in tags.items() if group.ratio is not None)
    return answers.PersonaResults(
        measures=tuple(measures),
        compared=len(comparison.posts),
        as_of=comparison.as_of,
        nothing_because="" if comparison.posts else nothing_words(posts, comparison),
        best=tuple(_best(one, channels) for one in comparison.best()),
        channels=tuple(_channel(one, channels) for one in comparison.channels),
        weeks=_groups(weeks, sorted(weeks), str),
        weekdays=_groups(weekdays, range(7), WEEKDAYS.__getitem__),
        hours=_groups(hours, range(24), "{:02}:00".format),
        shapes=_groups(shapes, Orientation, str),
        hashtags=_groups(tags, [tag for _, tag in best_tags], str),
    )


def _best(one: ComparedPost, channels: Mapping[str, Channel]) -> answers.BestPost:
    channel = channels.get(one.post.channel_id)
    return answers.BestPost(
        post_id=one.post.id,
        photo_id=one.post.photo_id,
        channel=channel.name if channel else one.post.channel_id,
        network=channel.network if channel else "",
        at=one.post.at,
        caption=one.post.caption,
        metrics=one.post.results.by_type,
        measure=one.metric.type,
        ratio=one.ratio,
    )


def _channel(one: ChannelMedian, channels: Mapping[str, Channel]) -> answers.ChannelResults:
    channel = channels.get(one.channel_id)
    return answers.ChannelResults(
        channel=channel.name if channel else one.channel_id,
        network=channel.network if channel else "",
        measure=one.metric.type,
        median=one.metric.value,
        count=one.count,
        compared=one.is_comparable,
    )


def _groups(
    groups: Mapping[Any, Group[Any]], order: Iterable[Any], name: Callable[[Any], str]
) -> tuple[answers.GroupResults, ...]:
    found = (groups[key] for key in order if key in groups)
    return tuple(
        answers.GroupResults(name=name(group.key), count=group.count, ratio=group.ratio) for group in found
    )
