"""DATABASE_DIRECT_URL: the way around a pooler that shares connections, for LISTEN and migrations."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from fluffy_tui.core.connection.connection_refusal import explain_refusal
from fluffy_tui.core.connection.database_address import OR_EMBEDDED, read_address
from fluffy_tui.core.connection.database_check import check_session
from fluffy_tui.core.errors import DatabaseUnavailable

NOTIFY_SECONDS = 5.0
"""How long a notification may take to arrive."""


def read_direct_address(text: str) -> str:
    """Return DATABASE_DIRECT_URL as `read_address` returns DATABASE_URL.

    Raises:
        DatabaseUnavailable: libpq cannot read it.
    """
    with naming("DATABASE_DIRECT_URL"):
        return read_address(text)


def check_direct_address(url: str, direct_url: str) -> None:
    """Check that what is notified through a pooler arrives at the server's address, and that both have the same tables.

    Raises:
        DatabaseUnavailable: one of them cannot be reached, or they lead to different databases.
    """
    channel = f"fluffy_{uuid.uuid4().hex}"
    path = "array_to_string(current_schemas(false), ',')"
    with _connected(url) as pooled, naming("DATABASE_DIRECT_URL"), _connected(direct_url) as direct:
        check_session(direct)
        direct.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        own = direct.execute(f"SELECT {path}".encode()).fetchone()
        pooled.execute(f"SELECT pg_notify(%s, {path})".encode(), [channel])
        heard = [notify.payload for notify in direct.notifies(timeout=NOTIFY_SECONDS, stop_after=1)]
    if not own or heard != [own[0]]:
        raise DatabaseUnavailable(
            "DATABASE_DIRECT_URL leads to another database than DATABASE_URL, or to another search path in it.",
            "Write the same database, user and options in both; only host and port differ.",
        )


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(url, autocommit=True)
    except (psycopg.Error, UnicodeError) as error:
        raise explain_refusal(error, url) from None
    with connection:
        yield connection


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Have errors about an address name it in place of DATABASE_URL."""
    try:
        yield
    except DatabaseUnavailable as error:
        hint = error.hint.replace(OR_EMBEDDED, "")  # only that one may be unset
        raise DatabaseUnavailable(
            *(text.replace("DATABASE_URL", name) for text in (error.message, hint))
        ) from None
