"""Connections that have gone silent: neither an answer nor an end arrives when packets are dropped on the way.

The system notices a peer that acknowledges nothing. A proxy acknowledges, and may have lost the server behind it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any

import psycopg

PING_SECONDS = 15.0
"""How often a connection that LISTENs asks for an answer."""

ANSWER_SECONDS = 10.0
"""How long the answer may take."""

RESTS = 2
"""How many times in a row a connection asks for no answer while nothing is at stake, so that its server may rest."""


PATIENT = """
SELECT set_config(name, '0', false) FROM pg_settings
WHERE name IN ('lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')
"""
"""Lifts limits of the user or the database under which a connection cannot do what it is for.

A connection that LISTENs is idle, and one that waits for another program's change waits for a lock.
"""


class ServerSilent(psycopg.OperationalError):
    """A server gave no answer in time; other connections to it may wait forever."""


async def patient_connection(url: str, **options: Any) -> psycopg.AsyncConnection[Any]:
    """Return a connection without an open transaction that may wait for as long as it likes.

    Raises:
        psycopg.OperationalError: there is none.
    """
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, **options)
    try:
        await connection.execute(PATIENT)
    except BaseException:  # the one who waited may have been cancelled, and has nothing to close
        await connection.close()
        raise
    return connection


def cut(connection: psycopg.AsyncConnection) -> None:
    """End a connection without asking its server; whoever waits for an answer gets an `OperationalError`."""
    with (
        suppress(psycopg.OperationalError, OSError),  # it has ended
        socket.socket(fileno=os.dup(connection.fileno())) as own,
    ):
        own.shutdown(socket.SHUT_RDWR)


async def notifications(
    connection: psycopg.AsyncConnection, may_rest: Callable[[], bool] = lambda: False
) -> AsyncGenerator[psycopg.Notify, None]:
    """Yield what a connection that LISTENs is notified of, until it ends.

    `may_rest` says whether nothing is at stake, so that it is soon enough to notice a loss within a minute.

    Raises:
        ServerSilent: it gave no answer.
        psycopg.OperationalError: it has ended.
    """
    loop = asyncio.get_running_loop()
    rested = 0
    while True:
        async for notify in connection.notifies(timeout=PING_SECONDS):
            yield notify
        if rested < RESTS and may_rest():
            rested += 1
            continue
        rested = 0
        alarm = loop.call_later(ANSWER_SECONDS, cut, connection)
        try:
            await connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if loop.time() < alarm.when():
                raise
            raise ServerSilent from error
        finally:
            alarm.cancel()
