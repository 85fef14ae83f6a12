"""Held posts keep their order: the first tries on behalf of all, and room in Buffer is used at once."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text, update

from fluffy_tui.buffer import ShareMode
from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import NotPossibleNow, Post, Step
from fluffy_tui.scheduling.delivery.channel_queue import hold_others, move_up, wake_after_success, wake_next
from fluffy_tui.scheduling.tables import PostRow
from scheduling.quick_programs import QUICK

if TYPE_CHECKING:
    from scheduling.workplace import Workplace

PATIENT = dataclasses.replace(
    QUICK, blocked_min=600.0, settings_pause=600.0, backoff_max=600.0, request_timeout=60.0, settle=65.0
)


@pytest.fixture
def patient(place: Workplace) -> Workplace:
    """Return the workplace with pauses so long that within a test only waking ends them."""
    delivery = dataclasses.replace(place.services.delivery, timings=PATIENT)
    place.services = dataclasses.replace(place.services, delivery=delivery)
    return place


def creates(place: Workplace) -> int:
    return sum("createPost" in request.fields for request in place.stand_in.requests)


def full(place: Workplace) -> None:
    """Have Buffer's queue full until the faults are cleared."""
    place.stand_in.faults.add(Kind.QUEUE_FULL, count=1000)


async def queued(place: Workplace) -> list[Post]:
    return await place.services.scheduling.queued_posts(str(place.persona.buffer_channel_id))


async def submit_held(place: Workplace, count: int) -> list[Post]:
    posts = [await place.submit(f"number {number}", number) for number in range(count)]
    for post in posts:
        await place.services.delivery.deliver(post.id)
    return posts


async def test_only_the_first_post_in_the_queue_asks_buffer(patient: Workplace) -> None:
    full(patient)
    posts = await submit_held(patient, 4)
    assert creates(patient) == 1
    waiting = await queued(patient)
    assert [post.id for post in waiting] == [post.id for post in posts]
    assert {post.step for post in waiting} == {Step.HELD}
    assert {post.error_code for post in waiting} == {"queue_full"}
    assert len({post.next_try_at for post in waiting}) == 1


async def test_when_there_is_room_all_are_sent_in_order(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 4)
    place.stand_in.faults.clear()
    async with place.worker():
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in place.in_buffer()] == [f"number {n}" for n in range(4)]


async def test_a_full_queue_is_tried_again_when_a_post_should_have_left_it(patient: Workplace) -> None:
    first = await patient.submit("there already", 9)
    await patient.services.delivery.deliver(first.id)
    planned = await patient.post(first.id)
    assert planned.scheduled_at is not None
    full(patient)
    await submit_held(patient, 1)
    [held] = await queued(patient)
    latest = datetime.now(UTC) + timedelta(seconds=PATIENT.blocked_max)
    assert held.next_try_at is not None
    expected = min(planned.scheduled_at + timedelta(minutes=1), latest)
    assert abs(held.next_try_at - expected) < timedelta(seconds=5)


async def test_a_cancelled_post_makes_room_for_the_first_in_the_queue(patient: Workplace) -> None:
    first = await patient.submit("to be cancelled", 9)
    await patient.services.delivery.deliver(first.id)
    full(patient)
    posts = await submit_held(patient, 2)
    patient.stand_in.faults.clear()
    async with patient.worker():
        await patient.services.scheduling.cancel(first.id)
        for post in posts:
            await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in patient.in_buffer()] == ["number 0", "number 1"]


async def test_a_post_that_goes_live_makes_room(patient: Workplace) -> None:
    first = await patient.submit("about to go live", 9)
    await patient.services.delivery.deliver(first.id)
    full(patient)
    [post] = await submit_held(patient, 1)
    patient.stand_in.faults.clear()
    [remote] = patient.in_buffer()
    remote.status, remote.sent_at = "sent", datetime.now(UTC)
    await patient.services.status_sync.run()
    tomorrow = dataclasses.replace(
        patient.services.status_sync, now=lambda: datetime.now(UTC) + timedelta(days=9)
    )
    async with patient.worker():
        await tomorrow.run()
        await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)


async def test_a_long_queue_costs_no_more_jobs_than_a_short_one(place: Workplace) -> None:
    """While Buffer has no room only the first is tried; those behind it defer no jobs."""
    count, tries = 15, 4
    place.stand_in.world.scheduled_posts = 100
    full(place)
    posts = [await place.submit(f"number {number}", number) for number in range(count)]
    async with place.worker():
        await place.until(posts[-1].id, lambda now: now.step is Step.HELD)
        before = await jobs(place)
        await place.until(posts[0].id, lambda now: now.attempts >= tries)
        await place.services.recovery.run()
        waiting = await jobs(place) - before
        assert waiting <= 2 * tries + 2, "a wake and a delivery for each attempt of the first"
        place.stand_in.faults.clear()
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert await jobs(place) <= 2 * count + 2 * tries + 10
    assert [remote.text for remote in place.in_buffer()] == [post.caption for post in posts]


async def submit_undoable(place: Workplace, caption: str, number: int) -> Post:
    """Submit with a delay for undo, and return the post when that is over."""
    scheduling = dataclasses.replace(place.services.scheduling, undo_seconds=30.0)
    result = await scheduling.schedule_post(await place.photo(number), caption)
    assert result.post is not None
    async with place.services.database.transaction() as session:
        over = update(PostRow).where(PostRow.id == result.post.id).values(next_try_at=func.now())
        await session.execute(over)
    return result.post


async def test_a_post_whose_undo_delay_ends_behind_a_held_one_is_held_too(patient: Workplace) -> None:
    full(patient)
    [first] = await submit_held(patient, 1)
    second = await submit_undoable(patient, "behind", 1)
    await patient.services.delivery.wake(second.id)
    behind = await patient.post(second.id)
    assert (behind.step, behind.error_code) == (Step.HELD, "queue_full"), "it does not wait for a worker"
    assert [post.id for post in await queued(patient)] == [first.id, second.id]
    patient.stand_in.faults.clear()
    async with patient.worker():
        await patient.services.scheduling.retry(first.id)
        await patient.until(second.id, lambda now: now.step is Step.ACCEPTED)


async def test_a_post_that_lost_its_job_behind_a_held_one_is_held_by_recovery(patient: Workplace) -> None:
    full(patient)
    [first] = await submit_held(patient, 1)
    second = await submit_undoable(patient, "behind", 1)
    async with patient.services.database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
    async with patient.services.recovery.queue.open_async():
        await patient.services.recovery.run()
    async with patient.worker():
        await patient.until(second.id, lambda now: now.step is Step.HELD)
    assert [post.id for post in await queued(patient)] == [first.id, second.id]


async def test_the_next_post_is_tried_when_the_first_is_cancelled(place: Workplace) -> None:
    full(place)
    first, second = await submit_held(place, 2)
    await place.services.scheduling.cancel(first.id)
    place.stand_in.faults.clear()
    async with place.worker():
        await place.until(second.id, lambda now: now.step is Step.ACCEPTED)


async def test_many_posts_that_leave_the_queue_at_once_wake_the_next_one_only_once(
    patient: Workplace,
) -> None:
    full(patient)
    waiting = (await submit_held(patient, 1))[0]
    before = await jobs(patient)
    for _ in range(5):
        async with patient.services.database.transaction() as session:
            await wake_next(session, patient.services.delivery.queue, waiting.channel_id)
    assert await jobs(patient) <= before + 1


async def test_a_post_whose_pause_ends_does_not_wait_for_the_whole_queue(place: Workplace) -> None:
    delivery = dataclasses.replace(
        place.services.delivery, timings=dataclasses.replace(QUICK, first_lookup=0.0)
    )
    posts = [await place.submit(f"number {number}", number) for number in range(3)]
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    await delivery.deliver(posts[2].id)
    for post in posts:
        after = await place.post(post.id)
        assert after.step is Step.ACCEPTED, "the first was searched for again before the others were done"
    assert len(place.in_buffer()) == 3


async def jobs(place: Workplace) -> int:
    """Return how many delivery jobs were ever deferred."""
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name IN ('delivery:deliver', 'delivery:wake')"
    async with place.services.database.transaction() as session:
        return int((await session.execute(text(query))).scalar_one())


async def test_moving_up_changes_the_order(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 3)
    await place.services.scheduling.move_up(posts[2].id)
    await place.services.scheduling.move_up(posts[2].id)
    assert [post.caption for post in await queued(place)] == ["number 2", "number 0", "number 1"]
    listed = [item.post.caption for item in await place.services.scheduling.problems() if item.post]
    assert listed == ["number 2", "number 0", "number 1"], "problems are in the order of the queue"
    with pytest.raises(NotPossibleNow, match="first"):
        await place.services.scheduling.move_up(posts[2].id)
    place.stand_in.faults.clear()
    async with place.worker():
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in place.in_buffer()] == ["number 2", "number 0", "number 1"]


async def test_two_simultaneous_moves_both_take_effect(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 3)
    async with place.services.database.transaction() as first:
        assert await move_up(first, place.services.delivery.queue, posts[2].id)
        second = asyncio.create_task(place.services.scheduling.move_up(posts[1].id))
        await place.until_one_waits()
    await second
    # 2 moved ahead of 1, and then 1, the last one by then, ahead of 2 again
    assert [post.caption for post in await queued(place)] == ["number 0", "number 1", "number 2"]


async def test_many_simultaneous_moves_never_deadlock(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 5)
    for _ in range(5):
        moves = [move(place, post) for post in posts[1:]]
        await asyncio.gather(*moves, *(hold(place, post) for post in posts))
    captions = [post.caption for post in await queued(place)]
    assert sorted(captions) == sorted(post.caption for post in posts)
    positions = [post.line_order or post.id for post in await rows(place)]
    assert len(set(positions)) == len(posts), "each has its own position"


async def move(place: Workplace, post: Post) -> None:
    try:
        await place.services.scheduling.move_up(post.id)
    except NotPossibleNow as error:
        assert "first" in str(error)


async def rows(place: Workplace) -> list[PostRow]:
    async with place.services.database.transaction() as session:
        return list((await session.execute(select(PostRow))).scalars())


async def test_a_post_in_buffer_is_not_in_the_queue(place: Workplace) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    assert await queued(place) == []
    with pytest.raises(NotPossibleNow, match="not in the queue"):
        await place.services.scheduling.move_up(post.id)


async def test_one_post_tries_a_rejected_key_on_behalf_of_all(patient: Workplace) -> None:
    patient.stand_in.faults.add(Kind.BAD_KEY, count=1000)
    posts = await submit_held(patient, 3)
    waiting = await queued(patient)
    assert {post.error_code for post in waiting} == {"key_refused"}
    assert len(patient.requests()) <= 1 + len(await channel_requests(patient))
    patient.stand_in.faults.clear()
    async with patient.worker():  # which starts with the current key
        for post in posts:
            await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in patient.in_buffer()] == [f"number {n}" for n in range(3)]


async def channel_requests(place: Workplace) -> list[object]:
    return [
        request for request in place.requests() if {"account", "channels", "channel"} & set(request.fields)
    ]


async def test_retrying_a_post_behind_another_tries_the_first(patient: Workplace) -> None:
    full(patient)
    posts = await submit_held(patient, 3)
    patient.stand_in.faults.clear()
    async with patient.worker():
        await patient.services.scheduling.retry(posts[2].id)
        for post in posts:
            await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [remote.text for remote in patient.in_buffer()] == [f"number {n}" for n in range(3)]


async def test_a_post_with_an_error_of_its_own_holds_up_nobody(patient: Workplace) -> None:
    patient.stand_in.faults.add(Kind.IMAGE_UNREADABLE, operation="createPost")
    first = await patient.submit("cannot be read", 1)
    second = await patient.submit("can be read", 2)
    delivery = dataclasses.replace(
        patient.services.delivery, timings=dataclasses.replace(PATIENT, backoff_min=600.0)
    )
    await delivery.deliver(first.id)
    await delivery.deliver(second.id)
    assert [remote.text for remote in patient.in_buffer()] == ["can be read"]
    [waiting] = await queued(patient)
    assert waiting.error_code == "image_unreadable"


async def test_a_post_whose_time_passes_in_the_queue_fails_with_that_cause(place: Workplace) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    post = await place.schedule(await place.photo(), "too late", share_mode=ShareMode.CUSTOM_SCHEDULED, at=at)
    await place.execute("UPDATE posts SET requested_at_time = now() - interval '1 minute'")
    await place.services.delivery.deliver(post.id)
    failed = await place.post(post.id)
    assert (failed.step, failed.error_code) == (Step.FAILED, "time_past")
    with pytest.raises(NotPossibleNow, match="past"):
        await place.services.scheduling.retry(failed.id)
    later = datetime.now(UTC) + timedelta(days=1)
    await place.services.scheduling.edit(failed.id, at=later)
    await place.services.scheduling.retry(failed.id)
    await place.services.delivery.deliver(failed.id)
    [remote] = place.in_buffer()
    assert remote.due_at is not None
    assert abs(remote.due_at - later) < timedelta(seconds=1)


async def test_channels_that_are_refused_at_the_same_moment_do_not_deadlock(
    place: Workplace,
) -> None:
    channels = [channel.id for channel in await place.services.personas.available_channels()]
    posts = [await place.submit(f"number {number}", number) for number in range(6)]
    async with place.services.database.transaction() as session:
        for number, post in enumerate(posts):
            await session.execute(
                text(
                    "UPDATE posts SET channel_id = :channel, step = 'held', error_code = 'rate_limited',"
                    " next_try_at = now() WHERE id = :id"
                ),
                {"channel": channels[number % 2], "id": post.id},
            )
    for _ in range(5):
        await asyncio.gather(*(hold(place, post) for post in posts))
        await asyncio.gather(*(release(place, post) for post in posts))


async def hold(place: Workplace, post: Post) -> None:
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
        await session.execute(
            update(PostRow).where(PostRow.id == post.id).values(step="held", error_code="rate_limited")
        )
        await hold_others(
            session, place.services.delivery.queue, row, "rate_limited", "used up", datetime.now(UTC), QUICK
        )


async def release(place: Workplace, post: Post) -> None:
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
        await session.execute(update(PostRow).where(PostRow.id == post.id).values(error_code=None))
        await wake_after_success(session, place.services.delivery.queue, row)


async def test_a_channel_that_stays_paused_is_tried_less_and_less_often(patient: Workplace) -> None:
    patient.stand_in.set_channel(str(patient.persona.buffer_channel_id), queue_paused=True)
    await patient.services.personas.available_channels()
    post = await patient.submit()
    pauses = []
    for _ in range(8):
        async with patient.services.database.transaction() as session:
            await session.execute(text("UPDATE posts SET next_try_at = now() WHERE step = 'held'"))
        await patient.services.delivery.deliver(post.id)
        [held] = await queued(patient)
        assert held.next_try_at is not None
        pauses.append((held.next_try_at - datetime.now(UTC)).total_seconds())
    assert all(later > 1.9 * earlier for earlier, later in pairwise(pauses[:5]))
    assert pauses[0] < 601
    assert PATIENT.blocked_max - 10 < pauses[-1] <= PATIENT.blocked_max
