"""A worker is killed with SIGKILL at each step; afterwards Buffer has exactly one post."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import Step
from scheduling.workplace import Barrier

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

PLACES = {
    "while claiming": "NEW.step = 'rendering'",
    "rendered, before the upload": "NEW.step = 'hosting' AND NEW.photos -> 0 ->> 'media_url' IS NULL",
    "uploaded, before that is recorded": "NEW.step = 'hosting' AND NEW.photos -> 0 ->> 'media_url' IS NOT NULL",
    "before the create is recorded as sent": "NEW.step = 'sending'",
    "between Buffer's answer and our commit": "NEW.step = 'accepted'",
}


async def finish(place: Workplace, post_id: int, log: Path) -> None:
    """Let a second worker finish, and check both sides."""
    second = place.worker_process(log)
    done = await place.until(post_id, lambda now: now.step in (Step.ACCEPTED, Step.FAILED))
    second.release()
    assert await second.ended() == 0, log.read_text()
    assert done.step is Step.ACCEPTED, done.error_message
    [remote] = place.in_buffer()
    assert done.buffer_post_id == remote.id


@pytest.mark.parametrize("where", PLACES)
async def test_killed_at_a_step(place: Workplace, tmp_path: Path, where: str) -> None:
    log = tmp_path / "worker.log"
    barrier = Barrier(place.services.database.url, PLACES[where])
    post = await place.submit()
    first = place.worker_process(log)
    await barrier.reached()
    os.kill(first.pid, signal.SIGKILL)
    await first.ended()
    barrier.remove()
    await finish(place, post.id, log)


@pytest.mark.parametrize("after", [False, True], ids=["before it is created", "after it was created"])
async def test_killed_while_buffer_creates_the_post(place: Workplace, tmp_path: Path, *, after: bool) -> None:
    log = tmp_path / "worker.log"
    place.stand_in.faults.add(Kind.SLOW, after=after)
    post = await place.submit()
    first = place.worker_process(log)
    await place.stand_in.received("createPost")
    os.kill(first.pid, signal.SIGKILL)
    await first.ended()
    place.stand_in.faults.release()
    await finish(place, post.id, log)


async def test_killed_while_searching(place: Workplace, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    place.stand_in.faults.add(Kind.SLOW, operation="posts")
    post = await place.submit()
    first = place.worker_process(log)
    await place.stand_in.received("posts")
    os.kill(first.pid, signal.SIGKILL)
    await first.ended()
    place.stand_in.faults.release()
    await finish(place, post.id, log)


async def test_a_worker_finishes_its_posts_when_the_app_quits(place: Workplace, tmp_path: Path) -> None:
    posts = [await place.submit(f"number {number}", number) for number in range(3)]
    child = place.worker_process(tmp_path / "worker.log")
    child.release()
    assert await child.ended() == 0
    for post in posts:
        done = await place.post(post.id)
        assert done.step is Step.ACCEPTED
    assert len(place.in_buffer()) == 3


async def test_sigterm_stops_a_worker_without_losing_its_post(place: Workplace, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    place.stand_in.faults.add(Kind.SLOW, after=True, seconds=0.3)
    post = await place.submit()
    first = place.worker_process(log)
    await place.stand_in.received("createPost")
    os.kill(first.pid, signal.SIGTERM)
    assert await first.ended() == 0, log.read_text()
    await finish_or_done(place, post.id, log)


async def finish_or_done(place: Workplace, post_id: int, log: Path) -> None:
    """Finish the post, unless its job finished before the worker stopped."""
    current = await place.post(post_id)
    if current.step is not Step.ACCEPTED:
        await finish(place, post_id, log)
    assert len(place.in_buffer()) == 1


async def test_two_workers_share_the_work_without_duplicates(place: Workplace, tmp_path: Path) -> None:
    posts = [await place.submit(f"number {number}", number) for number in range(8)]
    workers = [place.worker_process(tmp_path / f"worker{number}.log") for number in range(2)]
    for worker in workers:
        worker.release()
    for worker in workers:
        assert await worker.ended() == 0
    steps = {(await place.services.scheduling.post(post.id)).step for post in posts}  # type: ignore[union-attr]
    assert steps == {Step.ACCEPTED}
    assert sorted(remote.text for remote in place.in_buffer()) == [f"number {n}" for n in range(8)]
