"""Migrate the database to the schema that this code expects, even when several programs start at once."""

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
"""The duplicate search needs bit_hamming_ops, which was added in pgvector 0.7.0 (its changelog)."""

MIGRATION_LOCK = 0x666C756666  # "fluff"; any number works if every program uses the same

VECTOR_VERSION = (
    "SELECT coalesce((SELECT extversion FROM pg_extension WHERE extname = 'vector'),"
    " (SELECT default_version FROM pg_available_extensions WHERE name = 'vector'))"
)
"""The version of pgvector that is installed in the database, or else the one available on the server."""

_INVALID_PASSWORD = ("28P01", "28000")
_UNKNOWN_DATABASE = "3D000"


def migrations_folder() -> Path:
    """Return the folder of Alembic revisions, in an installed wheel or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


def migrate(url: str) -> None:
    """Run every pending migration on the database at `url`.

    Programs that start at the same time take turns by an advisory lock; the second has nothing left to do.

    Raises:
        DatabaseUnavailable: no connection, a server that is too old, or no pgvector.
        DatabaseTooNew: the database was migrated by a newer version of this program.
    """
    with _connect(url) as connection:
        _check_server(connection)
        if _current_revision(connection) == newest_revision():
            return  # a normal start takes no lock
        connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        current, newest = _current_revision(connection), newest_revision()
        if current == newest:
            return
        _refuse_newer(current)
        _create_vector_extension(connection)
        _upgrade(url)
        log.info("migrated the database from %s to %s", current or "empty", newest)


def alembic_config(url: str) -> Config:
    """Return the Alembic configuration for the database at `url`; there is no alembic.ini."""
    from alembic.config import Config  # takes 60 ms, so import it only when there is something to migrate

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def newest_revision() -> str:
    """Return the id of the newest migration from the file names; revisions are numbered and linear."""
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
    """Return an error that says why the database could not be reached; the password is never part of it."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return DatabaseUnavailable(
            "DATABASE_URL is not a valid URL.",
            "It should look like postgresql://user:password@host:5432/database.",
        )
    host, user, name = (
        parts.get("host") or "this machine",
        parts.get("user") or "you",
        parts.get("dbname") or "postgres",
    )
    message = str(error).lower()
    if (
        error.sqlstate in _INVALID_PASSWORD
        or "authentication failed" in message
        or "no password supplied" in message
    ):
        return DatabaseUnavailable(
            f"The database at {host} rejected the user {user} or the password.",
            "Correct them in DATABASE_URL.",
        )
    if error.sqlstate == _UNKNOWN_DATABASE or "does not exist" in message:
        return DatabaseUnavailable(
            f"The server at {host} has no database {name} or no user {user}.",
            f"Create the database (createdb {name}) or correct DATABASE_URL.",
        )
    if "translate host name" in message or "resolve" in message or "name or service not known" in message:
        return DatabaseUnavailable(
            f"The database host {host} was not found.",
            "Correct DATABASE_URL or check the network connection.",
        )
    return DatabaseUnavailable(
        f"The database at {host} does not respond.",
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
            "The database server does not have the extension pgvector.",
            "Install it there (for example the package postgresql-16-pgvector) and try again.",
        )
    if tuple(int(part) for part in str(version).split(".")[:2]) < OLDEST_PGVECTOR:
        raise DatabaseUnavailable(
            f"The database has pgvector {version}; fluffy-tui needs 0.7 or newer.",
            "Upgrade it on the server, then run ALTER EXTENSION vector UPDATE.",
        )


def _create_vector_extension(connection: psycopg.Connection) -> None:
    try:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS vector"))
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseUnavailable(
            "This database user is not allowed to create the extension pgvector.",
            "Ask an administrator to run CREATE EXTENSION vector in this database, then try again.",
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
            f"The database was migrated by a newer fluffy-tui (schema {current}, this one knows {newest_revision()}).",
            "Upgrade fluffy-tui on this machine.",
        )


def _upgrade(url: str) -> None:
    from alembic import command

    command.upgrade(alembic_config(url), "head")
