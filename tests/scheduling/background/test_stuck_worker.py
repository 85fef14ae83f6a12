"""A worker whose deliveries are stuck does not count as alive because its process is."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from fluffy_tui.core.liveness import Liveness, note_job_progress
from fluffy_tui.core.shutdown_deadline import FORCED_EXIT
from fluffy_tui.scheduling import ProblemKind, Step
from scheduling.quick_programs import QUICK
from scheduling.workplace import Barrier

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.scheduling import KnownWorker
    from scheduling.workplace import Workplace

BLOCKED = "NEW.step = 'hosting'"
"""The delivery waits for ever where it records this."""


async def until_stuck(place: Workplace) -> KnownWorker:
    while True:  # there is no event for a missing heartbeat
        for worker in await place.services.workers.list():
            if worker.is_stuck(QUICK.dead_after):
                return worker
        await asyncio.sleep(0.05)


async def test_a_stuck_delivery_in_a_live_process_is_noticed_and_taken_over(
    place: Workplace, tmp_path: Path
) -> None:
    barrier = Barrier(place.services.database.url, BLOCKED)
    post = await place.submit()
    stuck = place.worker_process(tmp_path / "stuck.log", stuck_after=1.5, stuck_exit=600.0)
    await barrier.reached()
    listed = await until_stuck(place)
    assert listed.process.endswith(f":{stuck.pid}")
    while not any(  # a heartbeat that is only late comes after all
        item.kind is ProblemKind.WORKER_SILENT and "delivers nothing" in item.why
        for item in await place.services.scheduling.problems()
    ):
        await asyncio.sleep(0.05)
    other = place.worker_process(tmp_path / "other.log")
    await asyncio.to_thread(barrier.remove)
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    for child in (stuck, other):
        os.kill(child.pid, signal.SIGTERM)
        await child.ended()
    assert len(place.in_buffer()) == 1


async def test_a_stuck_worker_exits_so_that_another_one_can_start(place: Workplace, tmp_path: Path) -> None:
    log = tmp_path / "stuck.log"
    barrier = Barrier(place.services.database.url, BLOCKED)
    post = await place.submit()
    stuck = place.worker_process(log, stuck_after=1.0, stuck_exit=2.0)
    await barrier.reached()
    assert await stuck.ended() == FORCED_EXIT
    assert "another worker can continue" in log.read_text()
    await asyncio.to_thread(barrier.remove)
    other = place.worker_process(tmp_path / "other.log")
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    other.release()
    assert await other.ended() == 0
    assert len(place.in_buffer()) == 1


def test_a_loop_is_as_stuck_as_its_most_stuck_job() -> None:
    now = 0.0
    liveness = Liveness(10.0, clock=lambda: now)
    now = 6.0
    assert liveness.stuck_seconds == 6.0
    liveness.note_progress()
    assert liveness.stuck_seconds == 0.0
    with liveness.track_job():
        now = 12.0
        liveness.note_progress()
        assert liveness.stuck_seconds == 6.0, "the loop fetches jobs, but its job commits nothing"
        now = 17.0
        assert liveness.is_hung
        note_job_progress()
        assert not liveness.is_hung
        assert liveness.stuck_seconds == 0.0, "while all slots are busy a job's progress counts for the loop"
        now = 30.0
    assert liveness.stuck_seconds == 0.0
    note_job_progress()  # ignored outside of a job
    now = 31.0
    assert liveness.stuck_seconds == 1.0


async def test_a_task_that_outlives_its_job_does_not_count_as_progress() -> None:
    now = 0.0
    liveness = Liveness(10.0, clock=lambda: now)
    job_ended = asyncio.Event()

    async def writes_later() -> None:
        await job_ended.wait()
        note_job_progress()

    with liveness.track_job():
        later = asyncio.create_task(writes_later())
    job_ended.set()
    await later
    now = 50.0
    liveness.note_progress()
    assert liveness.stuck_seconds == 0.0
