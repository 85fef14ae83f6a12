"""What is put together, and what is said when it cannot be."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from fluffy_tui.bootstrap import _forget_other_servers, open_services
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.log_file import open_log
from fluffy_tui.paths import Paths
from fluffy_tui.settings import Secret, Settings

FAILING = """
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    IF to_regclass('photo_hashes') IS NOT NULL OR to_regclass('procrastinate_jobs') IS NOT NULL THEN
        RAISE EXCEPTION 'not in this house';
    END IF;
END $$;
CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION refuse();
"""


async def test_a_migration_that_fails_changes_nothing_and_names_the_log(
    database_url: str, tmp_path: Path, own_log: Path
) -> None:
    open_log(own_log)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE EXTENSION vector")
        connection.execute(FAILING)
        settings = Settings(
            paths=Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"),
            database_url=Secret(database_url),
        )
        with pytest.raises(DatabaseUnavailable) as caught:
            async with open_services(settings):
                pass
        assert connection.execute(
            "SELECT to_regclass('personas'), to_regclass('alembic_version')"
        ).fetchone() == (
            None,
            None,
        )
    assert caught.value.message == "The database could not be updated: not in this house."
    assert str(own_log) in caught.value.hint
    assert "Traceback" in own_log.read_text()


@pytest.mark.parametrize("name", ["PGSERVICE", "PGSSLMODE", "PGHOSTADDR", "PGOPTIONS"])
def test_variables_for_another_server_are_not_taken_for_our_own(
    server_url: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "-c nonsense")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server_url)
    _forget_other_servers()
    psycopg.connect(server_url).close()
