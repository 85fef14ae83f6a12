"""What holds the whole account ends for every channel at the same moment, not when a sweep comes by."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import Step
from fluffy_tui.scheduling.tables import PostRow
from scheduling.workplace import QUICK, Barrier

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post
    from scheduling.workplace import Workplace

SWEPT = "had no job"
"""What the sweep logs about a post that nobody else would have woken."""


@pytest.fixture
async def other(place: Workplace) -> Workplace:
    """Return the same workplace for a second persona, on a channel of its own."""
    channels = {channel.name: channel for channel in await place.services.personas.available_channels()}
    del channels["sarah.frames"]
    persona = await place.services.personas.create("leo")
    mine = next(channel for channel in channels.values() if not channel.problem and channel.has_slots)
    persona = await place.services.personas.set_channel(persona, mine.id)
    return dataclasses.replace(place, persona=persona, folder=place.folder.parent / "photos of leo")


def refuse_create(place: Workplace, seconds: float) -> None:
    """Let Buffer refuse the next create on this channel, for the whole account."""
    place.stand_in.faults.add(
        Kind.RATE_LIMITED, operation="createPost", channel=place.persona.buffer_channel_id, seconds=seconds
    )


async def step_of(place: Workplace, post: Post) -> Step | None:
    now = await place.services.scheduling.post(post.id)
    assert now is not None
    return now.step


async def all_go_by_themselves(place: Workplace, caplog: pytest.LogCaptureFixture, *posts: Post) -> None:
    """Wait until a worker has brought them into Buffer, without any help of the sweep."""
    caplog.set_level("INFO")
    async with place.worker():
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert SWEPT not in caplog.text


async def test_a_hold_met_on_a_later_channel_ends_for_the_first_in_line_too(
    place: Workplace, other: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await place.submit("first"), await other.submit("second")
    place.stand_in.faults.add(Kind.SLOW, operation="posts", channel=other.persona.buffer_channel_id)
    under_way = asyncio.create_task(place.services.delivery.deliver(second.id))
    await place.stand_in.received("posts")
    refuse_create(place, 1)
    await place.services.delivery.deliver(first.id)
    assert await step_of(place, first) is Step.HELD
    refuse_create(other, 1)
    place.stand_in.faults.release()
    await under_way
    assert await step_of(place, second) is Step.HELD
    await all_go_by_themselves(place, caplog, first, second)


async def test_one_that_is_held_at_the_moment_at_which_the_hold_ends_goes_on(
    place: Workplace, other: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await place.submit("first"), await other.submit("second")
    refuse_create(place, 0)
    await place.services.delivery.deliver(first.id)
    barrier = Barrier(place.services.database.url, f"NEW.id = {second.id} AND NEW.step = 'held'")
    stands_behind = asyncio.create_task(place.services.delivery.deliver(second.id))
    await barrier.reached()
    gets_in = asyncio.create_task(place.services.delivery.deliver(first.id))
    while await step_of(place, first) is not Step.ACCEPTED and not await place.waiting():
        await asyncio.sleep(0.01)  # Postgres sends no event for a lock that is waited for
    await asyncio.to_thread(barrier.remove)
    await asyncio.gather(stands_behind, gets_in)
    await all_go_by_themselves(place, caplog, first, second)


@pytest.mark.parametrize("leaves", ["cancel", "let_go"])
async def test_those_behind_one_that_is_taken_back_are_tried_when_the_hold_ends(
    place: Workplace, other: Workplace, caplog: pytest.LogCaptureFixture, leaves: str
) -> None:
    first, second = await place.submit("first"), await other.submit("second")
    refuse_create(place, 1)
    await place.services.delivery.deliver(first.id)
    await place.services.delivery.deliver(second.id)
    held = await place.services.scheduling.post(first.id)
    assert held is not None
    await getattr(place.services.scheduling, leaves)(first.id)
    behind = await place.services.scheduling.post(second.id)
    assert behind is not None
    assert behind.next_try_at == held.next_try_at, "it takes over the moment of the one that tried for it"
    await all_go_by_themselves(place, caplog, second)


async def test_a_look_that_buffer_answers_ends_the_hold_though_it_finds_nothing(
    place: Workplace, other: Workplace
) -> None:
    """The first had sent a create without an answer; until that is settled only the first has to wait."""
    delivery = dataclasses.replace(place.services.delivery, pace=dataclasses.replace(QUICK, settle=600.0))
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
