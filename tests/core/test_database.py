"""What a working database refuses is told as what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from fluffy_tui.core.database import Database
from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from fluffy_tui.core.errors import FluffyError

pytestmark = pytest.mark.slow


async def refusal(database: Database, *statements: str) -> FluffyError:
    with pytest.raises(DatabaseUnavailable) as caught:
        async with database.transaction() as session:
            for statement in statements:
                await session.execute(text(statement))
    assert caught.value.hint
    return caught.value


async def test_a_statement_that_takes_too_long(database: Database) -> None:
    error = await refusal(database, "SET LOCAL statement_timeout = '10ms'", "SELECT pg_sleep(60)")
    assert error.message == "The database took too long."


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


async def test_a_mistake_of_ours_stays_one(database: Database) -> None:
    with pytest.raises(ProgrammingError):
        async with database.transaction() as session:
            await session.execute(text("SELECT nonsense"))
