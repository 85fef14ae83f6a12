"""The connection to Postgres: one engine, short transactions, and errors in plain language."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, cast
from weakref import WeakSet

import psycopg
from psycopg.types.array import ListBinaryDumper, ListDumper
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Text,
    any_,
    bindparam,
    column,
    exists,
    func,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from fluffy_tui.core.connection import (
    REVISION,
    cut,
    explain_refusal,
    known_revisions,
    patient_connection,
    refuse_newer,
)
from fluffy_tui.core.errors import DatabaseTooNew, DatabaseUnavailable
from fluffy_tui.core.liveness import note_job_progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from psycopg.adapt import PyFormat
    from psycopg.types.array import BaseListDumper
    from sqlalchemy import ColumnElement, Dialect, Select, TableValuedAlias, TextClause
    from sqlalchemy.types import TypeEngine

log = logging.getLogger(__name__)

POOL_SIZE = 2
"""Connections of a process besides those that LISTEN: a server may allow few, and each transaction is short."""

POOL_SECONDS = 10.0
"""How long to wait for one of them."""

_BEYOND_LIMITS = frozenset({"54000", "54001", "54011", "54023"})
"""Codes of statements beyond a limit of Postgres; the connection is fine."""

_OTHER_SCHEMA = frozenset({"23502", "23514", "42703", "42804", "42883", "42P01", "42P10"})
"""Codes of statements that do not fit the tables, columns, functions and constraints that there are."""

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

PrimaryKey = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Timestamp = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


def key_of(table: str) -> MappedColumn[int]:
    """Return a column of a primary key that is the id of another table's row, with which this one is deleted."""
    row = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return mapped_column(row, primary_key=True, autoincrement=False)


def gin_index(name: str, column: str | TextClause, where: TextClause | None = None) -> Index:
    """Return an index of what is in a column; its entries are written at once, not by whoever reads next."""
    return Index(
        name, column, postgresql_using="gin", postgresql_with={"fastupdate": "off"}, postgresql_where=where
    )


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


def is_running(role: str) -> ColumnElement[bool]:
    """Return the condition that a program of this role is connected to the database, on any machine."""
    activity = table("pg_stat_activity", column("datname"), column("application_name"))
    return exists().where(
        activity.c.datname == func.current_database(),
        activity.c.application_name.startswith(f"fluffy-tui {role} "),
    )


async def database_now(session: AsyncSession) -> datetime:
    """Return the present moment by the database's clock, which all machines share and every stored pause is of."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment


def array_of(values: Sequence[Any], kind: TypeEngine[Any]) -> Any:
    """Return the values as one array parameter, so that the statement is the same whatever their number."""
    return bindparam(None, values, type_=ARRAY(kind))


def among(column_of_ids: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that an id is one of these."""
    condition: ColumnElement[bool] = column_of_ids == any_(array_of(list(ids), BigInteger()))
    return condition


def rows_of(kinds: Mapping[str, TypeEngine[Any]], rows: Iterable[Sequence[object]]) -> TableValuedAlias:
    """Return a table of the rows, given its columns: passed as an array for each, they are ten times as fast."""
    listed = list(rows)
    arrays = (array_of([row[place] for row in listed], kind) for place, kind in enumerate(kinds.values()))
    columns = (column(name, kind) for name, kind in kinds.items())
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


async def each_answer(
    session: AsyncSession, query: Select[*tuple[Any, ...]], parameters: Sequence[Mapping[str, Any]]
) -> list[list[tuple[Any, ...]]]:
    """Return the rows of a query for each of several parameters, in one round trip.

    Each gets a short statement, and all are sent at once, which costs Python less than one after the other.

    Args:
        session: The transaction; it is flushed first.
        query: One that is built once, with nothing but numbers and texts in it.
        parameters: By the names of the query's own.

    Raises:
        DatabaseUnavailable: the database is away.
    """
    if not parameters:
        return []
    await session.flush()
    ours = await session.connection()
    raw = await ours.get_raw_connection()
    connection = cast("psycopg.AsyncConnection[Any]", raw.driver_connection)
    statement, values = _written(query, ours.dialect)
    answers: list[list[tuple[Any, ...]]] = []
    try:
        async with connection.cursor() as cursor:
            await cursor.executemany(statement, [{**values, **one} for one in parameters], returning=True)
            while len(answers) < len(parameters):
                answers.append(await cursor.fetchall())
                cursor.nextset()
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise lost(error) from error
    return answers


@lru_cache(maxsize=32)
def _written(query: Select[*tuple[Any, ...]], dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """Return a query as psycopg takes it, with the values in it."""
    compiled = query.compile(dialect=dialect)
    return str(compiled), compiled.params


_TOO_LONG = (
    "The database took too long.",
    "Try again, or raise statement_timeout and transaction_timeout of the database user.",
)
_AT_ONCE = ("Another program changed the same data at this moment.", "Try again.")
_REFUSED = {
    "25P03": _TOO_LONG,
    "25P04": _TOO_LONG,
    "25006": ("The database is read-only.", "Use the address of the primary server in DATABASE_URL."),
    "40001": _AT_ONCE,
    "40P01": _AT_ONCE,
    "53100": ("The disk of the database is full.", "Free some space there; then try again."),
    "53200": ("The database server is out of memory.", "Give it more memory, or close other programs."),
    "53300": (
        "The database has too many connections.",
        "Close programs that use it, or raise its max_connections.",
    ),
    "57014": _TOO_LONG,
    "55P03": (
        "The database is locked by another program.",
        "Wait until that program has finished; then try again.",
    ),
}
"""What a working database may refuse at any time, by SQLSTATE."""

_BUSY = (
    "All connections to the database are busy.",
    "Try again; another program may have locked its tables.",
)


def lost(error: Exception) -> DatabaseUnavailable:
    """Return the error to show when a working connection fails, whichever library says so; the cause is only logged."""
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


@dataclass(frozen=True, slots=True)
class ConnectionUsage:
    """How many connections the server has."""

    ours: dict[str, int]
    """By program, such as `worker studio:4711`."""
    free: int
    """How many more this user may open, by the limits of the server, the database and the role."""


# A connection's name is made by `program_name`. A worker's connections are named for different purposes, of which
# `worker` is the last by the alphabet, and for the same process.
_OURS = text(
    """
    SELECT max(split_part(application_name, ' ', 2)) || ' ' || split_part(application_name, ' ', 3), count(*)
    FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'fluffy-tui %'
    GROUP BY split_part(application_name, ' ', 3) ORDER BY 1
    """
)
_FREE = text(
    """
    SELECT least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true), '0')::int - count(*),
        (
            SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user AND NOT rolsuper
        ) - count(*) FILTER (WHERE usename = current_user),
        (
            SELECT nullif(datconnlimit, -1) FROM pg_database
            WHERE datname = current_database()
            AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
        ) - count(*) FILTER (WHERE datname = current_database())
    ) FROM pg_stat_activity WHERE backend_type = 'client backend'
    """
)


class _ArrayDumper(ListBinaryDumper):
    """Sends lists in binary, of which Python makes ten times as many as it quotes for text; lists of rows are text."""

    def upgrade(self, obj: list[Any], format: PyFormat) -> BaseListDumper:  # noqa: A002 - psycopg's name
        try:
            return super().upgrade(obj, format)
        except psycopg.ProgrammingError:  # no binary form of its elements is known
            return ListDumper(self.cls, self._tx).upgrade(obj, format)


class Database:
    """A small pool of connections, for everything in this process; each user action takes one for a short transaction.

    Args:
        url: as `read_address` returns it, for libpq; never shown, since it may hold a password.
        direct_url: an address that keeps sessions, if that of `url` is a pooler that shares connections between
            transactions.
        pool_size: the most connections that are open at once.
        name: shown by the database for its connections, see `program_name`.
    """

    def __init__(
        self,
        url: str,
        *,
        direct_url: str | None = None,
        pool_size: int = POOL_SIZE,
        name: str = "fluffy-tui",
    ) -> None:
        self.name = name
        self.too_new: DatabaseTooNew | None = None
        """Set once a statement did not fit, because a newer program has migrated the database."""
        self._known_revisions = known_revisions()  # now, since an upgrade may replace the files
        self.url = direct_url or url
        """The address for what needs a session, such as LISTEN; it may hold a password."""
        options: dict[str, Any] = {"application_name": name}
        if direct_url is not None:
            options["prepare_threshold"] = None  # the next transaction may be on another connection
        self._connections: WeakSet[psycopg.AsyncConnection[Any]] = WeakSet()

        async def connect() -> psycopg.AsyncConnection[Any]:
            try:
                if direct_url is None:
                    connection = await patient_connection(url, **options)
                    await connection.set_autocommit(False)
                else:  # others may use it between two transactions
                    connection = await psycopg.AsyncConnection.connect(url, **options)
            except psycopg.OperationalError as error:
                raise await asyncio.to_thread(explain_refusal, error, url) from error
            connection.adapters.register_dumper(list, _ArrayDumper)
            self._connections.add(connection)
            return connection

        self._engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=connect,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_pre_ping=True,  # a restarted server costs one quiet reconnect instead of an error
            pool_use_lifo=True,
            hide_parameters=True,
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    def __repr__(self) -> str:
        return "Database()"

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that commits at the end of the block and rolls back when the block raises.

        Raises:
            DatabaseUnavailable: the database is down, or went down before it confirmed the commit.
            DatabaseTooNew: a statement does not fit the tables, since a newer program has migrated them.
        """
        try:
            async with self._sessions.begin() as session:
                yield session
            note_job_progress()
        except DBAPIError as error:
            if _state(_cause(error)) in _OTHER_SCHEMA:
                await self._note_newer_schema()
                if self.too_new is not None:
                    raise self.too_new from None
            if _state(_cause(error)) in _BEYOND_LIMITS:
                raise
            if isinstance(error, OperationalError | InterfaceError) or _state(_cause(error)) in _REFUSED:
                raise lost(error) from error
            raise
        except PoolTimeout as error:
            raise DatabaseUnavailable(*_BUSY) from error

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Lend psycopg's own connection for a transaction, to a library that does not know SQLAlchemy.

        Raises:
            psycopg.Error: the database is down, or went down before it confirmed the commit.
        """
        try:
            async with self._engine.begin() as connection:
                raw = await connection.get_raw_connection()
                yield cast("psycopg.AsyncConnection[Any]", raw.driver_connection)
        except DBAPIError as error:
            raise error.orig or psycopg.OperationalError() from None
        except DatabaseUnavailable as error:
            raise psycopg.OperationalError(error.message) from error
        except PoolTimeout:
            raise psycopg.OperationalError(_BUSY[0]) from None

    async def _note_newer_schema(self) -> None:
        """Note whether a newer program has migrated the database since this one was started."""
        with suppress(psycopg.Error):
            async with self.connection() as connection:
                row = await (await connection.execute(REVISION)).fetchone()
            if row is not None:
                try:
                    refuse_newer(row[0], self._known_revisions)
                except DatabaseTooNew as error:
                    self.too_new = error

    def cut(self) -> None:
        """End every connection, since the server is silent: what waits for it fails, and connects again."""
        for connection in self._connections:
            cut(connection)

    async def describe(self) -> str:
        """Return the versions of the server and of pgvector."""
        query = text(
            "SELECT split_part(current_setting('server_version'), ' ', 1), extversion"
            " FROM pg_extension WHERE extname = 'vector'"
        )
        async with self.transaction() as session:
            server, pgvector = (await session.execute(query)).one()
        return f"PostgreSQL {server} with pgvector {pgvector}"

    async def usage(self) -> ConnectionUsage:
        """Return how many connections the programs on this database have, and how many the server has left."""
        async with self.transaction() as session:
            ours = (await session.execute(_OURS)).all()
            free = (await session.execute(_FREE)).scalar_one()
        return ConnectionUsage({str(name): int(count) for name, count in ours}, int(free))

    async def close(self) -> None:
        """Close every pooled connection."""
        await self._engine.dispose()
