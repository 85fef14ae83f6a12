"""A worker whose deliveries get nowhere is not taken for alive because something else in it still moves."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from fluffy_tui.core.liveness import Liveness, note_job_progress
from fluffy_tui.core.shutdown_deadline import FORCED_EXIT
from fluffy_tui.scheduling import ProblemKind, Step
from scheduling.workplace import QUICK, Barrier

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.scheduling import WorkerHeard
    from scheduling.workplace import Workplace

HANGS = "NEW.step = 'hosting'"
"""The delivery waits for ever where it writes this down."""


async def until_it_stands_still(place: Workplace) -> WorkerHeard:
    while True:  # silence sends no event
        for worker in await place.services.workers.list():
            if worker.stands_still(QUICK.stalled):
                return worker
        await asyncio.sleep(0.05)


async def test_a_hung_delivery_beside_a_living_look_at_the_library_is_noticed_and_taken_over(
    place: Workplace, tmp_path: Path
) -> None:
    barrier = Barrier(place.services.database.url, HANGS)
    post = await place.submit()
    hung = place.worker_process(tmp_path / "hung.log", hung=1.5, hung_end=600.0)
    await barrier.reached()
    still = await until_it_stands_still(place)
    assert still.process.endswith(f":{hung.pid}")
    age = await place.services.workers.heartbeat_age()
    assert age is not None
    assert age > QUICK.stalled
    [silent] = [
        item for item in await place.services.scheduling.troubles() if item.kind is ProblemKind.WORKER_SILENT
    ]
    assert "deliveries get nowhere" in silent.why
    other = place.worker_process(tmp_path / "other.log")
    await asyncio.to_thread(barrier.remove)
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    for child in (hung, other):
        os.kill(child.pid, signal.SIGTERM)
        await child.ended()
    assert len(place.there()) == 1


async def test_a_hung_worker_ends_so_that_another_one_is_started(place: Workplace, tmp_path: Path) -> None:
    log = tmp_path / "hung.log"
    barrier = Barrier(place.services.database.url, HANGS)
    post = await place.submit()
    hung = place.worker_process(log, hung=1.0, hung_end=2.0)
    await barrier.reached()
    assert await hung.ended() == FORCED_EXIT
    assert "another worker goes on" in log.read_text()
    await asyncio.to_thread(barrier.remove)
    other = place.worker_process(tmp_path / "other.log")
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    other.release()
    assert await other.ended() == 0
    assert len(place.there()) == 1


def test_a_loop_is_as_silent_as_the_job_that_is_worst_off() -> None:
    now = 0.0
    liveness = Liveness(10.0, clock=lambda: now)
    now = 6.0
    assert liveness.stuck_seconds == 6.0
    liveness.note_progress()
    assert liveness.stuck_seconds == 0.0
    with liveness.track_job():
        now = 12.0
        liveness.note_progress()
        assert liveness.stuck_seconds == 6.0, "the loop fetches, but its job commits nothing"
        now = 17.0
        assert liveness.is_hung
        note_job_progress()
        assert not liveness.is_hung
        assert liveness.stuck_seconds == 0.0, "with all hands full a job's progress stands for the loop's"
        now = 30.0
    assert liveness.stuck_seconds == 0.0
    note_job_progress()  # outside of any job it means nothing
    now = 31.0
    assert liveness.stuck_seconds == 1.0


async def test_what_a_job_has_started_and_left_behind_does_not_keep_it_alive() -> None:
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
