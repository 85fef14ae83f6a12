"""Migrations match the tables, work in both directions, take turns, and reject databases they cannot handle."""

from __future__ import annotations

import hashlib
import runpy
import threading
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from procrastinate.schema import SchemaManager

import fluffy_tui.bootstrap  # noqa: F401 - imports every table that migrations are compared with
from fluffy_tui.core.connection import database_check
from fluffy_tui.core.connection.schema_revision import migrations_folder, newest_revision
from fluffy_tui.core.errors import DatabaseTooNew, DatabaseUnavailable
from fluffy_tui.core.migration_runner import alembic_config, migrate
from post_sql import photos_json

pytestmark = pytest.mark.slow


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty_one")
    yield server_url.replace("/fluffy_tui?", "/empty_one?")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE empty_one WITH (FORCE)")


def test_the_migrations_create_exactly_the_tables_in_the_code(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_no_trigger_joins_the_rows_before_a_statement_with_those_after_it(database_url: str) -> None:
    """A session keeps the plan of its first statement, which may be of one row: each row is compared with each."""
    joins = "SELECT proname FROM pg_proc WHERE prosrc ~* '(join|,)\\s*(before|after)_it'"
    with psycopg.connect(database_url) as connection:
        assert connection.execute(joins).fetchall() == []


def test_a_downgrade_removes_everything_and_can_be_reversed(database_url: str) -> None:
    command.downgrade(alembic_config(database_url), "base")
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
            " AND relname <> 'alembic_version'"
        ).fetchall()
        functions = connection.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND (proname LIKE 'procrastinate%' OR proname LIKE 'fluffy%')"
        ).fetchall()
    assert tables == []
    assert functions == []
    command.upgrade(alembic_config(database_url), "head")
    command.check(alembic_config(database_url))


def test_times_that_no_program_can_show_are_forgotten(database_url: str) -> None:
    """One such row kept a whole library from being shown."""
    nonsense = [
        "0001-01-01 00:00+02 BC",
        "0001-01-01 00:00+02",
        "9999-12-31 23:59-02",
        "infinity",
        "-infinity",
    ]
    given = {
        **{f"nonsense {moment}": moment for moment in nonsense},
        "sound": "2024-05-01 12:00+00",
        "none": None,
    }
    command.downgrade(alembic_config(database_url), "0016")
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO personas (name) VALUES ('me')")
        connection.cursor().executemany(
            "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at)"
            " SELECT id, kind, sha256(kind::bytea), 1, 1, 1, 'JPEG', taken::timestamptz, '2024-05-01'::timestamptz"
            " FROM personas, (VALUES (%s, %s)) AS photo (kind, taken)",
            given.items(),
        )
    command.upgrade(alembic_config(database_url), "head")
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT path, taken_at, shown_at FROM photos").fetchall()
    assert {path: taken is not None for path, taken, _ in rows} == {name: name == "sound" for name in given}
    assert all(shown.year == 2024 for _, _, shown in rows)


def test_the_channel_of_a_persona_becomes_its_main_channel_and_stays_it(database_url: str) -> None:
    command.downgrade(alembic_config(database_url), "0025")
    before = [("leo", None, None), ("pia", "pins", "board-2"), ("sarah", "frames", None)]
    read = "SELECT name, buffer_channel_id, pinterest_board_id FROM personas ORDER BY name"
    with psycopg.connect(database_url) as connection:
        connection.cursor().executemany(
            "INSERT INTO personas (name, buffer_channel_id, pinterest_board_id) VALUES (%s, %s, %s)", before
        )
    command.upgrade(alembic_config(database_url), "head")
    command.check(alembic_config(database_url))
    with psycopg.connect(database_url) as connection:
        chosen = connection.execute(
            "SELECT name, channel_id, position, pinterest_board_id"
            " FROM persona_channels JOIN personas ON id = persona_id ORDER BY name"
        ).fetchall()
        assert chosen == [("pia", "pins", 0, "board-2"), ("sarah", "frames", 0, None)]
        connection.execute(
            "INSERT INTO persona_channels SELECT id, 'quiet', 1, NULL FROM personas WHERE name = 'pia'"
        )
    command.downgrade(alembic_config(database_url), "0025")
    with psycopg.connect(database_url) as connection:
        assert connection.execute(read).fetchall() == before


def test_posts_that_have_failed_free_their_photos_and_take_back_what_is_free(database_url: str) -> None:
    read = "SELECT caption, photo_id IS NULL FROM posts ORDER BY id"
    taken = "SELECT name, caption FROM photos JOIN post_photos ON photo_id = photos.id JOIN posts ON post_id = posts.id"
    insert = (
        "INSERT INTO posts (persona_id, photo_id, photos, caption, delivery_key, channel_id, share_mode, status, step,"
        f" error_message) SELECT persona_id, id, {photos_json()}, %(caption)s, %(caption)s, 'c', 'addToQueue',"
        " %(status)s, %(step)s, 'x' FROM photos WHERE name = %(name)s"
    )
    queued, failed = ("draft", "queued"), ("failed", "failed")

    def write(connection: psycopg.Connection, name: str, caption: str, status: str, step: str) -> None:
        connection.execute(insert, {"name": name, "caption": caption, "status": status, "step": step})

    command.downgrade(alembic_config(database_url), "0066")
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO personas (name) VALUES ('me')")
        connection.execute(
            "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
            " SELECT id, kind, sha256(kind::bytea), 1, 1, 1, 'JPEG', now() FROM personas,"
            " (VALUES ('/a'), ('/b'), ('/c')) AS photo (kind)"
        )
        write(connection, "a", "failed a", *failed)
        write(connection, "b", "queued b", *queued)
    command.upgrade(alembic_config(database_url), "head")
    with psycopg.connect(database_url) as connection:
        assert connection.execute(read).fetchall() == [("failed a", True), ("queued b", False)]
        assert connection.execute(taken).fetchall() == [("b", "queued b")]
        write(connection, "a", "failed again", *failed)
        write(connection, "c", "failed c", *failed)
        write(connection, "c", "queued c", *queued)
    command.downgrade(alembic_config(database_url), "0066")
    with psycopg.connect(database_url) as connection:
        left = [("failed a", False), ("queued b", False), ("queued c", False)]
        assert connection.execute(read).fetchall() == left
        assert len(connection.execute(taken).fetchall()) == len(left)
    command.upgrade(alembic_config(database_url), "head")
    command.check(alembic_config(database_url))


def test_names_that_only_say_the_day_or_the_moment_are_distinguished(database_url: str) -> None:
    command.downgrade(alembic_config(database_url), "0049")
    names = {
        "IMG-20231105-WA0001.jpg": ("2023-11-05 12:00", "name of day"),
        "IMG_20231105_120000.jpg": ("2023-11-05 12:00", "name"),
        "IMG_20231105_143000.jpg": ("2023-11-05 14:30", "name"),
        "PXL_20231105_110000123.jpg": ("2023-11-05 12:00", "name in utc"),
        "PXL_20231105.jpg": ("2023-11-05 12:00", "name of day"),
    }
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO personas (name) VALUES ('me')")
        connection.cursor().executemany(
            "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, taken_at, modified_at,"
            " dated_by) SELECT id, %s, sha256(%s), 1, 1, 1, 'JPEG', %s::timestamp, now(), 'name' FROM personas",
            [(f"/p/{name}", name.encode(), taken) for name, (taken, _) in names.items()],
        )
    command.upgrade(alembic_config(database_url), "head")
    with psycopg.connect(database_url) as connection:
        found: dict[str, str] = dict(connection.execute("SELECT name, dated_by FROM photos").fetchall())
        zone = connection.execute("SELECT timezone, current_setting('TimeZone') FROM personas").fetchone()
    assert found == {name: source for name, (_, source) in names.items()}
    assert zone is not None
    assert zone[0] == zone[1]
    command.downgrade(alembic_config(database_url), "0049")
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT DISTINCT dated_by FROM photos").fetchall() == [("name",)]
    command.upgrade(alembic_config(database_url), "head")


@pytest.mark.parametrize("finds_faces", [True, False])
def test_screenshots_and_faces_are_looked_at_again_where_that_is_possible(
    database_url: str, *, finds_faces: bool
) -> None:
    """Those whose file is missing keep what is known, as nobody could find it out again."""
    command.downgrade(alembic_config(database_url), "0062")
    photos = {
        "a.jpg": (2, False),
        "b.jpg": (0, False),
        "c.jpg": (3, True),
        "Screenshot_20240601-120000.png": (0, False),
        "Screenshot_20240602-120000.png": (-1, True),
    }
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO personas (name) VALUES ('me')")
        connection.cursor().executemany(
            "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at, sharpness,"
            " faces, missing_since) SELECT id, %s, sha256(%s), 1, 1, 1, 'JPEG', now(), 50, %s,"
            " CASE WHEN %s THEN now() END FROM personas",
            [(f"/p/{path}", path.encode(), *known) for path, known in photos.items()],
        )
        connection.execute(
            "INSERT INTO photo_places (photo_id, machine_id, persona_id, path, modified_at, missing_since)"
            " SELECT id, '', persona_id, path, modified_at, missing_since FROM photos"
        )
        connection.execute(
            "INSERT INTO photo_hashes (photo_id, pdq, pdq_quality, dhash)"
            " SELECT id, repeat('0', 256)::bit(256), 100, repeat('0', 128)::bit(128) FROM photos"
        )
        connection.execute(
            "INSERT INTO index_targets (machine_id, stage, finds_faces) VALUES ('', 'look', %s)",
            [finds_faces],
        )
    command.upgrade(alembic_config(database_url), "head")
    read = (
        "SELECT photos.name, faces, hashes.photo_id IS NOT NULL, date_rules FROM photos"
        " JOIN photo_places ON photo_places.photo_id = photos.id"
        " LEFT JOIN photo_hashes AS hashes ON hashes.photo_id = photos.id"
    )
    with psycopg.connect(database_url) as connection:
        found = {name: facts for name, *facts in connection.execute(read).fetchall()}
        filled = connection.execute("SELECT filled_to FROM index_targets").fetchall()
    assert found == {
        "a.jpg": [-1 if finds_faces else 2, True, 0],
        "b.jpg": [-1 if finds_faces else 0, True, 0],
        "c.jpg": [3, True, 0],
        "Screenshot_20240601-120000.png": [-1 if finds_faces else 0, False, 0],
        "Screenshot_20240602-120000.png": [-1, True, 0],
    }
    assert filled == [(0,)]


def test_programs_that_start_together_on_an_empty_database_all_succeed(empty_url: str) -> None:
    errors: list[BaseException] = []

    def start() -> None:
        try:
            migrate(empty_url)
        except BaseException as error:  # noqa: BLE001 - raised in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (newest_revision(),)
        ]


def test_a_newer_database_is_rejected(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew, match="newer fluffy-tui"):
        migrate(database_url)


def test_procrastinates_schema_is_the_one_that_the_revision_was_written_for() -> None:
    revision = runpy.run_path(str(migrations_folder() / "versions" / "0002_job_queue.py"))
    assert hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest() == revision["SCHEMA_SHA256"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me:hunter2@127.0.0.1:1/photos", "does not respond"),
        ("postgresql://me:hunter2@no-such-host.invalid/photos", "was not found"),
        ("postgresql://me:hunter2@/no_such?host={host}&port={port}", 'role "me" does not exist'),
    ],
)
def test_an_unreachable_database_is_explained_without_the_password(
    server_url: str, url: str, says: str
) -> None:
    server = psycopg.conninfo.conninfo_to_dict(server_url)
    with pytest.raises(DatabaseUnavailable) as caught:
        migrate(url.format(host=server["host"], port=server.get("port", 5432)))
    assert says in caught.value.message
    assert caught.value.hint
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value)


def test_a_database_without_pgvector_says_what_to_install(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every test server has the extension, so ask for one that does not exist."""
    monkeypatch.setattr(database_check, "VECTOR", "absent")
    with pytest.raises(DatabaseUnavailable, match="does not have the extension pgvector"):
        migrate(database_url)
