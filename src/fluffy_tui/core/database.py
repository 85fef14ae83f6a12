"""The connection to Postgres: one engine, short transactions, and errors in plain language."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import BigInteger, DateTime, Identity, MetaData, Text, func, make_url, text
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.liveness import note_job_progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)

_REFUSED = frozenset({"54000", "54001", "54011", "54023"})
"""Codes of statements beyond a limit of Postgres; the connection is fine."""

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

PrimaryKey = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


class Base(DeclarativeBase):
    """The base of all table classes; migrations are checked against its metadata."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text, int: BigInteger, datetime: DateTime(timezone=True)}  # noqa: RUF012


def connection_url(url: str) -> str:
    """Return `url` in the one form that psycopg and SQLAlchemy both get: `postgresql://…`.

    Raises:
        DatabaseUnavailable: it is not a Postgres URL. The message never quotes the URL, which may hold a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnavailable(
            "DATABASE_URL is not a valid URL.",
            "It should look like postgresql://user:password@host:5432/database.",
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseUnavailable(
            f"DATABASE_URL is for {parsed.get_backend_name()}, but fluffy-tui needs Postgres.",
            "Use a URL that starts with postgresql://, or unset it to use the embedded server.",
        )
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def program_name(role: str) -> str:
    """Return the name that this process has in the database, such as `fluffy-tui worker host:4711`.

    Every connection has it, so that a post's history says which process made each change. Postgres keeps 63 bytes.
    """
    host = socket.gethostname().encode("ascii", "replace").decode()
    tail = f":{os.getpid()}"
    return f"fluffy-tui {role} {host}"[: 63 - len(tail)] + tail


def lost(error: Exception) -> DatabaseUnavailable:
    """Return the error to show when a working connection fails; the cause is only logged."""
    log.warning("the database went away: %s", type(error).__name__)
    return DatabaseUnavailable("The database does not respond.", "It reconnects by itself; then try again.")


class Database:
    """A small pool of connections; each user action takes one for a short transaction.

    Args:
        url: `postgresql://…`, as `connection_url` returns it; never shown, since it may hold a password.
        pool_size: connections kept open; two more may be opened temporarily.
        name: shown by the database for its connections, see `program_name`.
    """

    def __init__(self, url: str, *, pool_size: int = 3, name: str = "fluffy-tui") -> None:
        self._url = url
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=2,
            pool_pre_ping=True,  # a restarted server costs one quiet reconnect instead of an error
            connect_args={"connect_timeout": 5, "application_name": name},
            hide_parameters=True,
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    def __repr__(self) -> str:
        return "Database()"

    @property
    def url(self) -> str:
        """The connection URL for psycopg and Procrastinate; it may hold a password."""
        return self._url

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that commits at the end of the block and rolls back when the block raises.

        Raises:
            DatabaseUnavailable: the database is down, or went down before it confirmed the commit.
        """
        try:
            async with self._sessions.begin() as session:
                yield session
            note_job_progress()
        except (OperationalError, InterfaceError) as error:
            if getattr(error.orig, "sqlstate", None) in _REFUSED:
                raise
            raise lost(error) from error

    async def describe(self) -> str:
        """Return the versions of the server and of pgvector."""
        query = text(
            "SELECT split_part(current_setting('server_version'), ' ', 1), extversion"
            " FROM pg_extension WHERE extname = 'vector'"
        )
        async with self.transaction() as session:
            server, pgvector = (await session.execute(query)).one()
        return f"PostgreSQL {server} with pgvector {pgvector}"

    async def close(self) -> None:
        """Close every pooled connection."""
        await self._engine.dispose()
