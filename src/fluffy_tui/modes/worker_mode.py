"""`--worker`: deliver posts and index photos until stopped. The app starts its own worker with the same code.

A worker without a Buffer key or a media host takes no deliveries: it could only hold posts that another can send.
Without a key alone, it makes and uploads the pictures of photos that are on its machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from contextlib import AsyncExitStack, aclosing

from fluffy_tui import similarity
from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.core.app_events import Connected, Disconnected, PostChanged
from fluffy_tui.core.child_process import input_ended
from fluffy_tui.core.database import program_name
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.job_queue import POLL_SECONDS, build_queue
from fluffy_tui.core.liveness import Liveness, exit_when_hung
from fluffy_tui.core.shutdown_deadline import hard_deadline
from fluffy_tui.freed_memory import share_arena
from fluffy_tui.scheduling import Step, Timings, add_machine_tasks, upload, work
from fluffy_tui.settings import Settings

log = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

MOST_FAILED_CONNECTIONS = 10
"""After this many in a row, about a minute, a worker whose starter is gone gives up on the database."""

INDEXING_HUNG_SECONDS = 3600.0
"""Longer than for deliveries: an image_embed service may take minutes for one photo."""


async def run(settings: Settings, *, with_starter: bool, timings: Timings | None = None) -> int:
    """Deliver posts until a signal arrives; running jobs may finish, within a limit.

    A worker that is still waiting for something at `Timings.shutdown_limit` after the signal exits by force, and so
    does one whose deliveries are stuck. The next worker continues what it had begun, as after any other crash. With
    `with_starter` it also exits when the program that started it is gone and nothing is being sent.

    Raises:
        DatabaseTooNew: a newer program has migrated the database.
    """
    timings = timings or Timings()
    share_arena()
    stop = asyncio.Event()
    with hard_deadline(timings.shutdown_limit, until_exit=True) as start_countdown:

        def on_signal() -> None:
            start_countdown()
            stop.set()

        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, on_signal)
        await _work(settings, stop, timings, with_starter=with_starter)
    return 0


async def _work(settings: Settings, stop: asyncio.Event, timings: Timings, *, with_starter: bool) -> None:
    async with open_services(settings, timings=timings, role="worker") as services:
        log.info("the worker has started")
        orphaned = asyncio.create_task(_orphaned(services)) if with_starter else None
        if orphaned is not None:  # also when it fails: nobody else would ever stop this worker
            orphaned.add_done_callback(lambda _: stop.set())
        indexing = asyncio.create_task(index_photos(services, stop), name="index photos")
        indexing.add_done_callback(
            lambda _: stop.set()
        )  # it ends early if a newer program migrates the database
        try:
            await _deliver(services, stop, timings)
        finally:
            stop.set()
            await indexing
            if orphaned is not None:
                orphaned.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await orphaned
        log.info("the worker has stopped")


async def _deliver(services: Services, stop: asyncio.Event, timings: Timings) -> None:
    """Deliver until `stop` is set, or do what is possible if this installation cannot deliver."""
    if missing := services.scheduling.missing:
        log.info("the worker delivers nothing: %s", " ".join(map(str, missing)))
        if services.host is None:
            await stop.wait()
            return
    liveness = Liveness(timings.stuck_after)
    with exit_when_hung(liveness, timings.stuck_exit):
        if missing:
            queue = build_queue(services.database, program_name("uploader"))
            add_machine_tasks(queue, services.photos.machine.id)
            await upload(
                services.delivery, queue, stop, before_start=services.reach_server, liveness=liveness
            )
            return
        await work(
            services.delivery,
            services.recovery,
            services.status_sync,
            stop,
            before_start=services.reach_server,
            liveness=liveness,
        )


async def index_photos(services: Services, stop: asyncio.Event) -> None:
    """Index photos until `stop` is set and the current ones are done, on a queue of its own: deliveries never wait."""
    settings, timings = services.settings, services.delivery.timings
    purpose = "indexer" if services.scheduling.missing else "library"
    queue = build_queue(services.database, program_name(purpose))
    similarity.add_index_tasks(queue, services.photos.machine.id)
    async with AsyncExitStack() as stack:
        service = None
        if settings.image_embed_url is not None:
            service = await stack.enter_async_context(similarity.ImageEmbed(settings.image_embed_url))
        worker = similarity.IndexWorker(
            services.database,
            services.photos,
            similarity.BuiltinModel(),
            service,
            similarity.TextReader() if similarity.TextReader.is_installed() else None,
            similarity.FaceFinder() if similarity.FaceFinder.is_installed() else None,
            urgent=services.urgent,
        )
        stack.callback(worker.close)
        await similarity.run_index_worker(
            queue,
            worker,
            services.database,
            stop,
            before_start=services.reach_server,
            liveness=Liveness(INDEXING_HUNG_SECONDS),
            update_heartbeat_interval=timings.heartbeat,
            stalled_worker_timeout=timings.dead_after + POLL_SECONDS,
            shutdown_graceful_timeout=timings.shutdown_grace,
        )


async def _orphaned(services: Services) -> None:
    """Return once the starter is gone and no post is being sent; held posts can wait for the next start.

    Without a starter, a worker does not wait forever for a database that is gone: the posts are in it, and
    whoever opens it again starts another worker.
    """
    await input_ended()
    failures = 0
    async with aclosing(services.events()) as events:
        async for event in events:
            match event:
                case Disconnected():
                    failures += 1
                    if failures == MOST_FAILED_CONNECTIONS:
                        log.info("the starter and the database are gone")
                        return
                case Connected() | PostChanged():
                    failures = 0
                    if not await _sending(services):
                        return


async def _sending(services: Services) -> bool:
    try:
        posts = await services.scheduling.on_their_way()
    except DatabaseUnavailable:  # lost again meanwhile; the next connection checks again
        return True
    return any(post.step is not Step.HELD for post in posts)
