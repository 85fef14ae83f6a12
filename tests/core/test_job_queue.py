"""Jobs start when they are inserted or due, without a worker that asks all the time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from procrastinate import App
from procrastinate.jobs import Job
from procrastinate.periodic import PeriodicDeferrer
from sqlalchemy import literal, text

from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import DatabaseTooNew
from fluffy_tui.core.job_queue import add_condition, build_queue, run_worker

NO_POLLS: dict[str, Any] = {"fetch_job_polling_interval": 3600.0}


async def ready() -> None:
    """Do nothing before connecting."""


@asynccontextmanager
async def bells(
    database: Database, *, delete_jobs: str = "never"
) -> AsyncIterator[tuple[App, asyncio.Queue[int]]]:
    """Run a worker that practically never polls; yield another program's queue, and what the worker has done.

    A negative number rings first and ends a moment later.
    """
    rung: asyncio.Queue[int] = asyncio.Queue()
    queue, other = build_queue(database), build_queue(database)

    @queue.task(name="ring", queue="bells")
    async def ring(number: int) -> None:
        rung.put_nowait(number)
        if number < 0:
            await asyncio.sleep(1)

    @other.task(name="ring", queue="bells")
    async def ring_elsewhere(number: int) -> None:
        raise AssertionError(number)

    stop = asyncio.Event()
    options: dict[str, Any] = {"queues": ["bells"], "delete_jobs": delete_jobs, **NO_POLLS}
    working = asyncio.create_task(run_worker(queue, stop, context={}, before_start=ready, **options))
    await other.configure_task("ring").defer_async(number=0)
    assert await rung.get() == 0
    yield other, rung
    stop.set()
    await working


async def test_a_job_starts_at_its_time(database: Database) -> None:
    async with bells(database) as (other, rung):
        now = datetime.now(UTC)
        for number, seconds in ((2, 0.8), (1, 0.4), (3, 3600)):
            at = now + timedelta(seconds=seconds)
            await other.configure_task("ring", schedule_at=at).defer_async(number=number)
        assert [await rung.get(), await rung.get()] == [1, 2]
        assert rung.empty()


async def test_jobs_that_are_inserted_one_by_one_all_start(database: Database) -> None:
    """Also those whose notification arrives while the worker finds that there is nothing to do."""
    async with bells(database) as (other, rung):
        for number in range(1, 60):
            await other.configure_task("ring").defer_async(number=number)
            await asyncio.sleep(number % 7 / 500)
        assert {await rung.get() for _ in range(1, 60)} == set(range(1, 60))


async def test_what_is_inserted_while_nobody_listens_starts_when_it_listens_again(database: Database) -> None:
    async with bells(database) as (other, rung):
        async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
            )
        await other.configure_task("ring").defer_async(number=1)
        assert await rung.get() == 1


@pytest.mark.parametrize("delete_jobs", ["never", "successful"])
async def test_a_job_that_waits_for_another_starts_when_that_ends(
    database: Database, delete_jobs: str
) -> None:
    """Whatever becomes of the other's row."""
    async with bells(database, delete_jobs=delete_jobs) as (other, rung):
        await other.configure_task("ring", lock="rope").defer_async(number=-1)
        assert await rung.get() == -1
        await other.configure_task("ring", lock="rope").defer_async(number=2)
        assert await rung.get() == 2


async def test_a_job_whose_row_is_locked_when_it_is_due_starts_when_it_is_not(database: Database) -> None:
    async with bells(database) as (other, rung):
        at = datetime.now(UTC) + timedelta(seconds=2.0)  # a busy computer has to lock it before
        await other.configure_task("ring", schedule_at=at).defer_async(number=1)
        async with await psycopg.AsyncConnection.connect(database.url) as connection:
            await connection.execute("SELECT FROM procrastinate_jobs WHERE status = 'todo' FOR UPDATE")
            await asyncio.sleep(2.5)
            assert rung.empty()
        assert await rung.get() == 1


async def test_a_worker_ends_as_soon_as_a_statement_of_a_job_does_not_fit_a_newer_schema(
    database: Database,
) -> None:
    queue = build_queue(database)

    @queue.task(name="ring", queue="bells")
    async def ring() -> None:
        async with database.transaction() as session:
            await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        async with database.transaction() as session:
            await session.execute(text("SELECT no_longer FROM posts"))

    working = asyncio.create_task(
        run_worker(queue, asyncio.Event(), context={}, before_start=ready, queues=["bells"], **NO_POLLS)
    )
    await queue.configure_task("ring").defer_async()
    with pytest.raises(DatabaseTooNew):
        await working


async def test_an_idle_worker_has_one_transaction_for_each_time_it_asks_for_jobs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its heartbeat is part of it, and nothing else is asked, however often Procrastinate would."""
    lend, lent = database.connection, 0

    @asynccontextmanager
    async def counted() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        nonlocal lent
        lent += 1
        async with lend() as connection:
            yield connection

    async def heartbeat() -> datetime:
        async with database.transaction() as session:
            found = await session.execute(text("SELECT last_heartbeat FROM procrastinate_workers"))
            moment: datetime = found.scalar_one()
            return moment

    queue = build_queue(database)
    rounds: asyncio.Queue[tuple[int, datetime]] = asyncio.Queue()
    fetch_job = queue.job_manager.fetch_job

    async def fetch(**named: Any) -> Job | None:
        job = await fetch_job(**named)
        rounds.put_nowait((lent, await heartbeat()))
        return job

    monkeypatch.setattr(queue.job_manager, "fetch_job", fetch)
    monkeypatch.setattr(database, "connection", counted)
    options: dict[str, Any] = {"fetch_job_polling_interval": 0.2, "update_heartbeat_interval": 0.01}
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(queue, stop, context={}, before_start=ready, **options))
    for _ in range(3):  # it also asks when it begins to listen
        await rounds.get()
    seen = [await rounds.get() for _ in range(4)]
    stop.set()
    await working
    transactions, heartbeats = zip(*seen, strict=True)
    assert [number - transactions[0] for number in transactions] == [0, 1, 2, 3]
    assert sorted(set(heartbeats)) == list(heartbeats), "each time"


async def test_a_worker_that_was_taken_for_dead_registers_again(database: Database) -> None:
    """As after a laptop's sleep; it used to find out when it took a job, and could not."""
    async with bells(database) as (other, rung), database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_workers"))
        await session.commit()
        await other.configure_task("ring").defer_async(number=1)
        assert await rung.get() == 1


async def test_a_task_without_anything_to_do_costs_no_job(database: Database) -> None:
    queue = build_queue(database)
    for name in ("first", "later", "always"):
        queue.periodic(cron="* * * * *")(queue.task(name=name, queue="bells")(ready))
    context = {"round": 0}
    add_condition(queue, "first", lambda context: literal(context["round"] == 0))
    add_condition(queue, "later", lambda context: literal(context["round"] > 0))
    worker: Any = queue._worker(additional_context=context)
    deferrer = worker._periodic_deferrer.__self__
    for context["round"] in range(2):
        await deferrer.defer_jobs(deferrer.get_previous_tasks(at=60.5 + 60 * context["round"]))
    async with database.transaction() as session:
        jobs = await session.execute(
            text("SELECT task_name, args ->> 'timestamp' FROM procrastinate_jobs ORDER BY id")
        )
        assert jobs.all() == [("first", "60"), ("always", "60"), ("later", "120"), ("always", "120")]


async def test_a_clock_that_jumps_neither_stops_periodic_tasks_nor_heaps_them_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each runs for the last of its times, also after a laptop's sleep and when the clock is set back."""
    queue = build_queue(database)

    @queue.periodic(cron="* * * * *")
    @queue.task(name="sweep", queue="bells")
    async def sweep(timestamp: int) -> None:
        raise AssertionError(timestamp)

    async def itself(deferrer: PeriodicDeferrer) -> PeriodicDeferrer:
        return deferrer

    monkeypatch.setattr(PeriodicDeferrer, "worker", itself)
    worker: Any = queue._worker()
    deferrer = await worker._periodic_deferrer()

    def due(at: float) -> list[int]:
        return [timestamp for _, timestamp in deferrer.get_previous_tasks(at=at)]

    day, minute = 86_400, 60
    assert due(day + 0.5) == [day]
    assert due(day + 30.5) == []
    assert due(day + minute + 0.5) == [day + minute]
    assert due(5 * day + 0.5) == [5 * day]
    assert due(2 * day + 0.5) == [2 * day]
    assert due(2 * day + minute + 0.5) == [2 * day + minute]
