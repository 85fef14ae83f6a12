"""The real app on real services, driven by Pilot's keys."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.scheduling import work
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from settling import ENDLESS, settle
from textual_internals import screen_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from fluffy_tui.scheduling import Timings
    from fluffy_tui.settings import Settings

POLL_SECONDS = 0.05
"""How often to look at what is waited for: making the text of the screen takes milliseconds."""
TIMEOUT_SECONDS = 90.0
"""How long the app may take on a busy machine; a test waits for its screen, not for this time."""


class RealApp:
    """The running app, its keyboard, and the services behind it."""

    services: Services
    """Set once the app has opened them."""

    def __init__(self, app: FluffyApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the app process its messages until `holds` is true."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while not holds():
                    await self.pilot.pause(POLL_SECONDS)
        except TimeoutError:
            raise AssertionError(f"it never appeared; the screen shows:\n{self.text}") from None

    async def on(self, screen: type[Any]) -> None:
        """Wait for a screen that has loaded and accepts keys."""
        await self.until(lambda: isinstance(self.app.screen, screen))
        await self._settle(ENDLESS)

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(screen_lines(self.app.screen))

    def shows(self, text: str) -> bool:
        """Whether this text is on the screen."""
        return text in self.text

    async def to_library(self, unscheduled: int) -> None:
        """From the persona picker: open the persona once its photos are counted, and wait until they are listed."""
        await self.on(PersonasScreen)
        await self.until(lambda: self.shows(f"{unscheduled} unscheduled"))
        await self.pilot.press("enter")
        await self.on(LibraryScreen)
        await self.until(lambda: self.shows(f"of {unscheduled}"))

    async def pictured(self) -> None:
        """Wait until the library shows the picture of the selected photo."""
        await self.on(LibraryScreen)
        await self.until(
            lambda: any(preview.shown is not None for preview in self.app.screen.query(PhotoPreview))
        )
        await self._settle(ENDLESS - {"preview"})

    async def _settle(self, endless: frozenset[str]) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await settle(self.app, endless=endless)
        except TimeoutError:
            busy = [worker for worker in self.app.workers if worker.is_running]
            raise AssertionError(f"it never settled: {busy}; the screen shows:\n{self.text}") from None

    async def schedule(self, caption: str) -> None:
        """From the library: write a caption for the selected photo and submit it."""
        await self.pictured()
        await self.pilot.press("enter")
        await self.on(ComposeScreen)
        await self.type(caption)
        await self.pilot.press("ctrl+s")
        await self.on(LibraryScreen)

    async def type(self, text: str) -> None:
        """Type into the focused field."""
        for char in text:
            await self.pilot.press({" ": "space"}.get(char, char))


@asynccontextmanager
async def running(
    settings: Settings,
    photos: Path,
    *,
    size: tuple[int, int] = (120, 40),
    timings: Timings,
    **options: Any,
) -> AsyncIterator[RealApp]:
    """Run app and worker with a persona that has the photos of a folder; `options` are passed to the app."""
    holder: list[Services] = []

    @asynccontextmanager
    async def opened(report: Callable[[str], None]) -> AsyncIterator[Services]:
        async with open_services(settings, report, timings=timings) as services:
            if not await services.personas.list():
                channels = {channel.name: channel for channel in await services.personas.available_channels()}
                sarah = await services.personas.create("sarah")
                sarah = await services.personas.set_channel(sarah, channels["sarah.frames"].id)
                await services.photos.import_folders([photos], sarah, on_progress=lambda _: None)
            holder.append(services)
            stop = asyncio.Event()
            worker = asyncio.create_task(
                work(
                    services.delivery,
                    services.recovery,
                    services.status_sync,
                    stop,
                    before_start=services.reach_server,
                )
            )
            try:
                yield services
            finally:
                stop.set()
                await worker

    app = FluffyApp(opened, setup=SetupService(settings, {}), preview="half-cell", **options)
    async with app.run_test(size=size) as pilot:
        real = RealApp(app, pilot)
        await real.until(lambda: bool(holder))
        real.services = holder[0]
        yield real
