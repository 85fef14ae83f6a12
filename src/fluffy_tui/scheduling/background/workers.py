"""The worker: what delivers. The app's own child and `--worker` run exactly this."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from procrastinate import exceptions
from sqlalchemy import text

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.job_queue import run_worker
from fluffy_tui.core.liveness import Liveness
from fluffy_tui.scheduling.delivery.deferral import QUEUE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.background.recovery import Sweeper
    from fluffy_tui.scheduling.background.status_sync import Follower
    from fluffy_tui.scheduling.delivery.delivery_steps import Delivery

log = logging.getLogger(__name__)

START_SECONDS = 20.0
"""How long a worker may take from its start to its first heartbeat before it counts as missing."""

# What a connection is for is the second word of its name, as `core.database.program_name` makes it: `worker` delivers,
# `library` looks at photos. Of a row without a name nothing better is known than that it delivers.
_DELIVERS = text(
    """
    SELECT extract(epoch FROM now() - max(w.last_heartbeat))
    FROM procrastinate_workers w LEFT JOIN worker_names n ON n.worker_id = w.id
    WHERE split_part(n.name, ' ', 2) IS DISTINCT FROM 'library'
    """
)
_ALL = text(
    """
    WITH loops AS (
        SELECT
            coalesce(split_part(n.name, ' ', 3), 'number ' || w.id) AS process,
            split_part(n.name, ' ', 2) IS NOT DISTINCT FROM 'library' AS looks,
            extract(epoch FROM now() - w.last_heartbeat) AS age,
            n.started_at
        FROM procrastinate_workers w LEFT JOIN worker_names n ON n.worker_id = w.id
    )
    SELECT process, min(age) FILTER (WHERE NOT looks) AS delivers, min(age) FILTER (WHERE looks), min(started_at)
    FROM loops GROUP BY process ORDER BY delivers NULLS LAST, process
    """
)


@dataclass(frozen=True, slots=True)
class WorkerHeard:
    """One worker that is known on this database."""

    process: str
    """Where it runs, such as `host:4711`."""
    heartbeat_age: float | None
    """Seconds since it last proved that it delivers; None when its process is there but its deliveries are not."""
    library_age: float | None
    """Seconds since it last proved that it looks at the library; None when it does not."""
    started_at: datetime | None

    def stands_still(self, after: float) -> bool:
        """Tell whether the process lives, as its look at the library proves, but does not deliver.

        Of a process that was killed both fall silent, within one heartbeat of each other.
        """
        if self.library_age is None or self.library_age > after:
            return False
        if self.heartbeat_age is None:
            return True
        return self.heartbeat_age > after and self.heartbeat_age - self.library_age > after / 2


class Workers:
    """What is known of the workers on this database.

    Args:
        database: where they register.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._expected_until = 0.0

    def expect_one(self) -> None:
        """Note that this program is just starting a worker, which is heard of once it has opened everything."""
        self._expected_until = time.monotonic() + START_SECONDS

    @property
    def is_starting(self) -> bool:
        """Whether a worker that this program has started may not be heard of yet."""
        return time.monotonic() < self._expected_until

    async def heartbeat_age(self) -> float | None:
        """Return seconds since any worker last proved that it delivers, or None when there is none.

        That a process lives does not count, and neither does what it does besides.
        """
        async with self._database.transaction() as session:
            age = (await session.execute(_DELIVERS)).scalar_one()
        return None if age is None else max(0.0, float(age))

    async def list(self) -> list[WorkerHeard]:
        """Return every worker that has registered and not left, the liveliest first.

        One that died stays among them, with a growing age, until the next worker starts.
        """
        async with self._database.transaction() as session:
            rows = (await session.execute(_ALL)).all()
        return [
            WorkerHeard(process, _seconds(delivers), _seconds(looks), started)
            for process, delivers, looks, started in rows
        ]


def _seconds(age: float | None) -> float | None:
    return None if age is None else max(0.0, float(age))


async def work(
    delivery: Delivery,
    sweeper: Sweeper,
    follower: Follower,
    stop: asyncio.Event,
    *,
    before_start: Callable[[], Awaitable[None]],
    liveness: Liveness | None = None,
) -> None:
    """Deliver until `stop` is set; jobs under way may finish.

    Args:
        delivery: brings one post into Buffer.
        sweeper: finds what dead workers left behind.
        follower: asks what became of the posts that Buffer has.
        stop: set to leave.
        before_start: awaited before every start, for example to bring the embedded server back.
        liveness: tracks the progress of deliveries.
    """
    pace = delivery.pace
    sweep_needed = asyncio.Event()
    settings_are_new = delivery.buffer is not None

    async def start() -> None:
        nonlocal settings_are_new
        await before_start()
        if settings_are_new:
            await delivery.retry_after_settings_change()
            settings_are_new = False
        sweep_needed.set()

    sweeps = asyncio.create_task(_sweep_when_needed(sweeper, sweep_needed, pace.stalled), name="sweeps")
    try:
        await run_worker(
            delivery.queue,
            stop,
            context={
                "delivery": delivery,
                "sweeper": sweeper,
                "follower": follower,
                "sweep_needed": sweep_needed,
            },
            before_start=start,
            liveness=liveness or Liveness(pace.hung),
            queues=[QUEUE, "maintenance"],  # the library's jobs take long, and have a worker of their own
            update_heartbeat_interval=pace.heartbeat,
            stalled_worker_timeout=pace.stalled,
            shutdown_graceful_timeout=pace.grace,
        )
    finally:
        sweeps.cancel()


async def _sweep_when_needed(sweeper: Sweeper, needed: asyncio.Event, stalled: float) -> None:
    """Sweep soon after each start and after a delivery lost the database, not only once a minute.

    It waits until a worker that died just before is sure to count as dead, and whatever was cut is settled.
    """
    while True:
        await needed.wait()
        needed.clear()
        await asyncio.sleep(stalled + 1.0)
        try:
            await sweeper.sweep()
        except (exceptions.ConnectorException, FluffyError, OSError):
            log.warning("a sweep failed; it is tried again")
            needed.set()
