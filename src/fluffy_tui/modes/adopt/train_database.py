"""A fluffy-train database: only read, in one snapshot, a batch at a time."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.adapt import Buffer, Loader

from fluffy_tui.core.connection import explain_refusal, naming, read_address
from fluffy_tui.core.database import program_name, server_sentence
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.personas import LONGEST_NAME

VARIABLE = "FLUFFY_ADOPT_URL"
"""What messages call the address."""
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""What replaces bytes that are not UTF-8."""
BATCH = 500
"""Rows that are read, and kept in memory, at once."""
_STATEMENT_SECONDS = 120
"""The limit for each batch."""
_NEEDED: Mapping[str, frozenset[str]] = {
    "personas": frozenset({"id", "name"}),
    "photos": frozenset({"id", "persona_id", "path"}),
    "scheduling_posts": frozenset({"id", "photo_id", "persona_id", "caption", "status"}),
}
"""Tables and columns without which it is no fluffy-train database; its other columns came later."""
_TAG_KEYS = ("tag", "tags", "name", "hashtag", "hashtags")
_YEARS = range(1900, 2200)
"""What lies outside is no time of a post, and not every zone could show it."""
_SEPARATORS = re.compile(r"[\s,;]+")


class _TextLoader(Loader):
    """Reads text whose encoding nobody has checked, as paths are read; psycopg would refuse the whole batch."""

    def load(self, data: Buffer) -> str:
        """Return text in which bytes that are not UTF-8 are lone surrogates."""
        return bytes(data).decode("utf-8", "surrogateescape")


class NotATrainDatabase(FluffyError):
    """The database has no tables of fluffy-train."""


@dataclass(frozen=True, slots=True)
class TrainPhoto:
    """A row of its photos."""

    id: int
    persona: str | None
    """None if its persona is gone, or has no name."""
    path: str
    vector: list[float] | None


@dataclass(frozen=True, slots=True)
class TrainPost:
    """A row of its posts."""

    id: int
    persona: str | None
    path: str | None
    """The path of its photo; None if that is gone."""
    text: str
    """The caption, and those hashtags that are not in it; `UNREADABLE` where that is not known."""
    status: str
    """draft, scheduled, posting, posted or failed; anything else is not known."""
    provider_id: str
    """What the service that it was sent to calls it."""
    scheduled_at: datetime | None
    posted_at: datetime | None
    """When it was posted; where that is not stored, when it was planned or last changed."""


class TrainDatabase:
    """The rows of one snapshot, in whose transaction the connection is; `columns` are those that each table has."""

    def __init__(
        self, connection: psycopg.AsyncConnection[Any], columns: Mapping[str, frozenset[str]]
    ) -> None:
        self._connection = connection
        self._columns = columns

    async def personas(self) -> list[str]:
        """Return the names of all personas, oldest first."""
        with _explained():
            rows = await self._connection.execute("SELECT name::text FROM personas ORDER BY id")
            return [name for (found,) in await rows.fetchall() if (name := _name(found))]

    async def photos(self) -> AsyncIterator[list[TrainPhoto]]:
        """Yield the photos, those of a persona together."""
        query = sql.SQL(
            "SELECT photos.id, personas.name::text, photos.path::text, {vector} FROM photos"
            " LEFT JOIN personas ON personas.id = photos.persona_id ORDER BY photos.persona_id, photos.id"
        ).format(vector=self._value("photos", "embedding", "{}::real[]"))
        async for rows in self._batches("adopted_photos", query):
            yield [TrainPhoto(id_, _name(name), path or "", vector) for id_, name, path, vector in rows]

    async def posts(self) -> AsyncIterator[list[TrainPost]]:
        """Yield the posts, those of a persona together."""
        moments = ("scheduled_at", "posted_at", "updated_at", "created_at")
        table = "scheduling_posts"
        query = sql.SQL(
            "SELECT post.id, personas.name::text, photos.path::text, post.caption::text, post.status::text,"
            " {provider}, {hashtags}, {moments} FROM scheduling_posts AS post"
            " LEFT JOIN photos ON photos.id = post.photo_id"
            " LEFT JOIN personas ON personas.id = coalesce(post.persona_id, photos.persona_id)"
            " ORDER BY personas.id, post.id"
        ).format(
            provider=self._value(table, "provider_post_id", "post.{}::text"),
            hashtags=self._value(table, "hashtags", "to_jsonb(post.{})::text"),
            moments=sql.SQL(", ").join(self._value(table, name, "post.{}::text") for name in moments),
        )
        async for rows in self._batches("adopted_posts", query):
            yield [_post(*row) for row in rows]

    def _value(self, table: str, column: str, form: str) -> sql.Composable:
        """Return the SQL for a column, or for NULL where this version of the schema lacks it."""
        if column not in self._columns[table]:
            return sql.SQL("NULL")
        return sql.SQL(form).format(sql.Identifier(column))

    async def _batches(self, name: str, query: sql.Composed) -> AsyncIterator[list[Any]]:
        """Yield rows from a cursor on the server, so that memory does not grow with the table."""
        with _explained():
            async with self._connection.cursor(name=name) as cursor:
                await cursor.execute(query)
                while rows := await cursor.fetchmany(BATCH):
                    yield rows


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[TrainDatabase]:
    """Open a fluffy-train database in a transaction that cannot write, and sees one state of all tables.

    Raises:
        DatabaseUnavailable: the address is wrong, or the server refuses.
        NotATrainDatabase: it has no such tables.
    """
    with naming(VARIABLE):
        url = read_address(address)
        try:
            connection = await psycopg.AsyncConnection.connect(url, application_name=program_name("adopt"))
        except (psycopg.Error, UnicodeError) as error:
            raise await asyncio.to_thread(explain_refusal, error, url) from None
    async with connection:
        with _explained():
            connection.adapters.register_loader("text", _TextLoader)
            encoding = connection.info.parameter_status("server_encoding")
            await connection.set_read_only(True)
            await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
            for setting, value in (
                ("statement_timeout", f"{_STATEMENT_SECONDS}s"),
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "0"),  # files are read between two batches
                ("timezone", "UTC"),
                ("datestyle", "ISO"),
                # as UTF-8, the server would refuse all rows for one of which it knows no encoding
                ("client_encoding", "SQL_ASCII" if encoding == "SQL_ASCII" else "UTF8"),
            ):
                await connection.execute("SELECT set_config(%s, %s, true)", [setting, value])
            columns = await _columns(connection)
        yield TrainDatabase(connection, columns)
        await connection.rollback()


async def _columns(connection: psycopg.AsyncConnection[Any]) -> dict[str, frozenset[str]]:
    query = (
        "SELECT table_name::text, array_agg(column_name::text) FROM information_schema.columns"
        " WHERE table_schema = ANY (current_schemas(false)) AND table_name = ANY (%s) GROUP BY table_name"
    )
    rows = await (await connection.execute(query, [list(_NEEDED)])).fetchall()
    found = {table: frozenset(columns) for table, columns in rows}
    for table, needed in _NEEDED.items():
        if lacking := needed - found.get(table, frozenset()):
            what = f"no table {table}" if table not in found else f"no {min(lacking)} in its table {table}"
            raise NotATrainDatabase(
                f"That database has {what}, so it is not fluffy-train's.",
                f"Check the database's name in {VARIABLE}, and that its user may read the tables.",
            )
    return found


@contextmanager
def _explained() -> Iterator[None]:
    """Raise what the source's server said, whatever was asked."""
    try:
        yield
    except psycopg.Error as error:
        raise DatabaseUnavailable(
            f"The fluffy-train database could not be read: {server_sentence(error)}",
            "What was adopted so far is kept; run it again.",
        ) from error


def _name(name: str | None) -> str | None:
    return _readable(name)[:LONGEST_NAME] if name and name.strip() else None


def _readable(text: str) -> str:
    """Return text that can be stored: each byte that is not UTF-8 becomes `�`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _post(
    id_: int,
    persona: str | None,
    path: str | None,
    caption: str | None,
    status: str | None,
    provider_id: str | None,
    hashtags: str | None,
    scheduled_at: str | None,
    posted_at: str | None,
    *changed: str | None,
) -> TrainPost:
    planned, posted = _moment(scheduled_at), _moment(posted_at)
    known = (posted, planned, *map(_moment, changed))
    return TrainPost(
        id_,
        _name(persona),
        path,
        _readable(with_hashtags(caption or "", hashtags)),
        (status or "").strip().lower(),
        (provider_id or "").strip(),
        planned,
        next(filter(None, known), None),
    )


def _moment(text: str | None) -> datetime | None:
    """Return a stored time, which is in UTC; None for `infinity` and other times that are none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def with_hashtags(caption: str, stored: str | None) -> str:
    """Return a caption with the stored hashtags that it lacks, as fluffy-train posted it.

    These are JSON: a list of words with or without `#`, one text, objects with a `tag`, or null.
    """
    try:
        found = [*_tags(json.loads(stored))] if stored else []
    except (ValueError, RecursionError):
        found = []
    present = {word.casefold() for word in _SEPARATORS.split(caption)}
    tags: dict[str, str] = {}
    for tag in found:
        if f"#{tag.casefold()}" not in present:
            tags.setdefault(tag.casefold(), f"#{tag}")
    return "\n\n".join(filter(None, (caption.rstrip(), " ".join(tags.values()))))


def _tags(value: object, *, listed: bool = False) -> Iterator[str]:
    """Yield hashtags without `#`, whatever form they were stored in."""
    match value:
        case str():
            whole = listed and "#" not in value and "," not in value
            words: Sequence[str] = (
                ["".join(value.split())] if whole else _SEPARATORS.split(value.replace("#", " "))
            )
            yield from (word for word in words if word)
        case list():
            for item in value:
                yield from _tags(item, listed=True)
        case dict():
            for key in _TAG_KEYS:
                yield from _tags(value.get(key), listed=True)
