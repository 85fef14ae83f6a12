"""The jobs of the queue `library`: rounds of scanning and embedding, a few photos each, and the worker for them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from procrastinate import Blueprint, JobContext, exceptions
from sqlalchemy import text

from fluffy_tui.core.job_queue import run_worker
from fluffy_tui.similarity.model import ImageEmbedUnavailable

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from procrastinate import App

    from fluffy_tui.core.database import Database
    from fluffy_tui.similarity.index.index_worker import IndexWorker

log = logging.getLogger(__name__)

QUEUE = "library"
SCAN = "library:look"
EMBED = "library:ask"
"""The tasks' names are stored with jobs, and a trigger of the database defers the first one."""


def add_index_tasks(queue: App) -> None:
    """Register the tasks of this pack. They find the index worker in the worker's context.

    A job handles a few photos and defers the next job, so that a worker that stops loses seconds of work. There is
    one job of each kind at a time, and at most one waiting.
    """
    blueprint = Blueprint()

    @blueprint.periodic(cron="*/5 * * * *")
    @blueprint.task(name="look", queue=QUEUE, lock=SCAN, queueing_lock=SCAN, pass_context=True)
    async def scan(context: JobContext, after: int = 0, timestamp: int = 0) -> None:
        """Scan photos; a round that found some is followed by another one, until one finds none."""
        del timestamp
        worker: IndexWorker = context.additional_context["library"]
        last = await worker.scan(after)
        if last is not None or after > 0:
            await _defer(queue, SCAN, last or 0)
        elif worker.has_service:
            await _defer(queue, EMBED, 0)

    @blueprint.periodic(cron="* * * * *")
    @blueprint.task(name="ask", queue=QUEUE, lock=EMBED, queueing_lock=EMBED, pass_context=True)
    async def embed(context: JobContext, after: int = 0, timestamp: int = 0) -> None:
        """Have the service embed photos; while it is unavailable, one attempt a minute is enough."""
        del timestamp
        worker: IndexWorker = context.additional_context["library"]
        try:
            last = await worker.embed(after)
        except ImageEmbedUnavailable as error:
            log.warning("%s", error)
            return
        if last is not None or after > 0:
            await _defer(queue, EMBED, last or 0)

    queue.add_tasks_from(blueprint, namespace="library")


async def run_index_worker(
    queue: App,
    worker: IndexWorker,
    database: Database,
    stop: asyncio.Event,
    *,
    before_start: Callable[[], Awaitable[None]],
    **options: Any,
) -> None:
    """Index libraries until `stop` is set; current jobs are finished.

    Args:
        queue: With the tasks of this pack alone, so that nothing here can delay a delivery.
        worker: Does the work.
        database: Open.
        stop: Set to stop.
        before_start: Awaited before every start, for example to restart the embedded server.
        options: Further options of Procrastinate's worker.
    """

    async def start() -> None:
        await before_start()
        async with database.transaction() as session:
            await session.execute(text("SELECT fluffy_defer_look()"))  # for what the last worker left

    await run_worker(
        queue,
        stop,
        context={"library": worker},
        before_start=start,
        queues=[QUEUE],
        concurrency=2,
        delete_jobs="successful",  # a library of a million photos would leave sixty thousand of them
        **options,
    )


async def _defer(queue: App, task: str, after: int) -> None:
    try:
        await queue.configure_task(task).defer_async(after=after)
    except exceptions.AlreadyEnqueued:
        log.debug("%s is waiting already", task)
