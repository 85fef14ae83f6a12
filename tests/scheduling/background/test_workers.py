"""Workers that lose the database, hang or crash, and several workers at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from faults.cluster import Cluster
from fluffy_tui.core.job_queue import LISTENERS_LOCK
from fluffy_tui.core.shutdown_deadline import FORCED_EXIT
from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import ProblemKind, Step
from fluffy_tui.scheduling.delivery.delivery_jobs import DELIVER
from scheduling.quick_programs import QUICK
from scheduling.workplace import Barrier, Workplace, workplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fluffy_tui.demo import StandIn
    from fluffy_tui.scheduling import KnownWorker, Post
    from forked_program import ForkedProgram


def backends(url: str, child: ForkedProgram) -> list[int]:
    """Return the server processes of a worker's connections."""
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE %s",
            [f"fluffy-tui worker %:{child.pid}"],
        )
        return [pid for (pid,) in rows]


def cut(url: str, child: ForkedProgram) -> int:
    """Terminate all connections of a worker, and return how many there were."""
    found = backends(url, child)
    with psycopg.connect(url, autocommit=True) as connection:
        for pid in found:
            connection.execute("SELECT pg_terminate_backend(%s)", [pid])
    return len(found)


async def stop(child: ForkedProgram) -> None:
    """Stop a worker gracefully."""
    os.kill(child.pid, signal.SIGTERM)
    await child.ended()


async def test_each_worker_is_listed_with_its_name_and_age(place: Workplace, tmp_path: Path) -> None:
    assert await place.services.workers.list() == []
    children = [place.worker_process(tmp_path / f"worker{number}.log") for number in range(2)]
    for number in range(2):  # both have registered once their posts arrive
        await place.arrived(f"number {number}", number)
    listed = await until_listed(place, 2)
    assert {worker.process.rsplit(":", 1)[1] for worker in listed} == {str(child.pid) for child in children}
    assert len(listed) == 2, "a process that registers for several queues is one worker"
    assert all(worker.heartbeat_age is not None and 0 <= worker.heartbeat_age < 10 for worker in listed)
    assert await place.services.workers.heartbeat_age(host=socket.gethostname()) is not None
    assert await place.services.workers.heartbeat_age(host="another-computer") is None
    for child in children:
        await stop(child)
    assert await place.services.workers.list() == []


async def test_a_worker_without_a_key_leaves_the_posts_to_one_that_has_it(
    place: Workplace, tmp_path: Path
) -> None:
    keyless = place.keyless_worker_process(tmp_path / "keyless.log")
    [listed] = await until_listed(place, 1)
    assert listed.cannot_deliver
    assert await place.services.workers.heartbeat_age() is None, "nobody delivers"
    post = await place.submit()
    [problem] = await place.services.scheduling.problems()
    assert problem.what == "No worker can deliver, and 1 post is waiting."
    assert problem.why == f"{listed.process} has no Buffer key or no media host."
    async with place.worker():
        accepted = await place.until(post.id, lambda now: now.step in (Step.ACCEPTED, Step.HELD))
    assert accepted.step is Step.ACCEPTED
    workers = {event.worker for event in await place.services.scheduling.timeline(post.id)}
    assert not [name for name in workers if name and str(keyless.pid) in name]
    await stop(keyless)


async def until_listed(place: Workplace, count: int) -> list[KnownWorker]:
    """Wait until this many workers have registered; there is no event for that."""
    while len(found := await place.services.workers.list()) < count:
        await asyncio.sleep(0.05)
    return list(found)


async def test_a_worker_survives_terminated_connections(place: Workplace, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    child = place.worker_process(log)
    for number in range(3):
        await place.arrived(f"number {number}", number)
        assert cut(place.services.database.url, child) > 0
    await place.arrived("after all of it", 9)
    await stop(child)
    assert len(place.in_buffer()) == 4


async def test_no_post_is_lost_when_connections_end_while_buffer_answers(
    place: Workplace, tmp_path: Path
) -> None:
    place.stand_in.faults.add(Kind.SLOW, after=True, seconds=0.5)
    child = place.worker_process(tmp_path / "worker.log")
    post = await place.submit()
    await place.stand_in.received("createPost")
    assert cut(place.services.database.url, child) > 0
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    await stop(child)
    assert len(place.in_buffer()) == 1


async def test_a_post_that_crashes_every_worker_is_not_retried_forever(
    place: Workplace, tmp_path: Path
) -> None:
    post = await place.submit("deadly", 1)
    for number in range(2):
        barrier = Barrier(
            place.services.database.url,
            "NEW.step = 'hosting' AND NEW.photos -> 0 ->> 'media_url' IS NOT NULL",
        )
        child = place.worker_process(tmp_path / f"worker{number}.log")
        await barrier.reached()
        os.kill(child.pid, signal.SIGKILL)
        await child.ended()
        await asyncio.to_thread(barrier.remove)
    harmless = await place.submit("harmless", 2)
    last = place.worker_process(tmp_path / "worker.log")
    failed = await place.until(post.id, lambda now: now.step in (Step.FAILED, Step.ACCEPTED))
    await place.until(harmless.id, lambda now: now.step is Step.ACCEPTED)
    await stop(last)
    assert (failed.step, failed.error_code) == (Step.FAILED, "worker_died")
    assert [remote.text for remote in place.in_buffer()] == ["harmless"]


async def test_a_worker_goes_on_while_a_newer_version_changes_the_schema(
    place: Workplace, tmp_path: Path
) -> None:
    """Its statements have been prepared for the tables as they were."""
    child = place.worker_process(tmp_path / "worker.log")
    for number in range(6):
        await place.arrived(f"number {number}", number)
    for table in ("posts", "photos", "personas", "channels"):
        await place.execute(f"ALTER TABLE {table} ADD COLUMN later text NOT NULL DEFAULT 'x'")
    await place.execute("UPDATE alembic_version SET version_num = '9999'")
    await place.arrived("after the upgrade", 9)
    await stop(child)
    assert len(place.in_buffer()) == 7


@asynccontextmanager
async def blocked_recovery(
    place: Workplace, log: Path
) -> AsyncIterator[tuple[Post, psycopg.AsyncConnection, asyncio.Task[None]]]:
    """Kill a worker while it delivers, and let recovery wait for the post, whose row the connection has locked."""
    recovery, url = place.services.recovery, place.services.database.url
    async with recovery.queue.open_async(), await psycopg.AsyncConnection.connect(url) as holding:
        barrier = Barrier(url, "NEW.step = 'hosting' AND NEW.photos -> 0 ->> 'media_url' IS NOT NULL")
        child = place.worker_process(log)
        post = await place.submit()
        await barrier.reached()
        os.kill(child.pid, signal.SIGKILL)
        await child.ended()
        await asyncio.to_thread(barrier.remove)
        manager, silent = recovery.queue.job_manager, QUICK.dead_after
        while not list(await manager.get_stalled_jobs(seconds_since_heartbeat=silent, task_name=DELIVER)):
            await asyncio.sleep(0.05)  # measured by the database's clock
        await holding.execute("SELECT 1 FROM posts WHERE id = %s FOR UPDATE", [post.id])
        recovering = asyncio.create_task(recovery.run())
        await place.until_one_waits()
        yield post, holding, recovering


async def test_a_crash_is_counted_even_if_the_recovery_that_counts_it_is_cancelled(
    place: Workplace, tmp_path: Path
) -> None:
    async with blocked_recovery(place, tmp_path / "worker.log") as (post, holding, recovering):
        recovering.cancel()
        await asyncio.wait({recovering})
        assert recovering.cancelled()
        await holding.rollback()
        await place.services.recovery.run()
        found = await holding.execute("SELECT stalls FROM posts WHERE id = %s", [post.id])
        assert await found.fetchone() == (1,)


async def test_no_recovery_retries_a_post_before_another_has_counted_the_crash(
    place: Workplace, tmp_path: Path
) -> None:
    async with blocked_recovery(place, tmp_path / "worker.log") as (post, holding, recovering):
        await place.services.recovery.run()
        waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s"
        found = await holding.execute(waiting, [DELIVER])  # periodic jobs may be due at any moment
        assert await found.fetchone() == (0,)
        await holding.rollback()
        await recovering
    again = place.worker_process(tmp_path / "again.log")
    await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    await stop(again)


async def test_a_worker_exits_with_its_app_even_if_its_tables_are_gone(
    place: Workplace, tmp_path: Path
) -> None:
    child = place.worker_process(tmp_path / "worker.log")
    await place.arrived()
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute("SET deadlock_timeout = '1 h'")  # if anyone, the worker is to give way
        connection.execute("DROP SCHEMA public CASCADE")
    child.release()
    await child.ended()


async def test_a_worker_exits_even_if_the_database_is_frozen(place: Workplace, tmp_path: Path) -> None:
    child = place.worker_process(tmp_path / "worker.log")
    await place.arrived()
    frozen = backends(place.services.database.url, child)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        os.kill(child.pid, signal.SIGTERM)
        assert await child.ended() in (0, FORCED_EXIT)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)


async def test_an_idle_worker_is_alive_as_long_as_it_is_connected(place: Workplace, tmp_path: Path) -> None:
    """It sends heartbeats rarely; one that has a job is missed at once."""
    workers = place.services.workers
    child = place.worker_process(tmp_path / "worker.log")
    await place.arrived()
    await until_listed(place, 1)
    is_busy = text("SELECT FROM procrastinate_jobs WHERE status = 'doing'")
    async with place.services.database.transaction() as session:
        while (await session.execute(is_busy)).all():
            await asyncio.sleep(0.05)
    both_listen = text(
        "SELECT count(*) = 2 FROM pg_locks JOIN pg_database ON oid = database"
        f" WHERE datname = current_database() AND locktype = 'advisory' AND classid = {LISTENERS_LOCK}"
    )
    async with place.services.database.transaction() as session:
        while not await session.scalar(both_listen):
            await asyncio.sleep(0.05)
    os.kill(child.pid, signal.SIGSTOP)
    try:
        await place.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '50 s'")
        assert await workers.heartbeat_age() == 0
        await place.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '70 s'")
        age = await workers.heartbeat_age()
        assert age is not None
        assert age >= 10
        await place.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '50 s'")
        await place.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT worker_id FROM worker_names"
            " WHERE name LIKE '% worker %') WHERE id = (SELECT min(id) FROM procrastinate_jobs)"
        )
        age = await workers.heartbeat_age()
        assert age is not None
        assert age >= 50
    finally:
        os.kill(child.pid, signal.SIGKILL)
        await child.ended()
    while backends(place.services.database.url, child):
        await asyncio.sleep(0.05)
    await place.execute("UPDATE procrastinate_jobs SET status = 'succeeded'")
    await place.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '50 s'")
    age = await workers.heartbeat_age()
    assert age is not None
    assert age >= 50, "a killed one is missed at once, too"
    await place.execute(
        "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id IN"
        " (SELECT worker_id FROM worker_names WHERE name LIKE '% library %')"
    )
    [listed] = await workers.list()
    assert not listed.is_stuck(QUICK.dead_after), "whatever its loops did last"


@pytest.mark.parametrize(("role", "sweeps"), [("worker", 0), ("app", 60)])
async def test_an_idle_hour_costs_few_jobs(
    database_url: str, tmp_path: Path, stand_in: StandIn, role: str, sweeps: int
) -> None:
    """With posts that wait in Buffer for their time, too. An open app is told whether Buffer can be reached."""
    async with workplace(database_url, tmp_path, stand_in, tmp_path / "media", role=role) as place:
        await place.accepted()
        await place.services.status_sync.run()
        queue = place.services.delivery.queue
        context = {"delivery": place.services.delivery, "status_sync": place.services.status_sync}
        deferrer = queue._worker(additional_context=context)._periodic_deferrer.__self__  # type: ignore[attr-defined]
        await place.execute("DELETE FROM procrastinate_jobs")
        jobs: Counter[str] = Counter()
        for minute in range(60):
            await deferrer.defer_jobs(deferrer.get_previous_tasks(at=3600 * 12.5 + 60 * minute))
            async with place.services.database.transaction() as session:
                ended = await session.execute(text("DELETE FROM procrastinate_jobs RETURNING task_name"))
                jobs.update(ended.scalars())
    assert jobs.pop("delivery:sweep", 0) == sweeps
    assert jobs == {
        "delivery:watch_channels": 6,
        "delivery:verify_media": 6,
        "delivery:read_outside": 6,
        "delivery:look_for_missing": 2,
        "delivery:clean_media": 1,
        "delivery:read_metrics": 1,
    }


async def test_recurring_tasks_run_once_however_many_workers_there_are(
    place: Workplace, tmp_path: Path
) -> None:
    held = await place.submit()  # or there would be nothing to do
    await place.execute(
        f"UPDATE posts SET step = 'held', next_try_at = now() + interval '1 h' WHERE id = {held.id}"
    )
    await place.execute("DELETE FROM procrastinate_jobs")
    children = [place.worker_process(tmp_path / f"worker{number}.log") for number in range(2)]
    await until_listed(place, 2)
    query = text(
        "SELECT task_name, args->>'timestamp', count(*) FROM procrastinate_jobs"
        " WHERE args ? 'timestamp' GROUP BY 1, 2"
    )
    while True:  # they run when the next minute begins
        async with place.services.database.transaction() as session:
            runs = (await session.execute(query)).all()
        if "delivery:sweep" in {name for name, _, _ in runs}:
            break
        await asyncio.sleep(0.2)
    for child in children:
        await stop(child)
    assert {count for _, _, count in runs} == {1}


class TestOwnServer:
    """A separate server, so that it can be stopped."""

    @pytest.fixture
    async def cluster(self) -> AsyncIterator[Cluster]:
        """Yield a running server."""
        async with Cluster() as running:
            yield running

    @pytest.fixture
    async def place(self, cluster: Cluster, tmp_path: Path, stand_in: StandIn) -> AsyncIterator[Workplace]:
        """Yield a workplace on it."""
        async with workplace(cluster.url, tmp_path, stand_in, tmp_path / "media") as opened:
            yield opened

    async def test_a_worker_reconnects_after_its_server_was_restarted(
        self, cluster: Cluster, place: Workplace, tmp_path: Path
    ) -> None:
        """It delivers what was submitted before and after."""
        child = place.worker_process(tmp_path / "worker.log")
        await place.arrived("before", 1)
        await cluster.stop()
        await cluster.start()
        await place.arrived("after", 2)
        await stop(child)
        assert [remote.text for remote in place.in_buffer()] == ["before", "after"]

    async def test_a_worker_reconnects_after_its_server_crashed_during_a_delivery(
        self, cluster: Cluster, place: Workplace, tmp_path: Path
    ) -> None:
        """The server is killed while Buffer answers; nothing is lost and nothing is posted twice."""
        place.stand_in.faults.add(Kind.SLOW, after=True, seconds=0.5)
        child = place.worker_process(tmp_path / "worker.log")
        post = await place.submit()
        await place.stand_in.received("createPost")
        cluster.kill()
        await cluster.start()
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
        await stop(child)
        assert len(place.in_buffer()) == 1


SENTENCE = "The database was migrated by a newer fluffy-tui (schema 9999, this one knows "


@pytest.mark.parametrize("has_key", [True, False])
async def test_a_worker_whose_statements_do_not_fit_stops_with_one_sentence(
    place: Workplace, tmp_path: Path, has_key: bool
) -> None:
    log = tmp_path / "worker.log"
    worker = place.worker_process(log) if has_key else place.keyless_worker_process(log)
    if has_key:
        await place.arrived()
    else:
        await until_indexed(place)
    await place.execute("UPDATE alembic_version SET version_num = '9999'")
    await place.execute("ALTER TABLE photo_hashes RENAME COLUMN dhash TO renamed")
    await place.photo(1, is_indexed=False)
    assert await worker.ended() == 1
    assert SENTENCE in log.read_text()
    post = await place.submit(number=2)
    left = await place.post(post.id)
    assert (left.step, left.attempts) == (Step.QUEUED, 0)


async def until_indexed(place: Workplace) -> None:
    """Wait until a worker has indexed a photo."""
    photo = await place.photo(is_indexed=False)
    query = f"SELECT count(*) FROM photo_hashes WHERE photo_id = {photo.id}"
    async with place.services.database.connection() as connection:
        while await (await connection.execute(query.encode())).fetchone() == (0,):
            await (await connection.execute("SELECT pg_sleep(0.05)")).fetchone()


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
