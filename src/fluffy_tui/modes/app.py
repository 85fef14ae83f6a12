"""The app itself: look at the terminal, paint, then open everything behind the screens."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.terminal import check_terminal
from fluffy_tui.tui.widgets.photo_preview import choose_renderer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.ports import OpenServices


async def run(settings: Settings, persona: str | None) -> int:
    """Run the app until its person leaves."""
    return await show(settings, _opener(settings), persona=persona)


async def show(
    settings: Settings, open_services: OpenServices, *, persona: str | None, demo: bool = False
) -> int:
    """Show the app on whatever `open_services` opens.

    Raises:
        UsageError: this is no terminal that an app can be shown on.
    """
    check_terminal()
    app = FluffyApp(
        open_services,
        paths=settings.paths,
        persona=persona,
        preview=choose_renderer(settings.preview).name,
        demo=demo,
        keymap=settings.keys,
    )
    await app.run_async()
    return app.return_code or 0


def _opener(settings: Settings) -> OpenServices:
    @asynccontextmanager
    async def opened(report: Callable[[str], None]) -> AsyncIterator[Services]:
        report("loading")
        # SQLAlchemy, Procrastinate and httpx take most of a second to import; the first frame is there already.
        bootstrap = await asyncio.to_thread(import_module, "fluffy_tui.bootstrap")
        own_worker = await asyncio.to_thread(import_module, "fluffy_tui.modes.own_worker")
        async with (
            bootstrap.open_services(settings, report) as services,
            own_worker.own_worker(services.workers, os.environ, settings.paths.log_file),
        ):
            yield services

    return opened
