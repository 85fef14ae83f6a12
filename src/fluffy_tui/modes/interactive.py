"""The app itself: look at the terminal, paint, then open everything behind the screens."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from fluffy_tui.modes.app_run import show
from fluffy_tui.modes.settings_change import Setup
from fluffy_tui.tui.session.exit_guard import AfterExit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.ports import OpenServices


async def run(settings: Settings, persona: str | None) -> int:
    """Run the app until its person leaves; who wants to look around first gets the demo in the same terminal."""
    setup = Setup(settings)
    status, wish = await show(setup, _opener(setup), persona=persona)
    if wish is not AfterExit.DEMO:
        return status
    from fluffy_tui.modes import demo_session

    return await demo_session.run(setup.settings, None, None)


def _opener(setup: Setup) -> OpenServices:
    @asynccontextmanager
    async def opened(report: Callable[[str], None]) -> AsyncIterator[Services]:
        report("loading")
        # SQLAlchemy, Procrastinate and httpx take most of a second to import; the first frame is there already.
        bootstrap = await asyncio.to_thread(import_module, "fluffy_tui.bootstrap")
        own_worker = await asyncio.to_thread(import_module, "fluffy_tui.modes.app_worker")
        settings = setup.settings
        async with (
            bootstrap.open_services(settings, report) as services,
            own_worker.own_worker(services.workers, os.environ, settings.paths.log_file),
        ):
            setup.services = services
            yield services

    return opened
