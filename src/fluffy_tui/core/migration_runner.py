"""Bring the database to the schema that this code expects, also when many programs start at once."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fluffy_tui.core.errors import DatabaseTooNew, DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config

log = logging.getLogger(__name__)

OLDEST_POSTGRES = 14
OLDEST_PGVECTOR = (0, 7)
"""bit_hamming_ops, which the duplicate search needs, came with pgvector 0.7.0 (its changelog)."""

MIGRATION_LOCK = 0x666C756666  # "fluff": any fixed number will do, as long as every program takes the same

VECTOR_VERSION = (
    "SELECT coalesce((SELECT extversion FROM pg_extension WHERE extname = 'vector'),"
    " (SELECT default_version FROM pg_available_extensions WHERE name = 'vector'))"
)
"""Asks for the pgvector that is installed in the database, or else for the one that could be."""

_INVALID_PASSWORD = ("28P01", "28000")
_UNKNOWN_DATABASE = "3D000"


def migrations_folder() -> Path:
    """Return the folder of Alembic revisions, in an installed wheel as in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def migrate(url: str) -> None:
    """Run every outstanding migration on the database at `url`.

    An advisory lock makes programs that start together take turns; the second finds nothing left to do.

    Raises:
        DatabaseUnavailable: no connection, too old a server, or no pgvector.
        DatabaseTooNew: the database was migrated by a newer version of this program.
    """
    with _connect(url) as connection:
        _check_server(connection)
        if _current_revision(connection) == newest_revision():
            return  # the everyday start pays no lock
        connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        current, newest = _current_revision(connection), newest_revision()
        if current == newest:
            return
        _refuse_newer(current)
        _create_vector_extension(connection)
        _upgrade(url)
        log.info("migrated the database from %s to %s", current or "nothing", newest)


def alembic_config(url: str) -> Config:
    """Return the Alembic configuration for the database at `url`; there is no alembic.ini to keep in step."""
    from alembic.config import Config  # 60 ms: only a start that has something to migrate pays them

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def newest_revision() -> str:
    """Return the id of the newest migration, read from the file names: revisions are numbered and linear."""
    return max(_known_revisions())


def _known_revisions() -> set[str]:
    return {path.stem.split("_", 1)[0] for path in (migrations_folder() / "versions").glob("[0-9]*.py")}


@contextmanager
def _connect(url: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(url, connect_timeout=5, autocommit=True)
    except psycopg.Error as error:
        raise explain_connection_error(error, url) from None
    with connection:
        yield connection


def explain_connection_error(error: psycopg.Error, url: str) -> DatabaseUnavailable:
    """Say in one plain sentence why the database could not be reached; the password is never part of it."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return DatabaseUnavailable(
            "DATABASE_URL cannot be understood.",
            "It looks like postgresql://user:password@host:5432/database.",
        )
    host, user, name = (
        parts.get("host") or "this machine",
        parts.get("user") or "you",
        parts.get("dbname") or "postgres",
    )
    said = str(error).lower()
    if (
        error.sqlstate in _INVALID_PASSWORD
        or "authentication failed" in said
        or "no password supplied" in said
    ):
        return DatabaseUnavailable(
            f"The database at {host} refused the user {user} or the password.",
            "Correct them in DATABASE_URL.",
        )
    if error.sqlstate == _UNKNOWN_DATABASE or "does not exist" in said:
        return DatabaseUnavailable(
            f"The server at {host} has no database or user of that name ({name}, {user}).",
            f"Create it (createdb {name}) or correct DATABASE_URL.",
        )
    if "translate host name" in said or "resolve" in said or "name or service not known" in said:
        return DatabaseUnavailable(
            f"The database host {host} is not known to this network.",
            "Correct DATABASE_URL or check the network.",
        )
    return DatabaseUnavailable(
        f"The database at {host} does not answer.",
        "Start the server, or correct host and port in DATABASE_URL.",
    )


def _check_server(connection: psycopg.Connection) -> None:
    major = connection.info.server_version // 10_000
    if major < OLDEST_POSTGRES:
        raise DatabaseUnavailable(
            f"The database is PostgreSQL {major}; fluffy-tui needs {OLDEST_POSTGRES} or newer.",
            "Upgrade the server, or unset DATABASE_URL to use the embedded one.",
        )
    row = connection.execute(VECTOR_VERSION).fetchone()
    version = row[0] if row else None
    if version is None:
        raise DatabaseUnavailable(
            "The database server lacks the extension pgvector.",
            "Install it there (for example the package postgresql-16-pgvector), then start again.",
        )
    if tuple(int(part) for part in str(version).split(".")[:2]) < OLDEST_PGVECTOR:
        raise DatabaseUnavailable(
            f"The database has pgvector {version}; fluffy-tui needs 0.7 or newer.",
            "Upgrade it there, then run ALTER EXTENSION vector UPDATE.",
        )


def _create_vector_extension(connection: psycopg.Connection) -> None:
    try:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS vector"))
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseUnavailable(
            "This database user may not create the extension pgvector.",
            "Let an administrator run CREATE EXTENSION vector in this database, then start again.",
        ) from None


def _current_revision(connection: psycopg.Connection) -> str | None:
    found = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if not found or not found[0]:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _refuse_newer(current: str | None) -> None:
    if current is not None and current not in _known_revisions():
        raise DatabaseTooNew(
            f"The database belongs to a newer fluffy-tui (schema {current}, not {newest_revision()}).",
            "Upgrade fluffy-tui on this machine.",
        )


def _upgrade(url: str) -> None:
    from alembic import command

    command.upgrade(alembic_config(url), "head")
