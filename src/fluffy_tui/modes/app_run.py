"""Showing the app on whatever is behind it: the real thing, or the demo."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING

from fluffy_tui import tui
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.photo.graphics_protocol import choose_renderer
from fluffy_tui.tui.platform.terminal_check import check_terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fluffy_tui.modes.settings_change import Setup
    from fluffy_tui.tui.ports import OpenServices, Services
    from fluffy_tui.tui.session.exit_guard import AfterExit


async def show(
    setup: Setup, open_services: OpenServices, *, persona: str | None, demo: bool = False
) -> tuple[int, AfterExit | None]:
    """Show the app until its person leaves; return its exit status and what they want next.

    Raises:
        UsageError: this is no terminal that an app can be shown on.
    """
    check_terminal()
    setup.pictures = choose_renderer(setup.settings.preview)
    app = FluffyApp(
        _then_settled(open_services), setup=setup, persona=persona, preview=setup.pictures.name, demo=demo
    )
    try:
        wish = await app.run_async()
    finally:
        gc.enable()
    return app.return_code or 0, wish


def _then_settled(open_services: OpenServices) -> OpenServices:
    """Return what opens the services, and then imports the other screens and lets the garbage collector begin.

    What is imported stays for good. A collection that looks at all of it takes a tenth of a second and more, in
    which no key is answered, and so does each one while it is imported.
    """

    @asynccontextmanager
    async def opened(report: Callable[[str], None]) -> AsyncIterator[Services]:
        try:
            async with open_services(report) as services:
                gc.freeze()
                gc.enable()
                settling = asyncio.create_task(_import_screens(), name="importing the screens")
                yield services
                await settling
        finally:
            gc.enable()

    return opened


async def _import_screens() -> None:
    """Import all screens while the first one is looked at, so that none waits for it when its key is pressed."""
    for module in walk_packages(tui.__path__, f"{tui.__name__}."):
        await asyncio.to_thread(import_module, module.name)
    gc.freeze()
