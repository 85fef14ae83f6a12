"""The jobs of the queue `library`: rounds of looking and asking, a handful of photos each, and who works on them."""

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
    from fluffy_tui.similarity.index.index_worker import LibraryWork

log = logging.getLogger(__name__)

QUEUE = "library"
LOOK = "library:look"
ASK = "library:ask"


def add_tasks(queue: App) -> None:
    """Register the tasks of this pack. They find what they work with in the worker's context.

    A job does a handful of photos and defers the next, so that a worker that ends loses seconds of work. There is
    one job of each kind at a time, and at most one that waits.
    """
    blueprint = Blueprint()

    @blueprint.periodic(cron="*/5 * * * *")
    @blueprint.task(name="look", queue=QUEUE, lock=LOOK, queueing_lock=LOOK, pass_context=True)
    async def look(context: JobContext, after: int = 0, timestamp: int = 0) -> None:
        """Look at photos; a round that found some is followed by another one, until one finds none."""
        del timestamp
        work: LibraryWork = context.additional_context["library"]
        last = await work.look(after)
        if last is not None or after > 0:
            await _defer(queue, LOOK, last or 0)
        elif work.asks:
            await _defer(queue, ASK, 0)

    @blueprint.periodic(cron="* * * * *")
    @blueprint.task(name="ask", queue=QUEUE, lock=ASK, queueing_lock=ASK, pass_context=True)
    async def ask(context: JobContext, after: int = 0, timestamp: int = 0) -> None:
        """Ask the service about photos; while it is away, one try a minute is enough."""
        del timestamp
        work: LibraryWork = context.additional_context["library"]
        try:
            last = await work.ask(after)
        except ImageEmbedUnavailable as error:
            log.warning("%s", error)
            return
        if last is not None or after > 0:
            await _defer(queue, ASK, last or 0)

    queue.add_tasks_from(blueprint, namespace="library")


async def work(
    queue: App,
    library: LibraryWork,
    database: Database,
    stop: asyncio.Event,
    *,
    before_start: Callable[[], Awaitable[None]],
    **options: Any,
) -> None:
    """Work on the library until `stop` is set; jobs under way may finish.

    Args:
        queue: With the tasks of this pack alone, so that nothing here can keep a delivery waiting.
        library: Does the work.
        database: Open.
        stop: Set to leave.
        before_start: Awaited before every start, for example to bring the embedded server back.
        options: Further options of Procrastinate's worker.
    """

    async def start() -> None:
        await before_start()
        async with database.transaction() as session:
            await session.execute(
                text("SELECT fluffy_defer_look()")
            )  # what was left when the last worker ended

    await run_worker(
        queue,
        stop,
        context={"library": library},
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
