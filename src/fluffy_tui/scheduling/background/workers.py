"""The worker that delivers posts (the app's own and `--worker` run exactly this), and which workers are alive."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from procrastinate import App, exceptions
from sqlalchemy import text

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.job_queue import HEARTBEAT_AGE, IS_CONNECTED, POLL_SECONDS, run_worker
from fluffy_tui.core.liveness import Liveness
from fluffy_tui.scheduling.delivery.delivery_jobs import QUEUE, machine_queue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.background.recovery import Recovery
    from fluffy_tui.scheduling.background.status_sync import StatusSync
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)

START_SECONDS = 20.0
"""How long a worker may take from start to first heartbeat before it counts as missing."""

# The second word of a connection's name, made by `core.database.program_name`, is its purpose: `worker` delivers posts,
# `library` indexes photos beside that, `indexer` does so in a process that cannot deliver, and `uploader` uploads
# pictures in such a process. A row without a name is assumed to deliver.
_LAST_HEARTBEAT = text(
    f"""
    SELECT min({HEARTBEAT_AGE})
    FROM procrastinate_workers w LEFT JOIN worker_names n ON n.worker_id = w.id
    WHERE coalesce(split_part(n.name, ' ', 2), '') <> ALL (:others)
        AND (CAST(:host AS text) IS NULL OR left(split_part(split_part(n.name, ' ', 3), ':', 1), 30) = left(:host, 30))
    """  # noqa: S608 - fragments of ours; a long name is cut
)
_ALL = text(
    f"""
    WITH loops AS (
        SELECT
            coalesce(split_part(n.name, ' ', 3), 'number ' || w.id) AS process,
            coalesce(split_part(n.name, ' ', 2) IN ('library', 'indexer'), false) AS indexes,
            coalesce(split_part(n.name, ' ', 2) = 'uploader', false) AS uploads,
            coalesce(split_part(n.name, ' ', 2) IN ('indexer', 'uploader'), false) AS cannot_deliver,
            {HEARTBEAT_AGE} AS age, {IS_CONNECTED} AS is_connected
        FROM procrastinate_workers w LEFT JOIN worker_names n ON n.worker_id = w.id
    )
    SELECT
        process, min(age) FILTER (WHERE NOT (indexes OR uploads)) AS delivers, min(age) FILTER (WHERE indexes),
        bool_and(cannot_deliver), bool_or(uploads), bool_or(is_connected)
    FROM loops GROUP BY process ORDER BY delivers NULLS LAST, process
    """  # noqa: S608 - fragments of ours
)


@dataclass(frozen=True, slots=True)
class KnownWorker:
    """One worker that is registered in this database."""

    process: str
    """Where it runs, such as `host:4711`."""
    heartbeat_age: float | None
    """Seconds since its delivery last reported; None if its process is there but does not deliver."""
    library_age: float | None
    """Seconds since its library indexing last reported; None if it does not index."""
    cannot_deliver: bool = False
    """Whether it has no Buffer key or no media host."""
    uploads: bool = False
    """Whether it makes and uploads pictures although it cannot deliver: it only lacks the Buffer key."""
    is_connected: bool = True
    """Whether its process has a connection; one that was killed has none."""

    def is_stuck(self, after: float) -> bool:
        """Return whether the process is alive, since it indexes the library, but does not deliver."""
        if self.cannot_deliver or not self.is_connected:
            return False
        if self.library_age is None or self.library_age > after:
            return False
        if self.heartbeat_age is None:
            return True
        return self.heartbeat_age > after and self.heartbeat_age - self.library_age > after / 2


class Workers:
    """The workers that are registered in this database.

    Args:
        can_deliver: whether this process has what delivery needs; if not, a worker that does not either is enough.
    """

    def __init__(self, database: Database, *, can_deliver: bool = True) -> None:
        self._database = database
        self._others = ["library", "indexer", "uploader"] if can_deliver else ["library"]
        self._expected_until = 0.0
        self.start_failure = ""
        """Why this process could not start a worker the last time it tried, as the end of a sentence."""

    def expect_one(self) -> None:
        """Note that this process is starting a worker, whose first heartbeat comes once it is ready."""
        self._expected_until = time.monotonic() + START_SECONDS

    @property
    def is_starting(self) -> bool:
        """Whether a worker that this process has started may not have sent a heartbeat yet."""
        return time.monotonic() < self._expected_until

    async def heartbeat_age(self, *, host: str | None = None) -> float | None:
        """Return seconds since the delivery of any worker, or of one on a host, last reported; None if there is none.

        A process that is alive but does not deliver does not count, unless this one could not deliver either. With a
        host, only workers on that computer count: no other can read its photos.
        """
        values = {"others": self._others, "host": host}
        async with self._database.transaction() as session:
            age = (await session.execute(_LAST_HEARTBEAT, values)).scalar_one()
        return None if age is None else max(0.0, float(age))

    async def list(self) -> list[KnownWorker]:
        """Return every worker that has registered and not left, the latest heartbeat first.

        A dead one stays among them, with a growing age, until the next worker starts.
        """
        async with self._database.transaction() as session:
            rows = (await session.execute(_ALL)).all()
        return [
            KnownWorker(process, _seconds(delivers), _seconds(indexes), *others)
            for process, delivers, indexes, *others in rows
        ]


def _seconds(age: float | None) -> float | None:
    return None if age is None else max(0.0, float(age))


async def work(
    delivery: Delivery,
    recovery: Recovery,
    status_sync: StatusSync,
    stop: asyncio.Event,
    *,
    before_start: Callable[[], Awaitable[None]],
    liveness: Liveness | None = None,
) -> None:
    """Deliver until `stop` is set; running jobs may finish.

    `before_start` is awaited before every start, for example to restart the embedded server. `liveness` tracks the
    progress of deliveries.
    """
    timings = delivery.timings
    recovery_needed = asyncio.Event()
    settings_are_new = delivery.buffer is not None

    async def start() -> None:
        nonlocal settings_are_new
        await before_start()
        delivery.comparison.forget()
        if settings_are_new:
            await delivery.retry_after_settings_change()
            settings_are_new = False
        recovery_needed.set()

    recoveries = asyncio.create_task(
        _recover_when_needed(recovery, recovery_needed, timings.dead_after), name="recoveries"
    )
    try:
        await run_worker(
            delivery.queue,
            stop,
            context={
                "delivery": delivery,
                "recovery": recovery,
                "status_sync": status_sync,
                "recovery_needed": recovery_needed,
            },
            before_start=start,
            liveness=liveness or Liveness(timings.stuck_after),
            # the library's jobs are slow and have their own worker
            queues=[QUEUE, "maintenance", machine_queue(delivery.photos.machine.id)],
            **_options(timings),
        )
    finally:
        recoveries.cancel()


async def upload(
    delivery: Delivery,
    queue: App,
    stop: asyncio.Event,
    *,
    before_start: Callable[[], Awaitable[None]],
    liveness: Liveness | None = None,
) -> None:
    """Make and upload pictures of this machine's photos until `stop` is set; others send the posts.

    The queue has the tasks of a machine alone, and its purpose `uploader` in its name. The delivery has no Buffer
    key.
    """
    await run_worker(
        queue,
        stop,
        context={"delivery": delivery},
        before_start=before_start,
        liveness=liveness or Liveness(delivery.timings.stuck_after),
        queues=[machine_queue(delivery.photos.machine.id)],
        **_options(delivery.timings),
    )


def _options(timings: Timings) -> dict[str, float]:
    return {
        "update_heartbeat_interval": timings.heartbeat,
        "stalled_worker_timeout": timings.dead_after + POLL_SECONDS,
        "shutdown_graceful_timeout": timings.shutdown_grace,
    }


async def _recover_when_needed(recovery: Recovery, needed: asyncio.Event, dead_after: float) -> None:
    """Run recovery soon after each start and after a delivery lost the database, not only once a minute.

    It waits until a worker that died just before certainly counts as dead.
    """
    while True:
        await needed.wait()
        needed.clear()
        await asyncio.sleep(dead_after + 1.0)
        try:
            await recovery.run()
        except (exceptions.ConnectorException, FluffyError, OSError):
            log.warning("recovery failed and will be retried")
            needed.set()
