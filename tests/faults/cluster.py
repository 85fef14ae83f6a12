"""A separate Postgres server that can be stopped, killed and disconnected without disturbing other tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from fluffy_tui.core.embedded import EmbeddedServer
from fluffy_tui.core.embedded.socket_folder import PidFile

if TYPE_CHECKING:
    from types import TracebackType


class Cluster:
    """A server, and an event that is set while it runs."""

    def __init__(self) -> None:
        # Not below pytest's own folder, which the account that runs root's server cannot enter.
        self._place = Path(tempfile.mkdtemp(prefix="fluffy-campaign-"))
        self._server = EmbeddedServer(self._place / "postgres", log=self._place / "postgres.log")
        self.up = asyncio.Event()
        self.disturbances = 0
        """How often it went down or dropped its connections."""
        self.url = ""

    async def __aenter__(self) -> Cluster:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._server.release)
        shutil.rmtree(self._place, ignore_errors=True)

    async def start(self) -> None:
        """Start the server, after a crash with recovery."""
        self.url = await asyncio.to_thread(self._server.start)
        self.up.set()

    async def stop(self) -> None:
        """Stop the server gracefully."""
        self._down()
        await asyncio.to_thread(self._server.release)

    def kill(self) -> None:
        """Kill the server's main process with SIGKILL; its children notice and exit."""
        state = PidFile.read(self._place / "postgres")
        assert state is not None
        self._down()
        os.kill(state.pid, signal.SIGKILL)
        while self._server.is_running:  # until the signal has arrived, a start would find a running server
            os.sched_yield()

    def cut(self) -> None:
        """Terminate all connections but this one."""
        self.disturbances += 1
        with suppress(psycopg.OperationalError), psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    def _down(self) -> None:
        self.up.clear()
        self.disturbances += 1
