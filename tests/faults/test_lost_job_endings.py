"""The connection is lost at the very moment at which a job's end is recorded: its channel must not be blocked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psycopg

from fluffy_tui.scheduling import Step

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

CUT_ONCE = """
CREATE SEQUENCE ends;
CREATE FUNCTION cut_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A sequence is not rolled back with the transaction that dies here.
    IF nextval('ends') = 1 THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
        PERFORM pg_sleep(1);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cut_once BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW
WHEN (NEW.task_name = 'delivery:deliver' AND NEW.status = 'succeeded') EXECUTE FUNCTION cut_once();
"""


async def test_a_job_whose_end_was_lost_does_not_block_its_channel(place: Workplace, tmp_path: Path) -> None:
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute(CUT_ONCE)
    worker = place.worker_process(tmp_path / "worker.log")
    await place.arrived("the first", 1)
    second = await place.submit("the second", 2)
    async with asyncio.timeout(120):
        await place.until(second.id, lambda now: now.step is Step.ACCEPTED)
    worker.release()
    assert await worker.ended() == 0
    assert {post.text for post in place.in_buffer()} >= {"the first", "the second"}
