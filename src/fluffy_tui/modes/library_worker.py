"""The part of the worker that looks at the library: a queue and a worker of its own, so that deliveries never wait."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from fluffy_tui.core.database import program_name
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.core.liveness import Pulse
from fluffy_tui.similarity import BuiltinModel, ImageEmbed, LibraryWork, add_tasks, work

if TYPE_CHECKING:
    import asyncio

    from fluffy_tui.bootstrap import Services


LIBRARY_HUNG_SECONDS = 3600.0
"""Longer than for deliveries: an image_embed service may take minutes for one photo."""


async def look_at_library(services: Services, stop: asyncio.Event) -> None:
    """Hash and embed photos until `stop` is set.

    Args:
        services: Open.
        stop: Set to leave; the pictures under work are finished.
    """
    settings, pace = services.settings, services.delivery.pace
    queue = build_queue(services.database.url, program_name("library"))
    add_tasks(queue)
    async with AsyncExitStack() as stack:
        service = None
        if settings.image_embed_url is not None:
            service = await stack.enter_async_context(ImageEmbed(settings.image_embed_url))
        library = LibraryWork(services.database, services.photos, BuiltinModel(), service)
        stack.callback(library.close)
        await work(
            queue,
            library,
            services.database,
            stop,
            before_start=services.reach_server,
            pulse=Pulse(LIBRARY_HUNG_SECONDS),
            update_heartbeat_interval=pace.heartbeat,
            stalled_worker_timeout=pace.stalled,
            shutdown_graceful_timeout=pace.grace,
        )
