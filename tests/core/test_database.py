"""What a working database refuses is told as what it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import BigInteger, bindparam, func, make_url, select, text
from sqlalchemy.exc import ProgrammingError

from fluffy_tui.core.app_events import Connected, PersonaEdited
from fluffy_tui.core.database import Database, each_answer
from fluffy_tui.core.errors import DatabaseTooNew, DatabaseUnavailable, FluffyError
from fluffy_tui.core.event_stream import events

pytestmark = pytest.mark.slow


async def refusal(database: Database, *statements: str) -> FluffyError:
    with pytest.raises(DatabaseUnavailable) as caught:
        async with database.transaction() as session:
            for statement in statements:
                await session.execute(text(statement))
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("limit", ["statement_timeout", "transaction_timeout"])
async def test_a_statement_that_takes_too_long(database: Database, limit: str) -> None:
    """With a transaction, Postgres also ends the connection."""
    error = await refusal(database, f"SET LOCAL {limit} = '10ms'", "SELECT pg_sleep(60)")
    assert error.message == "The database took too long."


@pytest.fixture
async def hurried(database_url: str) -> AsyncIterator[Database]:
    """Yield a database whose administrator has set limits that nobody can work with."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = sql.Identifier(connection.info.dbname)
        limits = {"lock_timeout": 1, "idle_in_transaction_session_timeout": 200, "idle_session_timeout": 200}
        for limit, milliseconds in limits.items():
            statement = sql.SQL("ALTER DATABASE {} SET {} = {}")
            connection.execute(statement.format(name, sql.Identifier(limit), milliseconds))
    database = Database(database_url)
    yield database
    await database.close()


async def test_waiting_for_another_program_or_for_python_has_no_limit(hurried: Database) -> None:
    async def add(name: str) -> None:
        async with hurried.transaction() as session:
            await session.execute(text("LOCK TABLE personas"))
            await asyncio.sleep(0.4)
            await session.execute(text("INSERT INTO personas (name) VALUES (:name)"), {"name": name})

    await asyncio.gather(add("sarah"), add("jonas"))
    async with hurried.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM personas")) == 2


async def test_a_connection_that_listens_may_be_idle(hurried: Database) -> None:
    async with aclosing(events(hurried.url, ready)) as stream:
        assert isinstance(await anext(stream), Connected)
        await asyncio.sleep(0.4)
        async with hurried.transaction() as session:
            await session.execute(text("INSERT INTO personas (name) VALUES ('sarah')"))
        assert isinstance(await anext(stream), PersonaEdited)


async def ready() -> None:
    """Do nothing before connecting."""


async def test_a_server_that_became_a_standby(database: Database) -> None:
    error = await refusal(
        database, "SET TRANSACTION READ ONLY", "INSERT INTO personas (name) VALUES ('sarah')"
    )
    assert error.message == "The database is read-only."


@pytest.mark.parametrize(
    ("state", "says"), [("53100", "disk"), ("53200", "memory"), ("53300", "connections"), ("55P03", "locked")]
)
async def test_what_a_server_can_run_out_of(database: Database, state: str, says: str) -> None:
    assert says in (await refusal(database, f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")).message


async def test_every_connection_is_busy(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fluffy_tui.core.database.POOL_SECONDS", 0.1)
    small = Database(database_url, pool_size=1)
    async with small.connection():
        error = await refusal(small, "SELECT 1")
        assert error.message == "All connections to the database are busy."
        with pytest.raises(psycopg.OperationalError, match="busy"):
            async with small.connection():
                pass
    await small.close()


async def test_a_lost_connection(database: Database, database_url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not respond"):
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await session.execute(text("SELECT 1"))
    assert "PostgreSQL" in await database.describe()


async def test_a_server_without_a_free_connection(database_url: str) -> None:
    """It refuses before there is a connection that could say why."""
    address = make_url(database_url)
    crowd = f"crowd_of_{address.database}"
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 0").format(sql.Identifier(crowd)))
        full = Database(address.set(username=crowd).render_as_string(hide_password=False))
        error = await refusal(full, "SELECT 1")
        assert f'too many connections for role "{crowd}"' in error.message
        assert "max_connections" in error.hint
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            async with full.connection():
                pass
        owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(crowd)))


async def test_a_mistake_of_ours_stays_one(database: Database) -> None:
    with pytest.raises(ProgrammingError):
        async with database.transaction() as session:
            await session.execute(text("SELECT nonsense"))


async def test_tables_that_a_newer_program_has_changed(database: Database) -> None:
    async def use_old_column() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT nickname FROM personas"))

    with pytest.raises(ProgrammingError):
        await use_old_column()
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match=r"newer fluffy-tui \(schema 9999"):
        await use_old_column()


async def test_lists_arrive_as_they_are(database: Database) -> None:
    """Those of rows as well, which other libraries send by the same connections."""
    words = ['a "quoted" word', "back\\slash", "", "NULL", "{1,2}", "Vík\n", None]
    rows = [(1, "one"), (2, 'two, "too"')]
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT CAST(:words AS text[])"), {"words": words}) == words
        assert await session.scalar(text("SELECT CAST(:none AS text[])"), {"none": []}) == []
        await session.execute(text("CREATE TYPE pg_temp.numbered AS (number int, word text)"))
        query = text("SELECT number, word FROM unnest(CAST(:rows AS pg_temp.numbered[]))")
        assert [tuple(row) for row in await session.execute(query, {"rows": rows})] == rows


UP_TO = select(func.generate_series(1, bindparam("last", type_=BigInteger())))


async def test_several_questions_are_answered_in_one_round_trip(database: Database) -> None:
    """Each has the rows of its own answer, or none."""
    async with database.transaction() as session:
        answers = await each_answer(session, UP_TO, [{"last": last} for last in (2, 0, 1)])
        assert answers == [[(1,), (2,)], [], [(1,)]]
        assert await each_answer(session, UP_TO, []) == []


async def test_several_questions_to_a_database_that_goes_away(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with database.transaction() as session:
            process = await session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(database.url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
            await each_answer(session, UP_TO, [{"last": 1}, {"last": 2}])
