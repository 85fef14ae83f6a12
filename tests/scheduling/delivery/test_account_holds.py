"""A hold of the whole account ends for all channels at the same time, not at the next recovery."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import Step
from fluffy_tui.scheduling.tables import PostRow
from scheduling.quick_programs import QUICK
from scheduling.workplace import Barrier

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

RECOVERED = "had no job"
"""What recovery logs about a post that nothing else would have woken."""


@pytest.fixture
async def other(place: Workplace) -> Workplace:
    """Return the same workplace for a second persona with its own channel."""
    channels = {channel.name: channel for channel in await place.services.personas.available_channels()}
    del channels["sarah.frames"]
    persona = await place.services.personas.create("leo")
    mine = next(channel for channel in channels.values() if not channel.problem and channel.has_slots)
    persona = await place.services.personas.set_channel(persona, mine.id)
    return dataclasses.replace(place, persona=persona, folder=place.folder.parent / "photos of leo")


def refuse_create(place: Workplace, seconds: float) -> None:
    """Have the next create on this channel refused, as for the whole account."""
    place.stand_in.faults.add(
        Kind.RATE_LIMITED, operation="createPost", channel=place.persona.buffer_channel_id, seconds=seconds
    )


async def step_of(place: Workplace, post: Post) -> Step | None:
    now = await place.post(post.id)
    return now.step


async def all_are_delivered(place: Workplace, caplog: pytest.LogCaptureFixture, *posts: Post) -> None:
    """Wait until a worker has brought them into Buffer without the help of recovery."""
    caplog.set_level("INFO")
    async with place.worker():
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert RECOVERED not in caplog.text


async def test_a_hold_that_another_channel_ran_into_ends_for_the_first_post_too(
    place: Workplace, other: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await place.submit("first"), await other.submit("second")
    place.stand_in.faults.add(Kind.SLOW, operation="posts", channel=other.persona.buffer_channel_id)
    in_progress = asyncio.create_task(place.services.delivery.deliver(second.id))
    await place.stand_in.received("posts")
    refuse_create(place, 1)
    await place.services.delivery.deliver(first.id)
    assert await step_of(place, first) is Step.HELD
    refuse_create(other, 1)
    place.stand_in.faults.release()
    await in_progress
    assert await step_of(place, second) is Step.HELD
    await all_are_delivered(place, caplog, first, second)


async def test_a_post_that_is_held_just_when_the_hold_ends_is_delivered(
    place: Workplace, other: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await place.submit("first"), await other.submit("second")
    refuse_create(place, 0)
    await place.services.delivery.deliver(first.id)
    barrier = Barrier(place.services.database.url, f"NEW.id = {second.id} AND NEW.step = 'held'")
    waits_behind = asyncio.create_task(place.services.delivery.deliver(second.id))
    await barrier.reached()
    succeeds = asyncio.create_task(place.services.delivery.deliver(first.id))
    while not succeeds.done() and not await place.waiting():
        await asyncio.sleep(0.01)  # Postgres sends no event for a lock that is waited for
    await asyncio.to_thread(barrier.remove)
    await asyncio.gather(waits_behind, succeeds)
    await all_are_delivered(place, caplog, first, second)


async def test_posts_behind_a_cancelled_one_are_tried_when_the_hold_ends(
    place: Workplace, other: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await place.submit("first"), await other.submit("second")
    refuse_create(place, 1)
    await place.services.delivery.deliver(first.id)
    await place.services.delivery.deliver(second.id)
    held = await place.post(first.id)
    await place.services.scheduling.cancel(first.id)
    behind = await place.post(second.id)
    assert behind.next_try_at == held.next_try_at, "it takes over the time of the post that tried for it"
    await all_are_delivered(place, caplog, second)


async def test_any_answer_of_buffer_ends_the_hold_even_if_nothing_is_found(
    place: Workplace, other: Workplace
) -> None:
    """The first sent a create without an answer; until that is settled only the first has to wait."""
    delivery = dataclasses.replace(place.services.delivery, timings=dataclasses.replace(QUICK, settle=600.0))
    first, second = await place.submit("first"), await other.submit("second")
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="createPost")
    await delivery.deliver(first.id)
    assert await step_of(place, first) is Step.UNCONFIRMED
    place.stand_in.faults.add(Kind.RATE_LIMITED, operation="posts", seconds=0)
    await due_now(place, first)
    await delivery.deliver(first.id)
    await delivery.deliver(second.id)
    assert await step_of(place, second) is Step.HELD
    await due_now(place, first)
    await delivery.deliver(first.id)
    assert await step_of(place, first) is Step.UNCONFIRMED
    await delivery.deliver(second.id)
    assert await step_of(place, second) is Step.ACCEPTED


async def due_now(place: Workplace, post: Post) -> None:
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, post.id)
        row.next_try_at = None
