"""Builds all services from the settings: the one place where they are put together."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.exc import DBAPIError

from fluffy_tui.buffer import BufferClient
from fluffy_tui.caption_model import CaptionModel
from fluffy_tui.core.app_events import Event
from fluffy_tui.core.connection import check_direct_address, read_address, read_direct_address
from fluffy_tui.core.database import Database, program_name, server_sentence
from fluffy_tui.core.embedded import EmbeddedServer
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.core.event_stream import events
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.core.log_file import log_place
from fluffy_tui.core.migration_runner import migrate
from fluffy_tui.media import MediaHost, MediaHostError, open_media_host
from fluffy_tui.personas import Personas, Snippets
from fluffy_tui.photos import Keywords, Photos, SavedFilters, this_machine
from fluffy_tui.scheduling import (
    BufferComparison,
    ChannelProfile,
    Delivery,
    Missing,
    MissingCode,
    Planning,
    Recovery,
    RequestBudget,
    Scheduling,
    StatusSync,
    Timings,
    Workers,
    add_tasks,
    key_fingerprint,
    outside_pictures,
    public_posts,
    unposted_photo_ids,
)
from fluffy_tui.similarity import Similarity, UrgentWork, stacked_photos
from fluffy_tui.themes import Themes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from procrastinate import App

    from fluffy_tui.settings import Settings

log = logging.getLogger(__name__)

_TALKS_TO_OTHERS = ("adopt", "console")
"""The roles that may use libpq's variables for a server of the user's."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the screens, open and ready."""

    settings: Settings
    database: Database
    personas: Personas
    snippets: Snippets
    photos: Photos
    keywords: Keywords
    filters: SavedFilters
    similarity: Similarity
    urgent: UrgentWork
    """What indexing in this process gives way to."""
    scheduling: Scheduling
    planning: Planning
    profile: ChannelProfile
    themes: Themes
    workers: Workers
    delivery: Delivery
    recovery: Recovery
    status_sync: StatusSync
    buffer: BufferClient | None
    caption_model: CaptionModel | None
    """None until the address of one is set."""
    host: MediaHost | None
    server: EmbeddedServer | None
    """None if DATABASE_URL is set."""

    async def reach_server(self) -> None:
        """Restart the embedded server if it was lost; a server from DATABASE_URL is left alone."""
        if self.server is not None:
            await asyncio.to_thread(self.server.start)

    def events(self) -> AsyncGenerator[Event, None]:
        """Yield every change in the database, forever; close it, so that its connection is not left open."""
        database = self.database
        return events(database.url, self.reach_server, name=database.name, on_silent=database.cut)


@asynccontextmanager
async def open_services(
    settings: Settings,
    report: Callable[[str], None] = lambda step: None,
    *,
    timings: Timings | None = None,
    role: str = "app",
) -> AsyncIterator[Services]:
    """Open and migrate the database and build every service on it; close them at the end of the block.

    `report` is called with a short phrase as each step begins. `role` is what this process is called in the history
    of posts: `app`, `worker`, `console`, `mcp`, `adopt`.

    Raises:
        FluffyError: something cannot be opened; the message says what and why.
    """
    async with AsyncExitStack() as stack:
        if settings.database_url is None and role not in _TALKS_TO_OTHERS:
            _forget_other_servers()
        server, url, direct_url = await _open_server(settings, report, stack)
        report("updating the database")
        await asyncio.to_thread(_migrate, direct_url or url)
        report("opening the library")
        name = program_name(role)
        database = Database(url, direct_url=direct_url, name=name)
        stack.push_async_callback(database.close)
        timings = timings or Timings()
        budget = RequestBudget(database, key_fingerprint(settings.buffer_api_key))
        stack.push_async_callback(budget.written)
        buffer = None
        if settings.buffer_api_key:
            buffer = await stack.enter_async_context(
                BufferClient(
                    settings.buffer_url,
                    settings.buffer_api_key,
                    timeout=timings.request_timeout,
                    on_budget=budget.note,
                )
            )
        yield _build(settings, database, build_queue(database), budget, server, buffer, timings)


def _forget_other_servers() -> None:
    """Remove libpq's variables, such as PGSERVICE, which would be taken for options of our own server."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _migrate(url: str) -> None:
    try:
        migrate(url)
    except (psycopg.Error, DBAPIError) as error:
        log.exception("the database could not be updated")
        raise DatabaseUnavailable(
            f"The database could not be updated: {server_sentence(error)}",
            f"Nothing was changed. The details are in {log_place()}.",
        ) from None


async def _open_server(
    settings: Settings, report: Callable[[str], None], stack: AsyncExitStack
) -> tuple[EmbeddedServer | None, str, str | None]:
    """Return the embedded server if it is used, the database's address, and the one without a pooler if it has one."""
    if settings.database_url is None:
        report("starting the embedded database")
        server = EmbeddedServer(settings.paths.database, log=settings.paths.server_log)
        stack.callback(_release, server)
        return server, read_address(await asyncio.to_thread(server.start)), None
    report("connecting to the database")
    url = read_address(settings.database_url.reveal())
    if settings.database_direct_url is None:
        return None, url, None
    direct_url = read_direct_address(settings.database_direct_url.reveal())
    await asyncio.to_thread(check_direct_address, url, direct_url)
    return None, url, direct_url


def _release(server: EmbeddedServer) -> None:
    try:
        server.release()
    except FluffyError as error:
        log.warning("cannot release the embedded server: %s", error)


def _build(
    settings: Settings,
    database: Database,
    queue: App,
    budget: RequestBudget,
    server: EmbeddedServer | None,
    buffer: BufferClient | None,
    timings: Timings,
) -> Services:
    host, no_host = _open_host(settings)
    missing = _missing(buffer, no_host)
    machine = this_machine(settings.paths.machine_file)
    add_tasks(queue, machine.id)
    personas = Personas(database, buffer)
    workers = Workers(database, can_deliver=not missing)
    photos = Photos(
        database,
        unposted=unposted_photo_ids(),
        thumbnails=settings.paths.thumbnails,
        stacks=stacked_photos(),
        machine=machine,
        pick_from=settings.xmp_pick_rating,
        writes_sidecars=settings.write_sidecars,
    )
    keywords, planning = Keywords(database), Planning(database, missing)
    urgent = UrgentWork()
    return Services(
        settings=settings,
        database=database,
        personas=personas,
        snippets=Snippets(database),
        photos=photos,
        keywords=keywords,
        filters=SavedFilters(database),
        similarity=Similarity(
            database,
            posts=public_posts(),
            outside=outside_pictures(),
            has_service=settings.image_embed_url is not None,
        ),
        urgent=urgent,
        scheduling=Scheduling(
            database,
            queue,
            personas,
            photos,
            budget,
            workers,
            buffer,
            timings=timings,
            undo_seconds=settings.undo_seconds,
            again_after_months=settings.post_again_months,
            host=host,
            missing=missing,
        ),
        planning=planning,
        profile=ChannelProfile(database),
        themes=Themes(database, photos, keywords, planning),
        workers=workers,
        delivery=Delivery(
            database,
            queue,
            personas,
            photos,
            timings,
            buffer,
            host,
            budget,
            BufferComparison(database, personas, photos, host),
            urgent.begun,
        ),
        recovery=Recovery(database, queue, timings),
        status_sync=StatusSync(
            database,
            queue,
            buffer,
            budget,
            timings,
            now=buffer.time.now if buffer else lambda: datetime.now(UTC),
        ),
        buffer=buffer,
        caption_model=_caption_model(settings),
        host=host,
        server=server,
    )


def _caption_model(settings: Settings) -> CaptionModel | None:
    if settings.model_url is None:
        return None
    return CaptionModel(settings.model_url, settings.model_key, settings.model_name)


def _open_host(settings: Settings) -> tuple[MediaHost | None, Missing | None]:
    """Return the media host, or None and why; a wrong address must not prevent the app from opening."""
    try:
        host = open_media_host(settings)
    except MediaHostError as error:
        return None, Missing(MissingCode.MEDIA_HOST_INVALID, str(error))
    sentence = "No media host is set, from which Buffer fetches pictures: set FLUFFY_MEDIA_HOST."
    return host, None if host else Missing(MissingCode.MEDIA_HOST, sentence)


def _missing(buffer: BufferClient | None, no_host: Missing | None) -> tuple[Missing, ...]:
    no_key = Missing(MissingCode.BUFFER_KEY, "No Buffer key is set: set BUFFER_API_KEY.")
    return tuple(missing for missing in (None if buffer else no_key, no_host) if missing)
