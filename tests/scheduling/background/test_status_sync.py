"""Posts in Buffer are brought up to date until they are live, with few requests, however many workers there are."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from fluffy_tui.buffer import Budget, BudgetWindow, ShareMode
from fluffy_tui.core.job_queue import defer
from fluffy_tui.demo import Kind, ManualClock, StandIn
from fluffy_tui.demo.stand_in.world import new_id
from fluffy_tui.scheduling import (
    NotPossibleNow,
    Post,
    PostStatus,
    ProblemKind,
    StatusSync,
    Step,
    Timings,
    transitions,
)
from fluffy_tui.scheduling.background.status_sync import next_request
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.tables import PostRow
from scheduling.quick_programs import QUICK
from scheduling.test_service import MANY, fill
from scheduling.workplace import Workplace, workplace
from statement_plans import plans, rows_read, statements

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


UNHURRIED = dataclasses.replace(QUICK, request_timeout=60.0, settle=65.0)
"""No answer is late, however busy the machine is: an unanswered request would change nothing."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def place(database_url: str, tmp_path: Path, stand_in: StandIn) -> AsyncIterator[Workplace]:
    """Yield an open workplace."""
    async with workplace(database_url, tmp_path, stand_in, tmp_path / "media", timings=UNHURRIED) as opened:
        yield opened


@pytest.fixture
def status_sync(place: Workplace) -> StatusSync:
    """Return the status sync, on the stand-in's clock; each run checks that a worker would have begun it."""

    class CheckedSync(StatusSync):
        async def run(self) -> datetime | None:
            async with self.database.transaction() as session:
                would_run = await session.scalar(select(self.may_be_due()))
            before = len(place.stand_in.requests)
            soonest = await super().run()
            assert would_run or (soonest is None and len(place.stand_in.requests) == before)
            return soonest

    plain = place.services.status_sync
    parts = {part.name: getattr(plain, part.name) for part in dataclasses.fields(StatusSync)}
    return CheckedSync(**{**parts, "now": place.stand_in.clock.now})


def requests(place: Workplace) -> int:
    return sum("posts" in request.fields or "post" in request.fields for request in place.stand_in.requests)


def single_requests(place: Workplace) -> int:
    return sum("post" in request.fields for request in place.stand_in.requests)


async def until_due(place: Workplace, post: Post, seconds: float) -> None:
    """Advance the clock to `seconds` after the post is due."""
    assert post.scheduled_at is not None
    await place.stand_in.advance((post.scheduled_at - place.stand_in.clock.now()).total_seconds() + seconds)


async def test_a_post_goes_live_with_its_time_and_link(place: Workplace, status_sync: StatusSync) -> None:
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    await status_sync.run()
    done = await place.post(post.id)
    [remote] = place.in_buffer()
    assert (done.status, done.step) == (PostStatus.POSTED, Step.LIVE)
    assert done.posted_at == remote.sent_at
    assert done.external_link == remote.external_link is not None


async def test_a_post_that_is_published_twice_says_so_once_it_is_live(
    place: Workplace, status_sync: StatusSync
) -> None:
    """It was found out while both were being published."""
    post = await place.accepted()
    await status_sync.run()
    await place.execute("UPDATE posts SET lost_creates = 1")
    world = place.stand_in.world
    remote = world.posts[str(post.buffer_post_id)]
    double = world.add_post(dataclasses.replace(remote, id=new_id()))
    await until_due(place, post, 0)
    for one in (remote, double):
        one.publish_at = place.stand_in.clock.now() + timedelta(seconds=60)
    await until_due(place, post, 15)
    await status_sync.run()
    publishing = await place.post(post.id)
    assert (publishing.step, publishing.error_code) == (Step.PUBLISHING, "posted_twice")
    await place.stand_in.advance(120)
    await status_sync.run()
    live = await place.post(post.id)
    assert (live.step, live.error_code) == (Step.LIVE, "posted_twice")
    assert live.error_message == publishing.error_message
    [problem] = [one for one in await place.services.scheduling.problems() if one.post is not None]
    assert problem.kind is ProblemKind.POSTED_TWICE


async def test_a_failed_post_that_is_sent_again_while_it_is_checked_stays_known_as_sent(
    place: Workplace,
) -> None:
    post = await place.submit()
    await place.execute(
        "UPDATE posts SET step = 'failed', status = 'failed', error_message = 'no', lost_creates = 1,"
        " create_buffer_time = now() - interval '1 day'"
    )
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
    await place.execute("UPDATE posts SET lost_creates = 2, create_buffer_time = now()")
    async with place.services.database.transaction() as session:
        await transitions.doubles_checked(session, row, None)
        sent = await session.get_one(PostRow, post.id)
    assert sent.lost_creates == 2


async def test_without_open_posts_nothing_is_asked(place: Workplace, status_sync: StatusSync) -> None:
    before = len(place.stand_in.requests)
    assert await status_sync.run() is None
    assert len(place.stand_in.requests) == before


async def test_before_a_post_is_due_buffer_is_rarely_asked(place: Workplace, status_sync: StatusSync) -> None:
    post = await place.accepted()
    await status_sync.run()
    before = requests(place)
    assert post.scheduled_at is not None
    left = post.scheduled_at - place.stand_in.clock.now()
    step = max(left / 40, timedelta(minutes=1))
    while place.stand_in.clock.now() + step < post.scheduled_at:
        await place.stand_in.advance(step.total_seconds())
        await status_sync.run()
    await until_due(place, post, 0)
    await status_sync.run()
    asked = requests(place) - before
    assert asked <= left / timedelta(seconds=status_sync.timings.sync_max_interval) + 1
    await place.stand_in.advance(20)
    await status_sync.run()
    assert requests(place) == before + asked + 1


@pytest.mark.parametrize(("count", "intervals"), [(1, 1), (50, 1), (51, 2), (200, 4)])
def test_a_full_queue_costs_no_more_requests_a_day(count: int, intervals: int) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    row = PostRow(step=Step.ACCEPTED, scheduled_at=now + timedelta(days=9), lost_creates=0)
    moment = next_request([row] * count, now, now, Timings())
    assert moment == now + intervals * timedelta(seconds=Timings().sync_max_interval)


async def test_what_the_front_of_the_queue_moves_back_is_noticed_soon(
    place: Workplace, status_sync: StatusSync
) -> None:
    first = await place.accepted()
    await status_sync.run()
    scheduling = place.services.scheduling
    post = await place.schedule(await place.photo(1), "before the others", share_mode=ShareMode.SHARE_NEXT)
    await place.services.delivery.deliver(post.id)
    await place.stand_in.advance(status_sync.timings.sync_min_interval + 1)
    await status_sync.run()
    front, moved = [await scheduling.post(id_) for id_ in (post.id, first.id)]
    assert front is not None
    assert moved is not None
    assert front.scheduled_at == first.scheduled_at
    assert moved.scheduled_at is not None
    assert first.scheduled_at is not None
    assert moved.scheduled_at > first.scheduled_at


async def test_a_run_shortly_before_a_due_time_asks_for_another_in_time(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, -30)
    soonest = await status_sync.run()
    assert post.scheduled_at is not None
    assert soonest == post.scheduled_at + timedelta(seconds=status_sync.timings.sync_delay)


async def test_one_request_serves_all_open_posts(place: Workplace, status_sync: StatusSync) -> None:
    posts = [await place.accepted(f"number {number}", number) for number in range(4)]
    await status_sync.run()
    before = requests(place)
    await until_due(place, posts[-1], 20)
    await status_sync.run()
    assert requests(place) == before + 1
    assert {(await place.post(post.id)).step for post in posts} == {Step.LIVE}


async def test_publishing_is_noticed(place: Workplace, status_sync: StatusSync) -> None:
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 0)
    [remote] = place.in_buffer()
    remote.publish_at = place.stand_in.clock.now() + timedelta(seconds=60)
    await until_due(place, post, 15)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.PUBLISHING
    await until_due(place, post, 80)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.LIVE


async def test_a_late_link_is_found(place: Workplace, status_sync: StatusSync) -> None:
    place.stand_in.faults.add(Kind.LATE_EXTERNAL_LINK, channel=place.persona.buffer_channel_id, seconds=50.0)
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    await status_sync.run()
    done = await place.post(post.id)
    assert (done.step, done.external_link) == (Step.LIVE, None)
    await until_due(place, post, 75)
    await status_sync.run()
    assert (await place.post(post.id)).external_link is not None


async def test_a_link_that_never_appears_is_not_awaited_forever(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(
        Kind.LATE_EXTERNAL_LINK, channel=place.persona.buffer_channel_id, seconds=1_000_000.0
    )
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    before = requests(place)
    for _ in range(60):
        await status_sync.run()
        await place.stand_in.advance(120)
    assert requests(place) - before == 1 + status_sync.timings.max_link_checks


async def test_a_failure_shows_its_cause_and_buffers_message(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await place.accepted()
    await status_sync.run()
    for file in (place.settings.media_directory or place.folder).rglob("*.jpg"):
        file.unlink()
    await until_due(place, post, 20)
    await status_sync.run()
    failed = await place.post(post.id)
    assert (failed.status, failed.step) == (PostStatus.FAILED, Step.FAILED)
    assert failed.error_code == "picture_not_fetched"
    assert "could not fetch the picture" in str(failed.error_message)
    assert "Failed to create media container" in str(failed.error_message)
    assert failed.support_url


async def test_a_failed_post_that_is_retried_in_buffer_becomes_live(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(Kind.IMAGE_UNREADABLE, channel=place.persona.buffer_channel_id, after=True)
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.FAILED
    [remote] = place.in_buffer()
    remote.status, remote.sent_at, remote.external_link = (
        "sent",
        place.stand_in.clock.now(),
        "https://x.test/1",
    )
    await place.stand_in.advance(status_sync.timings.sync_max_interval)
    await status_sync.run()
    done = await place.post(post.id)
    assert (done.status, done.step, done.error_message) == (PostStatus.POSTED, Step.LIVE, None)


async def test_a_post_that_was_moved_in_buffer_gets_its_new_time(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await place.accepted()
    await status_sync.run()
    [remote] = place.in_buffer()
    assert remote.due_at is not None
    remote.due_at += timedelta(days=1)
    await place.stand_in.advance(status_sync.timings.sync_max_interval)
    await status_sync.run()
    moved = await place.post(post.id)
    assert moved.scheduled_at == remote.due_at
    assert [event.what for event in await place.services.scheduling.timeline(post.id)][-1] == "due_moved"


async def test_a_post_that_was_deleted_in_buffer_fails_and_can_be_retried(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await place.accepted()
    await status_sync.run()
    place.stand_in.world.posts.clear()
    for _ in range(2):  # the first look only notes since when it is missing
        await place.stand_in.advance(status_sync.timings.sync_max_interval)
        await status_sync.run()
    removed = await place.post(post.id)
    assert (removed.step, removed.error_code) == (Step.FAILED, "removed_in_buffer")
    await place.services.scheduling.retry(post.id)
    await place.services.delivery.deliver(post.id)
    assert (await place.post(post.id)).step is Step.ACCEPTED
    assert len(place.in_buffer()) == 1


async def test_a_gap_in_buffers_list_fails_nothing(place: Workplace, status_sync: StatusSync) -> None:
    post = await place.accepted()
    await status_sync.run()
    place.stand_in.faults.add(Kind.NULL_EDGES)
    before = single_requests(place)
    await place.stand_in.advance(status_sync.timings.sync_max_interval)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.ACCEPTED
    assert single_requests(place) == before, "null is not a list that it could be missing from"


async def test_a_draft_in_buffer_is_reported_as_not_scheduled(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await place.accepted()
    await status_sync.run()
    [remote] = place.in_buffer()
    remote.status, remote.due_at = "draft", None
    await place.stand_in.advance(status_sync.timings.sync_max_interval)
    await status_sync.run()
    assert "draft" in str((await place.post(post.id)).error_message)


async def test_posts_from_the_network_are_ignored(place: Workplace, status_sync: StatusSync) -> None:
    post = await place.accepted()
    await status_sync.run()
    place.stand_in.faults.add(Kind.NETWORK_IMPORTED)
    await until_due(place, post, 20)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.LIVE
    assert len(await place.services.scheduling.posts()) == 1


async def test_only_one_of_several_workers_asks(place: Workplace, status_sync: StatusSync) -> None:
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    before = requests(place)
    await asyncio.gather(*(status_sync.run() for _ in range(4)))
    assert requests(place) == before + 1


async def test_an_unanswered_request_changes_nothing(place: Workplace, status_sync: StatusSync) -> None:
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    place.stand_in.faults.add(Kind.SERVER_ERROR_BEFORE, operation="posts")
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.ACCEPTED
    await place.stand_in.advance(30)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.LIVE


async def test_a_paused_queue_is_asked_about_less_and_less_often(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await place.accepted()
    await status_sync.run()
    place.stand_in.set_channel(str(place.persona.buffer_channel_id), queue_paused=True)
    await until_due(place, post, 0)
    before = requests(place)
    for _ in range(60):  # ten hours
        await place.stand_in.advance(600)
        await status_sync.run()
    assert requests(place) - before < 30


async def test_the_rest_of_the_budget_is_reserved_for_deliveries(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    window = BudgetWindow(86_400, 15, 250, datetime.now(UTC) + timedelta(hours=5))
    status_sync.budget.note(Budget().updated(window))
    before = requests(place)
    await status_sync.run()
    assert requests(place) == before
    second = await place.accepted("another one", 1)
    assert second.step is Step.ACCEPTED


async def test_a_worker_syncs_the_status(place: Workplace) -> None:
    post = await place.accepted()
    async with place.services.database.transaction() as session:
        await session.execute(text("UPDATE posts SET scheduled_at = now() - interval '1 minute'"))
        await session.execute(
            text("INSERT INTO follow_rounds SELECT organization_id, now() - interval '1 hour' FROM posts")
        )
        await defer(session, place.services.delivery.queue, "delivery:follow_soon", arguments={})
    await place.stand_in.advance(30 * 86_400)
    async with place.worker():
        done = await place.until(post.id, lambda now: now.step is Step.LIVE)
    assert done.posted_at is not None


async def incomplete(place: Workplace) -> Post:
    """Return a post that Buffer made with one of its two pictures and did not delete, so that it failed."""
    photos = [await place.photo(number) for number in (1, 2)]
    post = await place.schedule(photos[0], "fog", more_photos=photos[1:])
    place.stand_in.faults.add(Kind.DROP_ONE_ASSET, operation="createPost")
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="deletePost")
    await place.services.delivery.deliver(post.id)
    failed = await place.post(post.id)
    assert (failed.step, failed.error_code) == (Step.FAILED, "image_dropped")
    [remote] = place.in_buffer()
    assert remote.due_at is not None
    return failed


async def publish(place: Workplace) -> None:
    [remote] = place.in_buffer()
    assert remote.due_at is not None
    await place.stand_in.advance((remote.due_at - place.stand_in.clock.now()).total_seconds() + 20)
    assert remote.status == "sent"


async def test_a_post_that_was_published_without_all_pictures_is_live(
    place: Workplace, status_sync: StatusSync
) -> None:
    post = await incomplete(place)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.FAILED
    await publish(place)
    await place.stand_in.advance(status_sync.timings.sync_max_interval)
    await status_sync.run()
    live = await place.post(post.id)
    assert (live.step, live.error_message) == (Step.LIVE, "Buffer published it with 1 of its 2 pictures.")


async def test_a_post_that_was_published_without_all_pictures_is_not_sent_again(place: Workplace) -> None:
    post = await incomplete(place)
    await publish(place)
    with pytest.raises(NotPossibleNow, match="published"):
        await place.services.scheduling.retry(post.id)
    assert (await place.post(post.id)).step is Step.LIVE
    assert len(place.in_buffer()) == 1


async def test_a_failed_post_is_not_locked_before_its_turn_to_take_photos(
    place: Workplace, status_sync: StatusSync
) -> None:
    """A retry of it locks the other way round, so they would wait for each other."""
    place.stand_in.faults.add(Kind.IMAGE_UNREADABLE, channel=place.persona.buffer_channel_id, after=True)
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.FAILED
    [remote] = place.in_buffer()
    remote.status, remote.sent_at = "sent", place.stand_in.clock.now()
    await place.stand_in.advance(status_sync.timings.sync_max_interval)
    async with place.services.database.transaction() as session:
        await session.execute(taking_photos(place.persona.id))
        synced = asyncio.create_task(status_sync.run())
        await place.until_one_takes_turns()
        await session.execute(text("SELECT FROM posts FOR UPDATE NOWAIT"))
    await synced
    assert (await place.post(post.id)).step is Step.LIVE


async def test_words_for_a_failed_post_are_not_replaced_by_an_earlier_edit_that_arrives_late(
    place: Workplace, status_sync: StatusSync
) -> None:
    place.stand_in.faults.add(Kind.IMAGE_UNREADABLE, channel=place.persona.buffer_channel_id, after=True)
    post = await place.accepted()
    await status_sync.run()
    await until_due(place, post, 20)
    await status_sync.run()
    assert (await place.post(post.id)).step is Step.FAILED
    await place.execute(
        "INSERT INTO planned_edits (post_id, token, caption, first_comment, ai_generated, photos, share_mode, sent_at)"
        " SELECT id, 't', 'second words', '', false, photos, share_mode, now() FROM posts"
    )
    await place.services.scheduling.edit(post.id, caption="third words")
    [remote] = place.in_buffer()
    remote.text = "second words"
    await place.stand_in.advance(status_sync.timings.sync_max_interval)
    await status_sync.run()
    assert (await place.post(post.id)).caption == "third words"


@pytest.mark.slow
@pytest.mark.parametrize("statistics", ["fresh", "none"])
async def test_no_news_is_looked_for_in_every_post(
    place: Workplace, status_sync: StatusSync, statistics: str
) -> None:
    await place.execute("ALTER TABLE posts SET (autovacuum_enabled = off)")
    await fill(place, failed=300)
    await place.execute("UPDATE posts SET organization_id = 'here', external_link = 'x' WHERE id % 2 = 0")
    await place.execute(f"UPDATE posts SET link_looks = {status_sync.timings.max_link_checks}")
    if statistics == "fresh":
        await place.execute("ANALYZE posts")
    with statements() as executed:
        await status_sync.run()
    for statement, nodes in await plans(place.services.database, executed):
        assert max(rows_read(node) for node in nodes) < MANY / 100, statement
