"""Posts that have to wait do so in order: the first tries for all, and room is used at once."""

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
from fluffy_tui.scheduling.delivery.channel_queue import accepted, hold_behind, move_up, room_in
from fluffy_tui.scheduling.tables import PostRow
from scheduling.workplace import QUICK

if TYPE_CHECKING:
    from scheduling.workplace import Workplace

PATIENT = dataclasses.replace(
    QUICK, queue_full=600.0, key_refused=600.0, longest_pause=600.0, answer=60.0, settle=62.0
)


@pytest.fixture
def patient(place: Workplace) -> Workplace:
    """Return the workplace with pauses so long that only being woken ends them within a test."""
    delivery = dataclasses.replace(place.services.delivery, pace=PATIENT)
    place.services = dataclasses.replace(place.services, delivery=delivery)
    return place


def creates(place: Workplace) -> int:
    return sum("createPost" in request.fields for request in place.stand_in.requests)


def full(place: Workplace) -> None:
    """Let Buffer say that the queue is full, until the faults are cleared."""
    place.stand_in.faults.add(Kind.QUEUE_FULL, count=1000)


async def line(place: Workplace) -> list[Post]:
    return await place.services.scheduling.line(str(place.persona.buffer_channel_id))


async def submit_held(place: Workplace, count: int) -> list[Post]:
    posts = [await place.submit(f"number {number}", number) for number in range(count)]
    for post in posts:
        await place.services.delivery.deliver(post.id)
    return posts


async def test_only_the_first_in_line_asks_buffer(patient: Workplace) -> None:
    full(patient)
    posts = await submit_held(patient, 4)
    assert creates(patient) == 1
    waiting = await line(patient)
    assert [post.id for post in waiting] == [post.id for post in posts]
    assert {post.step for post in waiting} == {Step.HELD}
    assert {post.error_code for post in waiting} == {"queue_full"}
    assert len({post.next_try_at for post in waiting}) == 1


async def test_when_there_is_room_all_go_in_order(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 4)
    place.stand_in.faults.clear()
    async with place.worker():
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [there.text for there in place.there()] == [f"number {n}" for n in range(4)]


async def test_a_full_queue_is_tried_when_a_post_is_to_leave_it(patient: Workplace) -> None:
    first = await patient.submit("there already", 9)
    await patient.services.delivery.deliver(first.id)
    planned = await patient.services.scheduling.post(first.id)
    assert planned is not None
    assert planned.scheduled_at is not None
    full(patient)
    await submit_held(patient, 1)
    [held] = await line(patient)
    latest = datetime.now(UTC) + timedelta(seconds=PATIENT.fullest)
    assert held.next_try_at is not None
    expected = min(planned.scheduled_at + timedelta(minutes=1), latest)
    assert abs(held.next_try_at - expected) < timedelta(seconds=5)


async def test_a_cancelled_post_makes_room_for_the_first_in_line(patient: Workplace) -> None:
    first = await patient.submit("to be taken back", 9)
    await patient.services.delivery.deliver(first.id)
    full(patient)
    posts = await submit_held(patient, 2)
    patient.stand_in.faults.clear()
    async with patient.worker():
        await patient.services.scheduling.cancel(first.id)
        for post in posts:
            await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [there.text for there in patient.there()] == ["number 0", "number 1"]


async def test_a_post_that_goes_live_makes_room(patient: Workplace) -> None:
    first = await patient.submit("on its way out", 9)
    await patient.services.delivery.deliver(first.id)
    full(patient)
    [post] = await submit_held(patient, 1)
    patient.stand_in.faults.clear()
    [there] = patient.there()
    there.status, there.sent_at = "sent", datetime.now(UTC)
    await patient.services.follower.follow()
    tomorrow = dataclasses.replace(
        patient.services.follower, now=lambda: datetime.now(UTC) + timedelta(days=9)
    )
    async with patient.worker():
        await tomorrow.follow()
        await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)


async def test_a_long_line_costs_no_more_jobs_than_a_short_one(place: Workplace) -> None:
    """While Buffer has no room only the first is tried; those behind it put nothing on the queue meanwhile."""
    count, tries = 15, 4
    place.stand_in.world.scheduled_posts = 100
    full(place)
    posts = [await place.submit(f"number {number}", number) for number in range(count)]
    async with place.worker():
        await place.until(posts[-1].id, lambda now: now.step is Step.HELD)
        before = await jobs(place)
        await place.until(posts[0].id, lambda now: now.attempts >= tries)
        await place.services.sweeper.sweep()
        waiting = await jobs(place) - before
        assert waiting <= 2 * tries + 2, "a wake and a delivery for each try of the first"
        place.stand_in.faults.clear()
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert await jobs(place) <= 2 * count + 2 * tries + 10
    assert [there.text for there in place.there()] == [post.caption for post in posts]


async def submit_undoable(place: Workplace, caption: str, number: int) -> Post:
    """Submit with a pause for undoing, and return the post when that has passed."""
    scheduling = dataclasses.replace(place.services.scheduling, undo_seconds=30.0)
    result = await scheduling.schedule_post(await place.photo(number), caption)
    assert result.post is not None
    async with place.services.database.transaction() as session:
        over = update(PostRow).where(PostRow.id == result.post.id).values(next_try_at=func.now())
        await session.execute(over)
    return result.post


async def test_one_whose_undo_pause_ends_behind_a_held_one_is_held_as_well(patient: Workplace) -> None:
    full(patient)
    [first] = await submit_held(patient, 1)
    second = await submit_undoable(patient, "behind", 1)
    await patient.services.delivery.wake(second.id)
    behind = await patient.services.scheduling.post(second.id)
    assert behind is not None
    assert (behind.step, behind.error_code) == (Step.HELD, "queue_full"), "not waiting for a worker"
    assert [post.id for post in await line(patient)] == [first.id, second.id]
    patient.stand_in.faults.clear()
    async with patient.worker():
        await patient.services.scheduling.retry(first.id)
        await patient.until(second.id, lambda now: now.step is Step.ACCEPTED)


async def test_one_that_lost_its_job_behind_a_held_one_is_held_after_a_sweep(patient: Workplace) -> None:
    full(patient)
    [first] = await submit_held(patient, 1)
    second = await submit_undoable(patient, "behind", 1)
    async with patient.services.database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
    async with patient.services.sweeper.queue.open_async():
        await patient.services.sweeper.sweep()
    async with patient.worker():
        await patient.until(second.id, lambda now: now.step is Step.HELD)
    assert [post.id for post in await line(patient)] == [first.id, second.id]


async def test_whoever_comes_first_when_the_first_is_taken_back_is_tried_without_it(place: Workplace) -> None:
    full(place)
    first, second = await submit_held(place, 2)
    await place.services.scheduling.cancel(first.id)
    place.stand_in.faults.clear()
    async with place.worker():
        await place.until(second.id, lambda now: now.step is Step.ACCEPTED)


async def test_many_posts_that_leave_the_queue_at_once_wake_the_next_one_once(patient: Workplace) -> None:
    full(patient)
    waiting = (await submit_held(patient, 1))[0]
    before = await jobs(patient)
    for _ in range(5):
        async with patient.services.database.transaction() as session:
            await room_in(session, patient.services.delivery.queue, waiting.channel_id)
    assert await jobs(patient) <= before + 1


async def test_one_whose_pause_ends_does_not_wait_for_the_whole_line(place: Workplace) -> None:
    delivery = dataclasses.replace(place.services.delivery, pace=dataclasses.replace(QUICK, first_look=0.0))
    posts = [await place.submit(f"number {number}", number) for number in range(3)]
    place.stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
    await delivery.deliver(posts[2].id)
    for post in posts:
        after = await place.services.scheduling.post(post.id)
        assert after is not None
        assert after.step is Step.ACCEPTED, "the first was looked for again before the others were through"
    assert len(place.there()) == 3


async def jobs(place: Workplace) -> int:
    """Return how many jobs of delivery were ever put on the queue."""
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name IN ('delivery:deliver', 'delivery:wake')"
    async with place.services.database.transaction() as session:
        return int((await session.execute(text(query))).scalar_one())


async def test_moving_up_changes_the_order(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 3)
    await place.services.scheduling.move_up(posts[2].id)
    await place.services.scheduling.move_up(posts[2].id)
    assert [post.caption for post in await line(place)] == ["number 2", "number 0", "number 1"]
    told = [item.post.caption for item in await place.services.scheduling.troubles() if item.post]
    assert told == ["number 2", "number 0", "number 1"], "the inbox shows in which order they go"
    with pytest.raises(NotPossibleNow, match="first"):
        await place.services.scheduling.move_up(posts[2].id)
    place.stand_in.faults.clear()
    async with place.worker():
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [there.text for there in place.there()] == ["number 2", "number 0", "number 1"]


async def test_two_who_move_posts_at_the_same_moment_both_get_their_way(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 3)
    async with place.services.database.transaction() as first:
        assert await move_up(first, place.services.delivery.queue, posts[2].id)
        second = asyncio.create_task(place.services.scheduling.move_up(posts[1].id))
        await place.until_one_waits()
    await second
    # 2 went before 1, and then 1, which was the last now, before 2 again
    assert [post.caption for post in await line(place)] == ["number 0", "number 1", "number 2"]


async def test_many_who_move_posts_at_once_never_wait_for_each_other(place: Workplace) -> None:
    full(place)
    posts = await submit_held(place, 5)
    for _ in range(5):
        moves = [move(place, post) for post in posts[1:]]
        await asyncio.gather(*moves, *(hold(place, post) for post in posts))
    captions = [post.caption for post in await line(place)]
    assert sorted(captions) == sorted(post.caption for post in posts)
    places = [post.line_order or post.id for post in await rows(place)]
    assert len(set(places)) == len(posts), "each has a place of its own"


async def move(place: Workplace, post: Post) -> None:
    try:
        await place.services.scheduling.move_up(post.id)
    except NotPossibleNow as error:
        assert "first" in str(error)


async def rows(place: Workplace) -> list[PostRow]:
    async with place.services.database.transaction() as session:
        return list((await session.execute(select(PostRow))).scalars())


async def test_what_is_in_buffer_does_not_stand_in_line(place: Workplace) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    assert await line(place) == []
    with pytest.raises(NotPossibleNow, match="does not wait"):
        await place.services.scheduling.move_up(post.id)


async def test_a_refused_key_is_tried_by_one_post_for_all(patient: Workplace) -> None:
    patient.stand_in.faults.add(Kind.BAD_KEY, count=1000)
    posts = await submit_held(patient, 3)
    waiting = await line(patient)
    assert {post.error_code for post in waiting} == {"key_refused"}
    assert len(patient.stand_in.requests) <= 1 + len(await channel_requests(patient))
    patient.stand_in.faults.clear()
    async with patient.worker():  # which starts with the key of today
        for post in posts:
            await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [there.text for there in patient.there()] == [f"number {n}" for n in range(3)]


async def channel_requests(place: Workplace) -> list[object]:
    return [
        request
        for request in place.stand_in.requests
        if {"account", "channels", "channel"} & set(request.fields)
    ]


async def test_retrying_one_that_stands_behind_lets_the_first_try(patient: Workplace) -> None:
    full(patient)
    posts = await submit_held(patient, 3)
    patient.stand_in.faults.clear()
    async with patient.worker():
        await patient.services.scheduling.retry(posts[2].id)
        for post in posts:
            await patient.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [there.text for there in patient.there()] == [f"number {n}" for n in range(3)]


async def test_a_post_with_a_trouble_of_its_own_holds_up_nobody(patient: Workplace) -> None:
    patient.stand_in.faults.add(Kind.IMAGE_UNREADABLE, operation="createPost")
    first = await patient.submit("cannot be read", 1)
    second = await patient.submit("can be read", 2)
    delivery = dataclasses.replace(
        patient.services.delivery, pace=dataclasses.replace(PATIENT, shortest_pause=600.0)
    )
    await delivery.deliver(first.id)
    await delivery.deliver(second.id)
    assert [there.text for there in patient.there()] == ["can be read"]
    [waiting] = await line(patient)
    assert waiting.error_code == "image_unreadable"


async def test_a_post_whose_time_passed_in_line_fails_with_that_cause(place: Workplace) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    result = await place.services.scheduling.schedule_post(
        await place.photo(), "too late", share_mode=ShareMode.CUSTOM_SCHEDULED, at=at
    )
    assert result.post is not None
    async with place.services.database.transaction() as session:
        await session.execute(text("UPDATE posts SET requested_at_time = now() - interval '1 minute'"))
    await place.services.delivery.deliver(result.post.id)
    failed = await place.services.scheduling.post(result.post.id)
    assert failed is not None
    assert (failed.step, failed.error_code) == (Step.FAILED, "time_past")
    with pytest.raises(NotPossibleNow, match="past"):
        await place.services.scheduling.retry(failed.id)
    later = datetime.now(UTC) + timedelta(days=1)
    await place.services.scheduling.edit(failed.id, at=later)
    await place.services.scheduling.retry(failed.id)
    await place.services.delivery.deliver(failed.id)
    [there] = place.there()
    assert there.due_at is not None
    assert abs(there.due_at - later) < timedelta(seconds=1)


async def test_channels_that_are_refused_at_the_same_moment_do_not_wait_for_each_other(
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
        await hold_behind(
            session, place.services.delivery.queue, row, "rate_limited", "spent", datetime.now(UTC), QUICK
        )


async def release(place: Workplace, post: Post) -> None:
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
        await session.execute(update(PostRow).where(PostRow.id == post.id).values(error_code=None))
        await accepted(session, place.services.delivery.queue, row)


async def test_a_channel_that_stays_paused_is_asked_for_ever_more_seldom(patient: Workplace) -> None:
    patient.stand_in.set_channel(str(patient.persona.buffer_channel_id), queue_paused=True)
    await patient.services.personas.available_channels()
    post = await patient.submit()
    pauses = []
    for _ in range(8):
        async with patient.services.database.transaction() as session:
            await session.execute(text("UPDATE posts SET next_try_at = now() WHERE step = 'held'"))
        await patient.services.delivery.deliver(post.id)
        [held] = await line(patient)
        assert held.next_try_at is not None
        pauses.append((held.next_try_at - datetime.now(UTC)).total_seconds())
    assert all(later > 1.9 * earlier for earlier, later in pairwise(pauses[:5]))
    assert pauses[0] < 601
    assert PATIENT.fullest - 10 < pauses[-1] <= PATIENT.fullest
