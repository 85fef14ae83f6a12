"""A server that is lost without an end of the connection: everything is back as soon as it can be reached again."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from procrastinate.jobs import Job
from sqlalchemy import text

from core.connection.swallowing_proxy import SwallowingProxy
from fluffy_tui.core.app_events import Connected, Disconnected
from fluffy_tui.core.connection import silent_connection
from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.event_stream import events
from fluffy_tui.core.job_queue import build_queue, run_worker
from fluffy_tui.demo import Kind, StandIn
from fluffy_tui.scheduling import Step
from scheduling.workplace import workplace

pytestmark = pytest.mark.slow


async def ready() -> None:
    """Do nothing before connecting."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silent_connection, "PING_SECONDS", 0.1)
    monkeypatch.setattr(silent_connection, "ANSWER_SECONDS", 0.5)


@pytest.fixture
async def proxy(database_url: str) -> AsyncIterator[SwallowingProxy]:
    async with SwallowingProxy(database_url).serving() as proxy:
        yield proxy


@pytest.fixture
async def remote(proxy: SwallowingProxy) -> AsyncIterator[Database]:
    database = Database(proxy.url)
    yield database
    await database.close()


async def seconds_asleep(database: Database, seconds: int) -> None:
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


async def test_the_app_notices_and_every_statement_ends(
    proxy: SwallowingProxy, remote: Database, database: Database
) -> None:
    """One that waits for its answer fails; one that comes after the loss gets a new connection."""
    await seconds_asleep(remote, 0)  # leaves a connection in the pool
    async with aclosing(events(proxy.url, ready, on_silent=remote.cut)) as stream:
        assert isinstance(await anext(stream), Connected)
        waiting = asyncio.create_task(seconds_asleep(remote, 3600))
        async with database.transaction() as session:
            asleep = text(
                "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
            )
            while not (await session.execute(asleep)).all():
                await asyncio.sleep(0.01)
        await seconds_asleep(remote, 0)  # on a second connection
        proxy.swallow()
        later = asyncio.create_task(seconds_asleep(remote, 0))
        assert isinstance(await anext(stream), Disconnected)
        assert isinstance(await anext(stream), Connected)
        with pytest.raises(DatabaseUnavailable):
            await waiting
        await later


async def test_a_worker_goes_on(
    proxy: SwallowingProxy, remote: Database, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: asyncio.Queue[int] = asyncio.Queue()
    queue, other = build_queue(remote), build_queue(database)
    has_nothing_to_do, fetch_job = asyncio.Event(), queue.job_manager.fetch_job

    async def fetch(*given: Any, **named: Any) -> Job | None:
        job = await fetch_job(*given, **named)
        if job is None:
            has_nothing_to_do.set()
        return job

    monkeypatch.setattr(queue.job_manager, "fetch_job", fetch)

    @queue.task(name="ring", queue="bells")
    async def ring(number: int) -> None:
        rung.put_nowait(number)

    @other.task(name="ring", queue="bells")
    async def ring_elsewhere(number: int) -> None:
        raise AssertionError(number)

    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(queue, stop, context={}, before_start=ready, queues=["bells"]))
    for number in range(3):
        await other.configure_task("ring").defer_async(number=number)
        assert await rung.get() == number
        has_nothing_to_do.clear()
        await (
            has_nothing_to_do.wait()
        )  # a job that is just handed out is lost with the connection, until recovery
        proxy.swallow()
    await other.configure_task("ring").defer_async(number=3)
    assert await rung.get() == 3
    stop.set()
    await working


@pytest.mark.parametrize("is_sent", [False, True])
async def test_an_outage_while_a_post_is_delivered_costs_nothing(
    proxy: SwallowingProxy, tmp_path: Path, is_sent: bool
) -> None:
    """The server stands still, before or after the post has left, until it counts as lost; then it is back."""
    media, address = tmp_path / "media", f"{proxy.url} connect_timeout=2"
    async with StandIn(media=media) as stand_in, workplace(address, tmp_path, stand_in, media) as place:
        stand_in.faults.add(Kind.SLOW, after=True, seconds=0.5)
        async with aclosing(place.services.events()) as stream:
            assert isinstance(await anext(stream), Connected)
            async with place.worker():
                post = await place.submit()
                if is_sent:
                    await stand_in.received("createPost")
                with proxy.silent():
                    while not isinstance(await anext(stream), Disconnected):
                        pass
                delivered = await place.until(post.id, lambda now: now.step in (Step.ACCEPTED, Step.FAILED))
                assert delivered.step is Step.ACCEPTED, delivered.error_message
        assert len(place.in_buffer()) == 1


async def test_a_connection_that_nobody_waits_for_any_more_is_closed(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    """Python tells of one that is not when it is collected."""
    sleeping = text("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'")
    async with database.transaction() as session:
        assert await session.scalar(sleeping) == 0
        monkeypatch.setattr(silent_connection, "PATIENT", "SELECT pg_sleep(600)")
        connecting = asyncio.create_task(silent_connection.patient_connection(database.url))
        while not await session.scalar(sleeping):
            await session.execute(text("SELECT pg_stat_clear_snapshot()"))
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    del connecting
    gc.collect()
