"""The worker that the app starts for itself when no other one is alive."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fluffy_tui.core.child_process import Child
from fluffy_tui.core.job_queue import STALLED_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from fluffy_tui.scheduling import Workers

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""How often the heartbeats of other workers are looked at; silence sends no event."""


@asynccontextmanager
async def own_worker(
    workers: Workers, environment: Mapping[str, str], log_file: Path, *, keep_open: Sequence[int] = ()
) -> AsyncIterator[None]:
    """See to it that a worker is alive for as long as the block lasts; afterwards ours finishes and leaves.

    Args:
        workers: knows the heartbeats.
        environment: of the worker, from which it reads the same settings as this program.
        log_file: takes what the worker prints, should it print.
        keep_open: descriptors that the worker holds open for as long as it lives.
    """
    workers.expect_one()
    keeper = _Keeper(workers, environment, log_file, keep_open)
    keeping = asyncio.create_task(keeper.keep(), name="own-worker")
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
        keeper.let_go()


class _Keeper:
    def __init__(
        self, workers: Workers, environment: Mapping[str, str], log_file: Path, keep_open: Sequence[int]
    ) -> None:
        self._workers = workers
        self._environment = environment
        self._log_file = log_file
        self._keep_open = keep_open
        self._child: Child | None = None

    async def keep(self) -> None:
        """Start a worker when none is heard of, and a new one when ours ends, with growing pauses."""
        loop = asyncio.get_running_loop()
        pause = 0.5
        while True:
            await self._until_wanted()
            started = loop.time()
            self._workers.expect_one()
            self._child = Child(
                [sys.executable, "-m", "fluffy_tui", "--worker", "--with-starter"],
                self._environment,
                self._log_file,
                keep_open=self._keep_open,
            )
            status = await self._child.ended()
            log.warning("our worker (process %s) ended with status %s", self._child.pid, status)
            pause = 0.5 if loop.time() - started > 60 else min(pause * 2, 30.0)
            await asyncio.sleep(pause)

    async def _until_wanted(self) -> None:
        """Return at once when ours just ended; else wait until no other worker is heard of."""
        while self._child is None and await self._others_alive():
            await asyncio.sleep(LOOK_SECONDS)

    async def _others_alive(self) -> bool:
        try:
            age = await self._workers.heartbeat_age()
        except Exception as error:  # noqa: BLE001 - the database may be away; that is told elsewhere
            log.info("heartbeats cannot be read now: %s", type(error).__name__)
            return True
        return age is not None and age < STALLED_SECONDS

    def let_go(self) -> None:
        if self._child is not None:
            self._child.let_go()
