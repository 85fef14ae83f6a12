"""Databases that cannot be used: one sentence each, with the command to run, and nothing half migrated."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

import fluffy_tui.bootstrap  # noqa: F401 - imports every table
from core.connection.postgres_servers import OWNER, PASSWORD, PostgresServer, started
from fluffy_tui.core.connection import read_address
from fluffy_tui.core.connection.database_check import check_server, check_tables
from fluffy_tui.core.connection.schema_revision import newest_revision
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.migration_runner import MIGRATION_LOCK, migrate

pytestmark = pytest.mark.slow


@pytest.fixture
def server(tcp_server: PostgresServer) -> Iterator[PostgresServer]:
    """Yield the server with an ordinary user `sarah`, and her empty database `photos` with pgvector in it."""
    tcp_server.sql(f"CREATE ROLE sarah LOGIN PASSWORD '{PASSWORD}'", "CREATE DATABASE photos OWNER sarah")
    tcp_server.sql("CREATE EXTENSION vector", database="photos")
    yield tcp_server
    tcp_server.sql("DROP DATABASE photos WITH (FORCE)", "DROP OWNED BY sarah", "DROP ROLE sarah")


def address(server: PostgresServer, database: str = "photos", user: str = "sarah") -> str:
    return read_address(server.url(database, user))


def refusal(server: PostgresServer, database: str = "photos", user: str = "sarah") -> DatabaseUnavailable:
    """Migrate a database that cannot be used, and check that nothing in it has changed."""
    before = contents(server, database)
    with pytest.raises(DatabaseUnavailable) as caught:
        migrate(address(server, database, user))
    assert contents(server, database) == before
    assert caught.value.hint
    return caught.value


def contents(server: PostgresServer, database: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(database)) as connection:
        return connection.execute(
            "SELECT relnamespace::regnamespace::text, relname::text FROM pg_class"
            " WHERE relnamespace::regnamespace::text NOT LIKE 'pg_%' ORDER BY 1, 2"
        ).fetchall()


def follow(
    server: PostgresServer, error: DatabaseUnavailable, database: str = "photos", user: str = "sarah"
) -> None:
    """Run the statements of the remedy, and check that they help."""
    statements = error.hint.partition(": ")[2].split(";")
    server.sql(*(statement for statement in statements if statement.strip()), database=database)
    migrate(address(server, database, user))


def test_an_ordinary_user_with_an_own_database_needs_nothing(server: PostgresServer) -> None:
    migrate(address(server))
    migrate(address(server))


def test_a_user_who_may_not_create_tables(server: PostgresServer) -> None:
    """Since Postgres 15, only the owner of a database may."""
    server.sql("ALTER DATABASE photos OWNER TO owner")
    error = refusal(server)
    assert error.message == "The database user sarah may not create tables in the schema public."
    follow(server, error)


def test_pgvector_outside_of_the_search_path(server: PostgresServer) -> None:
    server.sql(
        "DROP EXTENSION vector",
        "CREATE SCHEMA extensions",
        "CREATE EXTENSION vector SCHEMA extensions",
        "GRANT USAGE ON SCHEMA extensions TO sarah",
        database="photos",
    )
    error = refusal(server)
    assert "pgvector is in the schema extensions, which is not in the search path" in error.message
    follow(server, error)


def test_pgvector_in_a_schema_that_the_search_path_leaves_out(server: PostgresServer) -> None:
    server.sql('ALTER ROLE sarah SET search_path = "$user"')
    error = refusal(server)
    assert error.hint == "Run: ALTER ROLE sarah IN DATABASE photos SET search_path = public;"
    follow(server, error)


def test_a_search_path_without_a_schema(server: PostgresServer) -> None:
    server.sql('ALTER ROLE sarah SET search_path = "nowhere"')
    server.sql("DROP EXTENSION vector", database="photos")
    error = refusal(server)
    assert "names no schema that exists" in error.message
    server.sql("CREATE EXTENSION vector SCHEMA public", database="photos")


def test_a_user_who_may_not_create_the_extension(server: PostgresServer) -> None:
    server.sql("DROP EXTENSION vector", database="photos")
    assert "CREATE EXTENSION vector" in refusal(server).hint


def test_a_role_that_only_reads(server: PostgresServer) -> None:
    server.sql("ALTER ROLE sarah SET default_transaction_read_only = on")
    error = refusal(server)
    assert error.message == "Transactions of sarah in photos are read-only."
    follow(server, error)


@pytest.mark.parametrize("style", ["SQL, DMY", "German", "Postgres"])
async def test_dates_in_another_style(server: PostgresServer, style: str) -> None:
    server.sql(f"ALTER DATABASE photos SET DateStyle = '{style}'")
    error = refusal(server)
    assert "needs ISO" in error.message
    follow(server, error)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("default_transaction_isolation = 'repeatable read'", "needs read committed"),
        ("session_replication_role = replica", "Triggers do not run"),
        ("array_nulls = off", "have an unusual meaning"),
        ("standard_conforming_strings = off", "have an unusual meaning"),
        ("gin_fuzzy_search_limit = 5", "have an unusual meaning"),
    ],
)
def test_settings_by_which_the_truth_would_get_lost(server: PostgresServer, setting: str, words: str) -> None:
    server.sql(f"ALTER ROLE sarah SET {setting}")
    with (
        psycopg.connect(address(server)) as connection,
        pytest.raises(DatabaseUnavailable, match=words) as caught,
    ):
        check_server(connection)
    server.sql(*caught.value.hint.removeprefix("Run: ").split(";")[:-1])
    with psycopg.connect(address(server)) as connection:
        check_server(connection)


def test_triggers_that_are_switched_off(server: PostgresServer) -> None:
    with psycopg.connect(address(server), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE kept (id int); CREATE TRIGGER sum BEFORE UPDATE ON kept"
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
        facts = check_server(connection)
        check_tables(connection, facts, ["kept"], needs_vector=False)
        connection.execute("ALTER TABLE kept DISABLE TRIGGER USER")
        with pytest.raises(DatabaseUnavailable, match="the table kept are switched off") as caught:
            check_tables(connection, facts, ["kept"], needs_vector=False)
        connection.execute(caught.value.hint.partition(": ")[2].encode())
        check_tables(connection, facts, ["kept"], needs_vector=False)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_another_encoding(server: PostgresServer, encoding: str) -> None:
    server.sql(f"CREATE DATABASE narrow OWNER sarah ENCODING '{encoding}' TEMPLATE template0")
    try:
        error = refusal(server, "narrow")
    finally:
        server.sql("DROP DATABASE narrow WITH (FORCE)")
    assert f"the encoding {encoding}" in error.message
    assert "createdb -E UTF8" in error.hint


@pytest.mark.parametrize("name", ["posts", "photos", "procrastinate_jobs", "personas"])
def test_a_table_of_another_program(server: PostgresServer, name: str) -> None:
    server.sql(f"CREATE TABLE {name} (title text)", database="photos")
    error = refusal(server)
    assert f"has the table {name} of another program" in error.message
    assert "createdb fluffy_tui" in error.hint


def test_many_tables_of_another_program_are_counted(server: PostgresServer) -> None:
    server.sql(
        *(f"CREATE TABLE {name} ()" for name in ("posts", "photos", "personas", "channels")),
        database="photos",
    )
    assert "and 1 more" in refusal(server).message


@pytest.mark.parametrize("revision", ["ae1027a6acf0", "0016", "0001", "9999"])
def test_alembic_version_of_another_program(server: PostgresServer, revision: str) -> None:
    server.sql(
        "CREATE TABLE alembic_version (version_num varchar(32))",
        f"INSERT INTO alembic_version VALUES ('{revision}')",
        "GRANT ALL ON alembic_version TO sarah",
        database="photos",
    )
    error = refusal(server)
    assert "another program" in error.message
    assert "createdb fluffy_tui" in error.hint


def test_tables_of_another_role(server: PostgresServer) -> None:
    migrate(address(server, user="owner"))
    error = refusal(server)
    assert "The database user sarah may not use the table" in error.message
    server.sql("REASSIGN OWNED BY sarah TO owner")
    follow(server, error)


def test_a_table_of_alembic_that_may_not_be_read(server: PostgresServer) -> None:
    """Other programs use Alembic as well; ours has a table of personas."""
    server.sql("CREATE TABLE alembic_version (version_num varchar(32))", database="photos")
    error = refusal(server)
    assert "another program" in error.message
    assert "createdb fluffy_tui" in error.hint
    server.sql("CREATE TABLE personas ()", database="photos")
    error = refusal(server)
    assert "may not use the tables alembic_version, personas" in error.message
    assert "GRANT" in error.hint


def test_the_extension_is_missing_after_a_restore(server: PostgresServer) -> None:
    migrate(address(server))
    server.sql("DROP EXTENSION vector CASCADE", database="photos")
    error = refusal(server)
    assert "has lost pgvector" in error.message
    assert "CREATE EXTENSION vector;" in error.hint


def test_tables_are_missing_after_a_restore(server: PostgresServer) -> None:
    migrate(address(server))
    server.sql("DROP TABLE photo_embeddings CASCADE", database="photos")
    error = refusal(server)
    assert "lacks the table photo_embeddings" in error.message
    assert "Restore the dump" in error.hint


def test_no_timeout_of_the_user_ends_a_migration_that_waits(server: PostgresServer) -> None:
    """Another program migrates for longer than the user's statements may take."""
    limits = ("statement", "lock", "idle_in_transaction_session", "transaction")
    server.sql(*(f"ALTER ROLE sarah SET {limit}_timeout = '100ms'" for limit in limits))
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate(address(server))
        except BaseException as error:  # noqa: BLE001 - raised in the test's own thread
            failures.append(error)

    with psycopg.connect(server.url("photos"), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        waiting = threading.Thread(target=start)
        waiting.start()
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'sarah' AND wait_event = 'advisory'"
            " AND now() - query_start > interval '300 ms'"
        )
        while waiting.is_alive() and other.execute(query).fetchone() == (0,):
            pass
        other.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        waiting.join()
    assert failures == []
    with psycopg.connect(server.url("photos")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (
            newest_revision(),
        )


def test_a_standby(server: PostgresServer) -> None:
    """A real one, made of a base backup."""
    standby = server.data.with_name("standby")
    with server.access(f"host replication {OWNER} 127.0.0.1/32 scram-sha-256"):
        source = f"host=127.0.0.1 port={server.port} user={OWNER} password='{PASSWORD}'"
        copied = server.account.run(
            [server.binaries / "pg_basebackup", "-D", standby, "-R", "-d", source, "-c", "fast"],
            binaries=server.binaries,
        )
        assert copied.returncode == 0, copied.stdout
        with started(standby, server.account, server.binaries) as second:
            error = refusal(second)
    assert "standby" in error.message
    assert "primary" in error.hint


@pytest.mark.servers
def test_a_server_without_pgvector(debian_server: PostgresServer) -> None:
    with psycopg.connect(debian_server.url()) as connection:
        if connection.execute("SELECT FROM pg_available_extensions WHERE name = 'vector'").fetchone():
            pytest.skip("this server has pgvector")
    error = refusal(debian_server, "postgres", OWNER)
    assert "does not have the extension pgvector" in error.message
    assert f"postgresql-{debian_server.binaries.parent.name}-pgvector" in error.hint
