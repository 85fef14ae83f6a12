"""The app: check the terminal, draw the first frame, then open everything behind the screens."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import termios
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from io import TextIOWrapper
from pkgutil import walk_packages
from typing import TYPE_CHECKING

from fluffy_tui import tui
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.log_file import log_place
from fluffy_tui.core.shutdown_deadline import hard_deadline
from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.photo.graphics_protocol import choose_renderer
from fluffy_tui.tui.platform.garbage_collection import collect_seldom
from fluffy_tui.tui.platform.terminal_check import check_terminal
from fluffy_tui.tui.session.exit_guard import AfterExit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.ports import OpenServices

    Report = Callable[[str], None]
    Prepare = Callable[[Services, Report], Awaitable[None]]

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_LEAVE = 10.0
"""After a signal; whatever still waits then is ended by force."""


async def run(
    settings: Settings,
    environment: Mapping[str, str],
    persona: str | None,
    *,
    open_demo: Callable[[Settings], Awaitable[int]],
) -> int:
    """Run the app until the user quits; if they asked for the demo, open it in the same terminal."""
    setup = SetupService(settings, environment)
    status, wish = await show(setup, persona=persona)
    return await open_demo(setup.settings) if wish is AfterExit.DEMO else status


async def _nothing(services: Services, report: Report) -> None:
    del services, report


async def show(
    setup: SetupService,
    *,
    persona: str | None,
    demo: bool = False,
    prepare: Prepare = _nothing,
    keep_open: Sequence[int] = (),
) -> tuple[int, AfterExit | None]:
    """Show the app until the user quits; return its exit status and what they want next.

    `prepare` is awaited once the services are open, before the first screen. The app's own worker holds the
    descriptors `keep_open` open while it runs.

    Raises:
        UsageError: this terminal cannot show the app.
        FluffyError: the app has crashed; the details are in the log.
    """
    check_terminal()
    if isinstance(sys.__stderr__, TextIOWrapper):  # Textual draws there; PYTHONIOENCODING is meant for pipes
        sys.__stderr__.reconfigure(encoding="utf-8")
    setup.pictures = choose_renderer(setup.settings.preview)
    app = FluffyApp(
        _opener(setup, prepare, keep_open),
        setup=setup,
        persona=persona,
        preview=setup.pictures.name,
        demo=demo,
    )
    try:
        with _leaving_on_signals(app):
            wish = await app.run_async()
    finally:
        gc.enable()
    if app.crash.error is not None:
        raise FluffyError(
            f"fluffy-tui has crashed ({type(app.crash.error).__name__}). Texts that you typed are kept as drafts.",
            f"The details are in {log_place()}.",
        )
    return app.return_code or 0, wish


@contextmanager
def _leaving_on_signals(app: FluffyApp) -> Iterator[None]:
    """Close the app when somebody ends its process, so that the terminal is left as it was.

    Without a terminal there is nothing to restore, and nowhere to draw: then the process ends as signals do, once
    what was typed is saved.
    """
    loop = asyncio.get_running_loop()
    with hard_deadline(SECONDS_TO_LEAVE) as start_countdown:

        def leave(number: signal.Signals) -> None:
            try:
                termios.tcgetattr(0)
            except termios.error:
                if app.live_updates is not None:  # nothing is typed before the services are open
                    app.context.drafts.save_now()
                loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(number)
            start_countdown()
            app.exit(return_code=128 + number)

        for number in SIGNALS:
            loop.add_signal_handler(number, leave, number)
        yield
    for number in SIGNALS:
        loop.remove_signal_handler(number)


def _opener(setup: SetupService, prepare: Prepare, keep_open: Sequence[int]) -> OpenServices:
    """Return what opens the services, then imports the other screens and turns the garbage collector on.

    Whatever is imported stays until the end. A collection that visits all of it blocks the keys for a tenth of a
    second or more, and so does each collection during the imports.
    """

    @asynccontextmanager
    async def opened(report: Report) -> AsyncIterator[Services]:
        report("loading")
        # SQLAlchemy, Procrastinate and httpx take most of a second to import; the first frame is already shown.
        bootstrap = await asyncio.to_thread(import_module, "fluffy_tui.bootstrap")
        supervisor = await asyncio.to_thread(import_module, "fluffy_tui.modes.worker_supervisor")
        settings = setup.settings
        async with bootstrap.open_services(settings, report) as services:
            await prepare(services, report)
            async with supervisor.supervised_worker(
                services.workers, setup.environment, settings.paths.log_file, keep_open=keep_open
            ):
                setup.services = services
                gc.freeze()
                collect_seldom()
                screens = asyncio.create_task(_import_screens(), name="import the screens")
                yield services
                await screens

    return opened


async def _import_screens() -> None:
    """Import all screens while the first one is shown, so that none is slow when its key is pressed."""
    for module in walk_packages(tui.__path__, f"{tui.__name__}."):
        await asyncio.to_thread(import_module, module.name)
    gc.freeze()
