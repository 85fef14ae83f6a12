"""Opens the services in the background and closes them however the app ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fluffy_tui.tui.ports import OpenServices, Services


log = logging.getLogger(__name__)


class ServiceLifetime:
    """Enters and leaves `open_services` in one task of its own.

    Textual cancels its workers while an app closes, and a cancelled task cannot close a database. A context
    manager must also be left by the task that entered it.
    """

    def __init__(self, open_services: OpenServices) -> None:
        self._open_services = open_services
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[Services] | None = None

    async def open(self, report: Callable[[str], None]) -> Services:
        """Open the services; may be called again after a failure.

        Raises:
            FluffyError: they cannot be opened.
        """
        await self.close()
        self._closing.clear()
        opened: asyncio.Future[Services] = asyncio.get_running_loop().create_future()
        self._opened = opened
        self._task = task = asyncio.create_task(self._serve(report, opened), name="services")
        waited: set[asyncio.Future[Any]] = {task, opened}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not opened.done():
            self._task = None
            await task  # raises what went wrong
        return await opened

    async def close(self) -> None:
        """Close the services, or stop opening them, and wait until that is done."""
        task, self._task = self._task, None
        if task is None:
            return
        self._closing.set()
        if self._opened is not None and not self._opened.done():
            task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("closing the services failed", exc_info=error)

    async def _serve(self, report: Callable[[str], None], opened: asyncio.Future[Services]) -> None:
        async with self._open_services(report) as services:
            opened.set_result(services)
            await self._closing.wait()
