"""Every change of a post adds to its history: what, when, by which process, and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fluffy_tui.buffer import BufferError
from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import PostStatus, Step

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace


async def test_a_delivery_records_every_step_in_order(place: Workplace) -> None:
    async with place.worker():
        post = await place.arrived()
    history = await place.services.scheduling.timeline(post.id)
    steps = [event.step for event in history]
    assert steps == [
        Step.QUEUED,
        Step.RENDERING,
        *[Step.HOSTING] * (len(steps) - 4),
        Step.SENDING,
        Step.ACCEPTED,
    ]
    assert history[0].what == "created"
    assert history[-1].status is PostStatus.SCHEDULED
    assert history[-1].scheduled_at is not None
    assert sorted(event.at for event in history) == [event.at for event in history]


async def test_the_history_names_the_process(place: Workplace, tmp_path: Path) -> None:
    post = await place.submit()
    child = place.worker_process(tmp_path / "worker.log")
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    child.release()
    await child.ended()
    history = await place.services.scheduling.timeline(post.id)
    assert history[0].worker.startswith("fluffy-tui app ")
    assert history[0].worker.endswith(f":{os.getpid()}")
    assert history[-1].worker.startswith("fluffy-tui worker ")
    assert history[-1].worker.endswith(f":{child.pid}")


async def test_errors_are_recorded_with_buffers_message(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.QUEUE_FULL, operation="createPost")
    async with place.worker():
        post = await place.arrived()
    history = await place.services.scheduling.timeline(post.id)
    [held] = [event for event in history if event.step is Step.HELD]
    assert held.code == "queue_full"
    assert "Scheduled posts limit reached" in str(held.message)
    assert held.next_try_at is not None
    assert history[-1].message is None


async def test_the_history_contains_no_secret_and_is_deleted_with_its_post(place: Workplace) -> None:
    place.stand_in.faults.add(Kind.BAD_KEY, operation="createPost")
    async with place.worker():
        post = await place.submit()
        await place.until(post.id, lambda now: now.step is Step.HELD)
    assert place.stand_in.key not in repr(await place.services.scheduling.timeline(post.id))
    await place.services.scheduling.cancel(post.id)
    assert await place.services.scheduling.timeline(post.id) == []


async def test_even_a_manual_change_is_recorded(place: Workplace) -> None:
    post = await place.submit()
    async with place.services.database.transaction() as session:
        await session.execute(text("SET LOCAL application_name = 'somebody'"))
        await session.execute(text("UPDATE posts SET step = 'rendering' WHERE id = :id"), {"id": post.id})
    history = await place.services.scheduling.timeline(post.id)
    assert (history[-1].step, history[-1].worker) == (Step.RENDERING, "somebody")


@pytest.mark.parametrize("framing", ["crop", "pad 1:1", "pad 90", "pad part 1/2"])
async def test_a_new_framing_is_recorded_as_an_edit(place: Workplace, framing: str) -> None:
    post = await place.submit()
    await place.execute(f"UPDATE posts SET photos = jsonb_set(photos, '{{0,framing}}', '\"{framing}\"')")
    history = await place.services.scheduling.timeline(post.id)
    assert [event.what for event in history] == ["created", "edited"]


async def test_buffers_answers_to_an_edit_and_a_cancellation_are_recorded(place: Workplace) -> None:
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    place.stand_in.faults.add(Kind.IMAGE_UNREADABLE, operation="editPost")
    with pytest.raises(BufferError):
        await place.services.scheduling.edit(post.id, caption="other words")
    await place.services.scheduling.edit(post.id, caption="better words")
    place.stand_in.faults.add(Kind.SERVER_ERROR_BEFORE, operation="deletePost")
    with pytest.raises(BufferError):
        await place.services.scheduling.cancel(post.id)
    last = (await place.services.scheduling.timeline(post.id))[-5:]
    whats = [event.what for event in last]
    assert whats == ["edit_sent", "edit_refused", "edit_sent", "edited", "cancel_refused"]
    assert "could not be read" in str(last[1].message)
    assert "Buffer" in str(last[4].message)
    assert all(event.step is Step.ACCEPTED and event.worker.startswith("fluffy-tui app ") for event in last)
