"""What changed in the database, as it happens: LISTEN turned into a stream of small values."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import psycopg
from psycopg import sql

from fluffy_tui.core.app_events import (
    BufferChecked,
    Connected,
    Disconnected,
    Event,
    KeywordsChanged,
    OutsidePostsChanged,
    PersonaEdited,
    PhotosChanged,
    PhotosIndexed,
    PostChanged,
    VerdictChanged,
)
from fluffy_tui.core.connection import ServerSilent, explain_refusal, notifications, patient_connection
from fluffy_tui.core.errors import FluffyError

log = logging.getLogger(__name__)

POSTS_CHANNEL = "fluffy_posts"
PHOTOS_CHANNEL = "fluffy_photos"
PERSONAS_CHANNEL = "fluffy_personas"
BUFFER_CHANNEL = "fluffy_buffer"


async def events(
    url: str,
    before_connect: Callable[[], Awaitable[None]],
    *,
    name: str = "fluffy-tui",
    on_silent: Callable[[], None] = lambda: None,
) -> AsyncGenerator[Event, None]:
    """Yield what changes, forever; a lost connection is reported, then made again with growing pauses.

    The address has to keep sessions. `before_connect` is awaited before every attempt, for example to bring the
    embedded server back. `on_silent` is called when the server gives no answer, on which others may wait as well.
    """
    pause = 0.25
    while True:
        try:
            await before_connect()
            connection = await patient_connection(url, application_name=name)
            async with connection, aclosing(_changes(connection)) as changes:
                pause = 0.25
                async for event in changes:
                    yield event
        except psycopg.Error as error:
            if isinstance(error, ServerSilent):
                on_silent()
            yield Disconnected((await asyncio.to_thread(explain_refusal, error, url)).message)
        except (OSError, TimeoutError, FluffyError) as error:
            yield Disconnected(
                error.message if isinstance(error, FluffyError) else "The database does not respond."
            )
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnects, guards nothing
        pause = min(pause * 2, 10.0)


async def _changes(connection: psycopg.AsyncConnection) -> AsyncGenerator[Event, None]:
    for channel in (POSTS_CHANNEL, PHOTOS_CHANNEL, PERSONAS_CHANNEL, BUFFER_CHANNEL):
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    yield Connected()
    async with aclosing(notifications(connection)) as heard:
        async for notify in heard:
            yield _event(notify.channel, notify.payload)


def _event(channel: str, payload: str) -> Event:
    content = json.loads(payload)
    if channel == POSTS_CHANNEL and "outside" in content:
        return OutsidePostsChanged(frozenset(content["outside"]))
    if channel == POSTS_CHANNEL:
        return PostChanged(post_id=content["id"], persona_id=content["persona_id"])
    if channel == BUFFER_CHANNEL:
        return BufferChecked(**content)
    if channel == PERSONAS_CHANNEL:
        return PersonaEdited(persona_id=content["persona_id"])
    if "hashed" in content:
        return PhotosIndexed(**content)
    if "keywords" in content:
        return KeywordsChanged(persona_id=content["persona_id"])
    if "id" in content:
        return VerdictChanged(photo_id=content["id"], persona_id=content["persona_id"])
    return PhotosChanged(persona_id=content["persona_id"])
