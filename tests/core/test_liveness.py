"""Progress of a loop and of its jobs, by a clock that the test moves."""

from __future__ import annotations

import asyncio

from fluffy_tui.core.liveness import Liveness, note_job_progress


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
