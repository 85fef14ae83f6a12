"""Posts are compared within their channel, and only where there are enough of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.buffer import Channel, Metric, Service, SlotDay
from fluffy_tui.photos import Orientation
from fluffy_tui.scheduling import (
    Comparison,
    CountedPost,
    Group,
    Results,
    compare,
    measures,
    similar_results,
    slot_results,
)
from fluffy_tui.scheduling.results.comparison import shape_of
from fluffy_tui.similarity import Neighbour, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable

MONDAY = datetime(2027, 1, 4, 14, tzinfo=UTC)
"""09:00 in New York."""
DAY = timedelta(days=1)


def post(
    id_: int, channel: str = "ig", *, at: datetime = MONDAY, age: float = 2, **numbers: float
) -> CountedPost:
    """Return a post that was counted `age` days after it went live."""
    metrics = tuple(Metric(name, value, name.endswith("Rate")) for name, value in numbers.items())
    as_of = at + age * DAY if numbers else None
    return CountedPost(id_, 100 + id_, channel, at, "", "", None, Results(metrics, as_of))


def ratios(comparison: Comparison) -> dict[int, float]:
    return {one.post.id: one.ratio for one in comparison.posts}


def test_a_post_is_compared_with_the_median_of_its_own_channel() -> None:
    posts = [post(n, reactions=value) for n, value in enumerate((50, 100, 200))]
    posts += [post(n, "bsky", reactions=value) for n, value in enumerate((1, 2, 6, 8), 10)]
    found = compare(posts)
    assert ratios(found) == {0: 0.5, 1: 1.0, 2: 2.0, 10: 0.25, 11: 0.5, 12: 1.5, 13: 2.0}
    assert [(one.channel_id, one.metric.value, one.count) for one in found.channels] == [
        ("bsky", 4, 4),
        ("ig", 100, 3),
    ]
    assert [one.post.id for one in found.best(3)] == [2, 13, 12], "the newer of two alike is first"


def test_each_channel_is_compared_by_the_first_number_that_most_of_its_posts_have() -> None:
    posts = [post(n, reactions=5, reach=9, engagementRate=3) for n in range(3)]
    posts += [post(n, "tiktok", views=7, likes=2) for n in range(3, 5)]
    posts += [post(n, "tiktok", views=7) for n in range(5, 7)]
    posts += [post(n, "quiet", reactions=0, reach=40) for n in range(10, 13)]
    by_channel = {one.channel_id: one.metric for one in compare(posts).channels}
    assert by_channel == {
        "ig": Metric("reactions", 5),
        "tiktok": Metric("views", 7),
        "quiet": Metric("reach", 40),
    }
    few = [post(20, "ig", shares=1), post(21, "ig", shares=1)]
    assert measures([*posts, *few]) == ["reactions", "reach", "views", "engagementRate"]


def test_a_number_that_was_asked_for_leaves_out_posts_and_channels_without_it() -> None:
    posts = [post(n, reactions=5, engagementRate=n) for n in range(1, 4)] + [post(4, reactions=5)]
    posts += [post(n, "bsky", reactions=5) for n in range(5, 8)]
    found = compare(posts, "engagementRate")
    assert ratios(found) == {1: 0.5, 2: 1.0, 3: 1.5}
    assert [(one.channel_id, one.metric) for one in found.channels] == [
        ("ig", Metric("engagementRate", 2, True))
    ]
    assert compare(posts, "saves") == Comparison(counted=7)


def test_too_few_posts_or_a_median_of_nothing_compare_nothing() -> None:
    few = compare([post(1, reactions=5), post(2, reactions=7)])
    assert (few.posts, few.counted) == ((), 2)
    assert [(one.metric.value, one.is_comparable) for one in few.channels] == [(6, False)]
    nothing = compare([post(n, reactions=value) for n, value in enumerate((0, 0, 9))])
    assert nothing.posts == ()
    assert [one.is_comparable for one in nothing.channels] == [False]
    assert compare([]) == Comparison()


def test_posts_that_were_counted_on_their_first_day_and_those_without_numbers_do_not_count() -> None:
    posts = [post(n, reactions=10, at=MONDAY + n * DAY) for n in range(3)]
    found = compare([*posts, post(3, reactions=1, age=0.9), post(4)])
    assert set(ratios(found)) == {0, 1, 2}
    assert (found.counted, found.too_new) == (4, 1)
    assert found.as_of == MONDAY + 4 * DAY


def test_groups_have_a_ratio_only_from_three_posts_on() -> None:
    posts = [replace(post(n, reactions=10 * n), caption="#fog") for n in range(1, 6)]
    posts[0] = replace(posts[0], caption="#fog #sea")
    groups = compare(posts).grouped(lambda one: one.caption.split())
    assert groups == {"#fog": Group("#fog", 5, 1.0), "#sea": Group("#sea", 1, None)}


NEW_YORK = Channel(
    id="ig",
    organization_id="org",
    name="sarah",
    display_name=None,
    service=Service.INSTAGRAM,
    service_id="1",
    timezone="America/New_York",
    posting_schedule=(SlotDay("mon", ("09:00", "18:30")), SlotDay("sat", ("09:15",))),
)


@pytest.mark.parametrize(("count", "is_known"), [(4, False), (5, True)])
def test_a_slot_is_known_from_five_posts_in_its_hour_on(count: int, *, is_known: bool) -> None:
    in_slot = [
        post(n, at=MONDAY + n * timedelta(days=7) + timedelta(minutes=n), reactions=20) for n in range(count)
    ]
    elsewhere = [post(n, at=MONDAY + timedelta(hours=2), reactions=10) for n in range(10, 16)]
    others = [post(n, "bsky", reactions=10) for n in range(20, 26)]
    found = slot_results(compare([*in_slot, *elsewhere, *others]), NEW_YORK)
    assert found == ({(0, 9): Group((0, 9), 5, 2.0)} if is_known else {})


def near(*photo_ids: int, relation: Relation = Relation.SIMILAR) -> Iterable[Neighbour]:
    return [Neighbour(photo_id, 0.2, relation) for photo_id in photo_ids]


def test_similar_pictures_say_something_from_three_different_ones_on() -> None:
    posts = [post(n, reactions=value) for n, value in enumerate((10, 10, 10, 20, 30, 40))]
    cross_post = replace(post(9, "bsky", reactions=4), photo_id=104)
    comparison = compare([*posts, cross_post, post(10, "bsky", reactions=2), post(11, "bsky", reactions=2)])
    assert similar_results(comparison, near(103, 104, 105)) == Group(None, 4, 2.0)
    assert similar_results(comparison, near(103, 104)) is None, "three posts, but two pictures"
    assert similar_results(comparison, near(103, 104, 105, relation=Relation.OTHER)) is None
    assert similar_results(Comparison(), near(1, 2, 3)) is None


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [
        (1080, 1079, Orientation.SQUARE),
        (1080, 1100, Orientation.SQUARE),
        (1080, 1110, Orientation.PORTRAIT),
        (1110, 1080, Orientation.LANDSCAPE),
        (None, 1080, None),
    ],
)
def test_a_picture_whose_sides_hardly_differ_counts_as_square(
    width: float | None, height: float | None, shape: Orientation | None
) -> None:
    assert shape_of(width, height) is shape
