"""Migrate the database to the schema that this code expects, even when several programs start at once."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from fluffy_tui.core.connection import explain_refusal
from fluffy_tui.core.connection.database_check import (
    OWN_DATABASE,
    Facts,
    check_before_migration,
    check_server,
    check_tables,
)
from fluffy_tui.core.connection.schema_revision import (
    REVISION,
    known_revisions,
    migrations_folder,
    newest_revision,
    refuse_newer,
)
from fluffy_tui.core.database import Base
from fluffy_tui.core.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger(__name__)

MIGRATION_LOCK = 0x666C756666  # "fluff"; any number works if every program uses the same

UNHURRIED = """
SELECT set_config(name, '0', false) FROM pg_settings
WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
"""
"""A migration takes as long as it takes, and waits for one that another program runs; the last is of Postgres 17."""

_FIRST_TABLE = "personas"
"""Every revision has it, so a database without it was not migrated by this program."""


def migrate(url: str) -> None:
    """Run every pending migration on the database at `url`.

    Programs that start at the same time take turns by an advisory lock; the second has nothing left to do.

    Raises:
        DatabaseUnavailable: no connection, or a database that cannot be used; nothing was changed.
        DatabaseTooNew: the database was migrated by a newer version of this program.
    """
    with _connect(url) as connection:
        facts = check_server(connection)
        if _is_current(connection, facts):
            return  # a normal start takes no lock
        connection.execute(UNHURRIED)
        connection.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        if _is_current(connection, facts := check_server(connection)):
            return
        current, newest = _current_revision(connection, facts), newest_revision()
        check_before_migration(connection, facts, Base.metadata.tables.keys(), is_new=current is None)
        _create_vector_extension(connection)
        _upgrade(url)
        log.info("migrated the database from %s to %s", current or "empty", newest)


def connect_unhurried(url: str) -> psycopg.Connection:
    """Return a connection for migrations.

    Raises:
        DatabaseUnavailable: no connection; a server may allow only one, which has the lock.
    """
    connection = _connect(url)
    connection.execute(UNHURRIED)
    connection.autocommit = False
    return connection


def _is_current(connection: psycopg.Connection, facts: Facts) -> bool:
    """Return whether there is nothing to migrate.

    Raises:
        DatabaseUnavailable: the revision is another program's, or tables are missing.
        DatabaseTooNew: the revision is one of a newer version of this program.
    """
    current = _current_revision(connection, facts)
    if current is None:
        return False
    if re.fullmatch(r"\d{4}", current) is None:
        raise DatabaseUnavailable(
            "The database belongs to another program: the revision in its table alembic_version is none of fluffy-tui.",
            OWN_DATABASE,
        )
    is_newest = current == newest_revision()
    tables = Base.metadata.tables.keys() if is_newest else {_FIRST_TABLE}
    check_tables(connection, facts, tables, needs_vector=is_newest)
    refuse_newer(current, known_revisions())
    return is_newest


def alembic_config(url: str) -> Config:
    """Return the Alembic configuration for the database at `url`; there is no alembic.ini."""
    from alembic.config import Config  # takes 60 ms, so import it only when there is something to migrate

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def _connect(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(url, autocommit=True)
    except (psycopg.Error, UnicodeError) as error:  # a host name that is too long is a UnicodeError
        raise explain_refusal(error, url) from None


def _create_vector_extension(connection: psycopg.Connection) -> None:
    try:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS vector"))
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseUnavailable(
            "This database user is not allowed to create the extension pgvector.",
            "Ask an administrator to run CREATE EXTENSION vector in this database, then try again.",
        ) from None


def _current_revision(connection: psycopg.Connection, facts: Facts) -> str | None:
    found = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if not found or not found[0]:
        return None
    try:
        row = connection.execute(REVISION).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        check_tables(connection, facts, {"alembic_version", _FIRST_TABLE}, needs_vector=False)
        raise
    return str(row[0]) if row else None


def _upgrade(url: str) -> None:
    from alembic import command

    command.upgrade(alembic_config(url), "head")
