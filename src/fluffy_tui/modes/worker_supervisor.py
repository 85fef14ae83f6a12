"""Keeps a worker running while the app is open: if no other is alive on this machine, the app starts its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fluffy_tui.core.child_process import ChildProcess
from fluffy_tui.core.job_queue import STALLED_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from fluffy_tui.scheduling import Workers

log = logging.getLogger(__name__)

CHECK_SECONDS = 10.0
"""How often to check the heartbeats of other workers; no event reports a heartbeat that stops."""

STARTED_AFTER = 60.0
"""Seconds after which a worker has certainly started; one that ends sooner is started again with growing pauses."""


@asynccontextmanager
async def supervised_worker(
    workers: Workers, environment: Mapping[str, str], log_file: Path, *, keep_open: Sequence[int] = ()
) -> AsyncIterator[None]:
    """Keep a worker running for as long as the block lasts; afterwards ours finishes its work and exits.

    It reads the same settings from its environment as this program, prints to the log file, and holds the descriptors
    `keep_open` open while it runs.
    """
    workers.expect_one()
    supervisor = _Supervisor(workers, environment, log_file, keep_open)
    running = asyncio.create_task(supervisor.run(), name="worker supervisor")
    try:
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        supervisor.release()


class _Supervisor:
    def __init__(
        self, workers: Workers, environment: Mapping[str, str], log_file: Path, keep_open: Sequence[int]
    ) -> None:
        self._workers = workers
        self._environment = environment
        self._log_file = log_file
        self._keep_open = keep_open
        self._child: ChildProcess | None = None

    async def run(self) -> None:
        """Start a worker when there is none here, and again whenever ours ends, with growing pauses."""
        loop = asyncio.get_running_loop()
        pause = 0.5
        while True:
            while self._child is None and await self._others_alive():
                await asyncio.sleep(CHECK_SECONDS)
            started = loop.time()
            self._workers.expect_one()
            try:
                failure = await self._run_child()
            except OSError as error:  # the interpreter was removed, or there are too many processes
                self._child = None
                failure = f"{error.strerror or error}"
            lasted = loop.time() - started
            log.warning("the app's worker: %s", failure)
            self._workers.start_failure = failure if lasted < STARTED_AFTER else ""
            pause = 0.5 if lasted > STARTED_AFTER else min(pause * 2, 30.0)
            await asyncio.sleep(pause)

    async def _run_child(self) -> str:
        """Run a worker until it ends; return how it ended.

        Raises:
            OSError: it cannot be started.
        """
        self._child = ChildProcess(
            [sys.executable, "-P", "-m", "fluffy_tui", "--worker", "--with-starter"],
            self._environment,
            self._log_file,
            keep_open=self._keep_open,
        )
        status = await self._child.ended()
        if status == -signal.SIGKILL:
            return "it was killed (SIGKILL), perhaps because memory ran out"
        return f"it ended with status {status}; see the log file"

    async def _others_alive(self) -> bool:
        try:
            age = await self._workers.heartbeat_age(host=socket.gethostname())
        except Exception as error:  # noqa: BLE001 - the database may be away, which the app reports elsewhere
            log.info("cannot read heartbeats now: %s", type(error).__name__)
            return True
        return age is not None and age < STALLED_SECONDS

    def release(self) -> None:
        if self._child is not None:
            self._child.release()
