"""A server that allows few connections: an app and a worker share seven, as `max_connections = 10` leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text

import fluffy_tui.bootstrap  # noqa: F401 - imports every table
from core.connection.postgres_servers import PASSWORD, PostgresServer
from fluffy_tui.core.connection import read_address
from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.migration_runner import migrate
from fluffy_tui.demo import StandIn
from fluffy_tui.modes.health_checks import connections
from fluffy_tui.scheduling import Step
from scheduling.workplace import Workplace, workplace

pytestmark = [pytest.mark.slow, pytest.mark.servers]


UNFINISHED = (
    "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"
)


async def one(place: Workplace, query: str) -> object:
    async with place.services.database.transaction() as session:
        return await session.scalar(text(query))


@pytest.fixture
def server(tcp_server: PostgresServer) -> Iterator[PostgresServer]:
    tcp_server.sql(
        f"CREATE ROLE sarah LOGIN CONNECTION LIMIT 7 PASSWORD '{PASSWORD}'",
        "CREATE DATABASE photos OWNER sarah",
    )
    tcp_server.sql("CREATE EXTENSION vector", database="photos")
    yield tcp_server
    tcp_server.sql("DROP DATABASE photos WITH (FORCE)", "DROP ROLE sarah")


async def test_a_worker_and_an_app_share_seven_connections(server: PostgresServer, tmp_path: Path) -> None:
    """While posts are delivered, photos indexed and everything else is done in turn; the app asks for much at once."""
    media, log = tmp_path / "media", tmp_path / "worker.log"
    async with (
        StandIn(media=media) as stand_in,
        workplace(server.url("photos", "sarah"), tmp_path, stand_in, media) as place,
    ):
        posts = [await place.submit(f"number {number}", number) for number in range(6)]
        place.stand_in.import_post(str(posts[0].channel_id), "from the phone", timedelta(hours=1), "")
        # which its first look has to find: the next one comes minutes later
        child = place.worker_process(log, dead_after=20.0)  # on a busy machine, heartbeats are late
        for periodic in place.services.delivery.queue.periodic_registry.periodic_tasks.values():
            with suppress(AlreadyEnqueued):  # by the worker itself
                await periodic.task.defer_async(timestamp=0)
        for post in posts:
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
            await asyncio.gather(*(place.services.scheduling.posts() for _ in range(6)))
        while await one(place, UNFINISHED):  # nothing tells of the end of a job
            await asyncio.sleep(0.05)
        usage = await place.services.database.usage()
        app, worker = (
            next(count for name, count in usage.ours.items() if name.startswith(role))
            for role in ("app ", "worker ")
        )
        assert app <= 3
        assert worker <= 4
        assert (await place.services.profile.sent([str(posts[0].channel_id)], outside_only=True)).posts
        assert usage.free == 7 - sum(usage.ours.values())
        assert "app " in (await connections(place.services)).detail
        child.release()
        assert await child.ended() == 0
    assert "too many connections" not in log.read_text()


@pytest.mark.parametrize("owner", ["ROLE sarah", "DATABASE photos"])
async def test_the_limit_of_a_role_or_a_database_counts(server: PostgresServer, owner: str) -> None:
    server.sql("ALTER ROLE sarah CONNECTION LIMIT -1", f"ALTER {owner} CONNECTION LIMIT 4")
    database = Database(server.url("photos", "sarah"))
    assert (await database.usage()).free == 3
    await database.close()


def test_one_connection_is_too_few_to_create_the_tables(server: PostgresServer) -> None:
    server.sql("ALTER ROLE sarah CONNECTION LIMIT 1")
    with pytest.raises(DatabaseUnavailable) as caught:
        migrate(read_address(server.url("photos", "sarah")))
    assert 'too many connections for role "sarah"' in caught.value.message
    assert "the limit of the role" in caught.value.hint
