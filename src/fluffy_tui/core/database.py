"""The connection to Postgres: one engine, short transactions, and errors in plain words."""

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
from fluffy_tui.core.liveness import progressed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)

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
    """What every table class inherits; its metadata is what migrations are checked against."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text, int: BigInteger, datetime: DateTime(timezone=True)}  # noqa: RUF012


def connection_url(url: str) -> str:
    """Return `url` in the one form that both psycopg and SQLAlchemy are given here: `postgresql://…`.

    Raises:
        DatabaseUnavailable: it is no Postgres URL. The text never repeats the URL, which may hold a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnavailable(
            "DATABASE_URL cannot be understood.",
            "It looks like postgresql://user:password@host:5432/database.",
        ) from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseUnavailable(
            f"DATABASE_URL names a {parsed.get_backend_name()} database, but fluffy-tui needs Postgres.",
            "Use a URL that begins with postgresql://, or unset it to use the embedded server.",
        )
    return parsed.set(drivername="postgresql").render_as_string(hide_password=False)


def program_name(role: str) -> str:
    """Return the name by which this process is known to the database, such as `fluffy-tui worker host:4711`.

    Every connection carries it, so that what a post went through tells who did it. Postgres keeps 63 bytes.
    """
    host = socket.gethostname().encode("ascii", "replace").decode()
    tail = f":{os.getpid()}"
    return f"fluffy-tui {role} {host}"[: 63 - len(tail)] + tail


def lost(error: Exception) -> DatabaseUnavailable:
    """Return what to tell a person when a working connection failed; the cause is for the log."""
    log.warning("the database went away: %s", type(error).__name__)
    return DatabaseUnavailable("The database does not answer.", "It comes back by itself; then try again.")


class Database:
    """A small pool of connections, from which each user action borrows one short transaction.

    Args:
        url: `postgresql://…`, as `connection_url` returns it; never shown, since it may hold a password.
        pool_size: connections kept open; two more may be opened for a moment.
        name: what its connections are called in the database, as `program_name` returns it.
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
            DatabaseUnavailable: the database is away, or went away before the commit was confirmed.
        """
        try:
            async with self._sessions.begin() as session:
                yield session
            progressed()
        except (OperationalError, InterfaceError) as error:
            raise lost(error) from error

    async def describe(self) -> str:
        """Return which server and which pgvector this is."""
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
