"""The jobs that index photos: rounds of scanning, embedding and reading, a few photos each, and the worker for them.

Each machine has a queue of its own, since only its workers can read its files.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from procrastinate import Blueprint, JobContext, exceptions
from sqlalchemy import literal, text

from fluffy_tui.core.job_queue import add_condition, run_worker
from fluffy_tui.similarity.model import ImageEmbedUnavailable, ModelUnavailable

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
READ = "library:read"
"""The tasks' names are stored with jobs, and a trigger of the database defers the first one."""


def add_index_tasks(queue: App, machine_id: str = "") -> None:
    """Register the tasks of this pack for the photos of one machine. They find the index worker in the context.

    A job handles a few photos and defers the next job, so that a worker that stops loses seconds of work. At most one
    job of each kind is waiting for a machine. Several scan at a time, one of each worker's two or one of each of
    several workers, and each photo is claimed by one of them; the service is asked by one. Text is read by one, when
    there is nothing to scan.
    """
    blueprint = Blueprint()

    def task(name: str, kind: str, *, alone: bool) -> Callable[[Callable[..., Awaitable[None]]], Any]:
        lock = of_machine(kind, machine_id)
        return blueprint.task(
            name=name,
            queue=of_machine(QUEUE, machine_id),
            lock=lock if alone else None,
            queueing_lock=lock,
            pass_context=True,
        )

    @blueprint.periodic(cron="*/5 * * * *", periodic_id=machine_id)
    @task("look", SCAN, alone=False)
    async def scan(context: JobContext, timestamp: int = 0) -> None:
        """Scan photos; the next job is deferred as soon as this one knows that there are some."""
        worker: IndexWorker = context.additional_context["library"]
        found = await worker.scan(partial(_defer, queue, SCAN))
        if not found and worker.has_service:
            await _defer(queue, EMBED)
        if not found and worker.has_reader:
            await _defer(queue, READ)

    @blueprint.periodic(cron="* * * * *", periodic_id=machine_id)
    @task("ask", EMBED, alone=True)
    async def embed(context: JobContext, timestamp: int = 0) -> None:
        """Have the service embed photos; while it is unavailable, one attempt a minute is enough."""
        worker: IndexWorker = context.additional_context["library"]
        try:
            found = await worker.embed()
        except ImageEmbedUnavailable as error:
            log.warning("%s", error)
            return
        if found:
            await _defer(queue, EMBED)

    @task("read", READ, alone=True)
    async def read(context: JobContext) -> None:
        """Read the text in photos; photos that are to be scanned come first, and the last of them defers this."""
        worker: IndexWorker = context.additional_context["library"]
        try:
            found = await worker.read(context.additional_context["stop"])
        except ModelUnavailable as error:
            log.warning("%s", error)
            return
        if found:
            await _defer(queue, READ)

    queue.add_tasks_from(blueprint, namespace="library")
    add_condition(queue, SCAN, lambda context: context["library"].has_due_photos())
    add_condition(queue, EMBED, lambda context: literal(context["library"].has_service))


def of_machine(name: str, machine_id: str) -> str:
    """Return the name of one machine's queue or lock; the database's triggers name them alike."""
    return f"{name} {machine_id}".rstrip()


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

    The queue has the tasks of this pack alone, so that nothing here can delay a delivery. `before_start` is awaited
    before every start, for example to restart the embedded server. Options are those of Procrastinate's worker.
    """
    defer_scan = text("SELECT fluffy_defer_look(:machine)")

    async def start() -> None:
        await before_start()
        async with database.transaction() as session:
            await session.execute(defer_scan, {"machine": worker.machine_id})  # for what the last worker left

    await run_worker(
        queue,
        stop,
        context={"library": worker, "stop": stop},
        before_start=start,
        queues=[QUEUE, of_machine(QUEUE, worker.machine_id)],
        concurrency=2,
        delete_jobs="successful",  # a library of a million photos would leave sixty thousand of them
        **options,
    )


async def _defer(queue: App, task: str) -> None:
    try:
        await queue.configure_task(task).defer_async()
    except exceptions.AlreadyEnqueued:
        log.debug("%s is waiting already", task)
