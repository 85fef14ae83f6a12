"""The connection to Postgres: one engine, short transactions, and errors in plain language."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import psycopg
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, Text, func, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.liveness import note_job_progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)

_BEYOND_LIMITS = frozenset({"54000", "54001", "54011", "54023"})
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


def program_name(role: str) -> str:
    """Return the name that this process has in the database, such as `fluffy-tui worker host:4711`.

    Every connection has it, so that a post's history says which process made each change. Postgres keeps 63 bytes.
    """
    host = socket.gethostname().encode("ascii", "replace").decode()
    tail = f":{os.getpid()}"
    return f"fluffy-tui {role} {host}"[: 63 - len(tail)] + tail


async def database_now(session: AsyncSession) -> datetime:
    """Return the present moment by the database's clock, which all machines share and every stored pause is of."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment


_REFUSED = {
    "25006": ("The database is read-only.", "Use the address of the primary server in DATABASE_URL."),
    "53100": ("The disk of the database is full.", "Free some space there; then try again."),
    "53200": ("The database server is out of memory.", "Give it more memory, or close other programs."),
    "53300": (
        "The database has too many connections.",
        "Close programs that use it, or raise its max_connections.",
    ),
    "57014": ("The database took too long.", "Try again, or raise statement_timeout of the database user."),
    "55P03": (
        "The database is locked by another program.",
        "Wait until that program has finished; then try again.",
    ),
}
"""What a working database may refuse at any time, by SQLSTATE."""


def lost(error: Exception) -> DatabaseUnavailable:
    """Return the error to show when a working connection fails; the cause is only logged.

    Args:
        error: psycopg's own, or another library's about it.
    """
    cause = _cause(error)
    log.warning("the database went away: %s %s", type(cause).__name__, _state(cause))
    message, hint = _REFUSED.get(
        _state(cause), ("The database does not respond.", "It reconnects by itself; then try again.")
    )
    return DatabaseUnavailable(message, hint)


def server_sentence(error: Exception) -> str:
    """Return what the server itself said about a statement, without the statement and its values."""
    cause = _cause(error)
    said = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    return f"{said or type(cause).__name__}."


def _cause(error: Exception) -> BaseException:
    return getattr(error, "orig", None) or error.__cause__ or error


def _state(error: BaseException) -> str:
    return (error.sqlstate or "") if isinstance(error, psycopg.Error) else ""


class Database:
    """A small pool of connections; each user action takes one for a short transaction.

    Args:
        url: as `read_address` returns it, for libpq; never shown, since it may hold a password.
        pool_size: connections kept open; two more may be opened temporarily.
        name: shown by the database for its connections, see `program_name`.
    """

    def __init__(self, url: str, *, pool_size: int = 3, name: str = "fluffy-tui") -> None:
        self._url = url
        self._engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=partial(psycopg.AsyncConnection.connect, url, application_name=name),
            pool_size=pool_size,
            max_overflow=2,
            pool_pre_ping=True,  # a restarted server costs one quiet reconnect instead of an error
            hide_parameters=True,
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    def __repr__(self) -> str:
        return "Database()"

    @property
    def url(self) -> str:
        """The address for psycopg and Procrastinate; it may hold a password."""
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
        except DBAPIError as error:
            if _state(_cause(error)) in _BEYOND_LIMITS:
                raise
            if isinstance(error, OperationalError | InterfaceError) or _state(_cause(error)) in _REFUSED:
                raise lost(error) from error
            raise

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
