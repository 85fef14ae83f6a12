"""The numbers of live posts are read once a day, from whatever Buffer gives."""

from __future__ import annotations

from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.app_events import Connected, PostChanged
from fluffy_tui.demo import Kind, ManualClock
from fluffy_tui.scheduling import PostExport, Results
from fluffy_tui.scheduling.background.metrics_sync import MetricsSync
from scheduling.workplace import Workplace

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post

DAY = 24 * 3600.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def results(place: Workplace, post: Post) -> Results:
    return (await place.services.scheduling.results([post]))[post.id]


def asked(place: Workplace) -> int:
    return sum("metrics" in request.query for request in place.stand_in.requests)


async def test_numbers_are_read_once_a_day_and_those_of_a_refused_day_stay(place: Workplace) -> None:
    first, queued = await place.live(1), await place.submit(number=2)
    sync = MetricsSync(place.services.delivery)
    await sync.run()
    assert await results(place, first) == Results(), "a new post has none yet"
    assert await place.services.scheduling.results([queued]) == {}
    await place.stand_in.advance(3 * DAY)
    await sync.run()
    assert asked(place) == 1, "once a day"
    await place.execute("UPDATE follow_rounds SET metrics_asked_at = metrics_asked_at - interval '1 day'")
    async with aclosing(place.services.events()) as events:
        assert isinstance(await anext(events), Connected)
        await sync.run()
        assert await anext(events) == PostChanged(first.id, place.persona.id), "screens show the new numbers"
    found = await results(place, first)
    assert [metric.type for metric in found.metrics] == [
        "reactions",
        "comments",
        "saves",
        "reach",
        "engagementRate",
    ]
    assert [metric.is_percentage for metric in found.metrics] == [False] * 4 + [True]
    assert found.as_of is not None
    await place.execute("UPDATE follow_rounds SET metrics_asked_at = metrics_asked_at - interval '1 day'")
    place.stand_in.faults.add(Kind.UNEXPECTED, operation="posts")
    await sync.run()
    refused = await results(place, first)
    assert (refused.metrics, refused.as_of) == (found.metrics, found.as_of)
    assert refused.refusal
    export = PostExport(place.services.database, place.services.personas, place.services.photos)
    rows = [row async for row in export.rows()]
    assert [(row["reach"], row["saves"]) for row in rows] == [
        (found.by_type["reach"], found.by_type["saves"]),
        (None, None),
    ]
    assert rows[0]["metrics_as_of"] == found.as_of.isoformat()


async def test_a_plan_without_numbers_and_a_spent_budget_cost_nothing(place: Workplace) -> None:
    post = await place.live(1)
    place.stand_in.world.has_metrics = False
    await place.stand_in.advance(3 * DAY)
    sync = MetricsSync(place.services.delivery)
    await place.execute(
        "INSERT INTO request_budget (key_mark, window_seconds, quota, remaining, resets_at, seen_at)"
        " SELECT key_mark, 77, 100, 5, now() + interval '1 hour', now() FROM request_budget LIMIT 1"
    )
    await sync.run()
    assert asked(place) == 0
    await place.execute("DELETE FROM request_budget")
    await sync.run()
    assert asked(place) == 1
    assert await results(place, post) == Results()


async def test_posts_that_were_taken_in_after_a_lost_database_get_their_numbers(place: Workplace) -> None:
    await place.live(1)
    await place.stand_in.advance(3 * DAY)
    await place.execute(
        "TRUNCATE posts, hosted_pictures, buffer_comparisons, follow_rounds, post_photos CASCADE"
    )
    delivery, organization = place.services.delivery, place.stand_in.world.organization_id
    assert delivery.buffer is not None
    delivery.comparison.forget()
    await delivery.comparison.ensure(delivery.buffer, organization)
    await MetricsSync(delivery).run()
    [taken_in] = await place.services.scheduling.counted_posts(place.persona.id)
    assert taken_in.results.by_type["reach"] > 0


async def test_no_day_has_more_than_two_requests_however_many_posts_there_are(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker looks every hour; the database's clock cannot be turned, so the last round is put back."""
    post = await place.live(1)
    for number in range(3):
        place.stand_in.import_post(str(post.channel_id), f"from the phone {number}", timedelta(days=1))
    monkeypatch.setattr("fluffy_tui.buffer.client.POSTS_A_REQUEST", 1)
    hours = []
    for hour in range(3 * 24):
        before = asked(place)
        await MetricsSync(place.services.delivery).run()
        hours += [hour] * (asked(place) - before)
        await place.execute(
            "UPDATE follow_rounds SET metrics_asked_at = metrics_asked_at - interval '1 hour'"
        )
    assert hours == [0, 0, 24, 24, 48, 48]
