"""The app on real services, driven by Pilot's keys: the whole job, its refusals, and a database that dies."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from textual.widgets import TextArea

from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.demo import StandIn
from fluffy_tui.paths import Paths
from fluffy_tui.scheduling import Step, work
from fluffy_tui.settings import MediaHostKind, Secret, Settings
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.screens.compose import ComposeScreen
from fluffy_tui.tui.screens.library import LibraryScreen
from fluffy_tui.tui.screens.personas import PersonasScreen
from scheduling.workplace import QUICK, write_photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot


PATIENCE_SECONDS = 30.0
"""How long something may take to show on a busy machine; a test waits for it, never for this time."""


class Real:
    """The running app, its keyboard, and the services behind it."""

    def __init__(self, app: FluffyApp, pilot: Pilot[None], services: Services, stand_in: StandIn) -> None:
        self.app = app
        self.pilot = pilot
        self.services = services
        self.stand_in = stand_in

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the app handle its messages until `holds`."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not holds():
                    await self.pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"it never came; the screen shows:\n{self.text}") from None

    async def on(self, screen: type[Any]) -> None:
        """Wait for a screen."""
        await self.until(lambda: isinstance(self.app.screen, screen))

    @property
    def text(self) -> str:
        """What is on the screen, without styles."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def shows(self, words: str) -> bool:
        """Tell whether these words are anywhere on the screen."""
        return words in self.text

    async def type(self, text: str) -> None:
        """Type into whatever has the focus, as a paste does."""
        for char in text:
            await self.pilot.press({" ": "space"}.get(char, char))


@pytest.fixture
async def stand_in(tmp_path: Path) -> AsyncIterator[StandIn]:
    async with StandIn(media=tmp_path / "media") as running:
        yield running


@asynccontextmanager
async def running(settings: Settings, stand_in: StandIn, photos: Path) -> AsyncIterator[Real]:
    """Run app and worker on a persona with five photos."""
    for number in range(5):
        write_photo(photos / f"IMG_{number:04}.jpg", number)
    holder: list[Services] = []

    @asynccontextmanager
    async def opened(report: Callable[[str], None]) -> AsyncIterator[Services]:
        async with open_services(settings, report, pace=QUICK) as services:
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
                    services.sweeper,
                    services.follower,
                    stop,
                    before_start=services.reach_server,
                )
            )
            try:
                yield services
            finally:
                stop.set()
                await worker

    app = FluffyApp(opened, paths=settings.paths, preview="half-cell")
    async with app.run_test(size=(120, 40)) as pilot:
        real = Real(app, pilot, None, stand_in)  # type: ignore[arg-type]
        await real.until(lambda: bool(holder))
        real.services = holder[0]
        yield real


def settings_for(tmp_path: Path, stand_in: StandIn, database_url: str | None) -> Settings:
    return Settings(
        paths=Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data"),
        database_url=Secret(database_url) if database_url else None,
        buffer_api_key=Secret(stand_in.key),
        buffer_url=stand_in.url,
        media_host=MediaHostKind.DIRECTORY,
        media_base_url=stand_in.media_url,
        media_directory=tmp_path / "media",
    )


async def to_composer(real: Real) -> None:
    """Go from the picker to the composer of the first photo."""
    await real.on(PersonasScreen)
    await real.until(lambda: real.shows("5 unscheduled"))
    await real.pilot.press("enter")
    await real.on(LibraryScreen)
    await real.until(lambda: real.shows("IMG_0000.jpg"))
    await real.pilot.press("enter")
    await real.on(ComposeScreen)


async def test_the_whole_job(database_url: str, tmp_path: Path, stand_in: StandIn) -> None:
    settings = settings_for(tmp_path, stand_in, database_url)
    async with running(settings, stand_in, tmp_path / "photos") as real:
        await to_composer(real)
        await real.type("[/b][red fog")
        await real.pilot.press("ctrl+s")
        await real.on(LibraryScreen)
        await real.until(lambda: real.shows("in Buffer for"))
        [post] = await real.services.scheduling.posts()
        [there] = [post for post in stand_in.posts() if post.text == "[/b][red fog"]
        assert (post.step, post.buffer_post_id) == (Step.ACCEPTED, there.id)
        await real.pilot.press("2")
        await real.until(lambda: real.shows("[/b][red fog"))
        await real.pilot.press("enter")
        await real.until(lambda: real.shows(there.id))


async def test_refusals_keep_the_text_and_write_nothing(
    database_url: str, tmp_path: Path, stand_in: StandIn
) -> None:
    settings = settings_for(tmp_path, stand_in, database_url)
    async with running(settings, stand_in, tmp_path / "photos") as real:
        await to_composer(real)
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("The caption is empty"))
        real.app.screen.query_one(TextArea).text = "x" * 2201
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("1 too many"))
        real.app.screen.query_one(TextArea).text = "fine words"
        for path in (tmp_path / "photos").iterdir():
            path.unlink()
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("is gone"))
        assert isinstance(real.app.screen, ComposeScreen)
        assert real.app.screen.query_one(TextArea).text == "fine words"
        assert await real.services.scheduling.posts() == []


async def test_a_photo_scheduled_elsewhere_meanwhile_is_refused(
    database_url: str, tmp_path: Path, stand_in: StandIn
) -> None:
    settings = settings_for(tmp_path, stand_in, database_url)
    async with running(settings, stand_in, tmp_path / "photos") as real:
        await to_composer(real)
        [sarah] = await real.services.personas.list()
        for photo in await real.services.photos.unscheduled(sarah):
            assert (await real.services.scheduling.schedule_post(photo, f"elsewhere {photo.id}")).ok
        await real.type("late")
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("has a post already"))
        assert len(await real.services.scheduling.posts()) == 5


async def test_the_database_dies_and_comes_back(tmp_path: Path, stand_in: StandIn) -> None:
    """The postmaster is killed while a caption is being typed: it is said, nothing is lost, and it comes back."""
    place = Path(tempfile.mkdtemp(prefix="fluffy-own-"))
    place.chmod(0o755)
    settings = settings_for(tmp_path, stand_in, None)
    settings = Settings(
        paths=Paths(config_file=tmp_path / "config.toml", data=place / "data"),
        buffer_api_key=settings.buffer_api_key,
        buffer_url=settings.buffer_url,
        media_host=settings.media_host,
        media_base_url=settings.media_base_url,
        media_directory=settings.media_directory,
    )
    try:
        async with running(settings, stand_in, tmp_path / "photos") as real:
            await to_composer(real)
            await real.type("before ")
            kill_postmaster(real.services.database.url)
            await real.until(lambda: real.shows("database is away"))
            await real.type("and after")
            await real.until(lambda: not real.shows("database is away"))
            assert real.app.screen.query_one(TextArea).text == "before and after"
            await real.pilot.press("ctrl+s")
            await real.on(LibraryScreen)
            await real.until(lambda: real.shows("in Buffer for"))
            assert [post.text for post in stand_in.posts() if post.text == "before and after"] == [
                "before and after"
            ]
    finally:
        shutil.rmtree(place, ignore_errors=True)


def kill_postmaster(url: str) -> None:
    host = psycopg.conninfo.conninfo_to_dict(url)["host"]
    lines = (Path(str(host)) / "postmaster.pid").read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
