"""The app on real services, driven by Pilot's keys: the whole job, its refusals, and a database that dies."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from textual.widgets import TextArea

from fluffy_tui.demo import StandIn
from fluffy_tui.paths import Paths
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.screens.compose import ComposeScreen
from fluffy_tui.tui.screens.library import LibraryScreen
from fluffy_tui.tui.screens.personas import PersonasScreen
from journey.real_app import Real, running, settings_for
from scheduling.workplace import write_photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def stand_in(tmp_path: Path) -> AsyncIterator[StandIn]:
    async with StandIn(media=tmp_path / "media") as running:
        yield running


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder with five photos."""
    for number in range(5):
        write_photo(tmp_path / "photos" / f"IMG_{number:04}.jpg", number)
    return tmp_path / "photos"


async def to_composer(real: Real) -> None:
    """Go from the picker to the composer of the first photo."""
    await real.on(PersonasScreen)
    await real.until(lambda: real.shows("5 unscheduled"))
    await real.pilot.press("enter")
    await real.on(LibraryScreen)
    await real.until(lambda: real.shows("IMG_0000.jpg"))
    await real.pilot.press("enter")
    await real.on(ComposeScreen)


async def test_the_whole_job(database_url: str, tmp_path: Path, photos: Path, stand_in: StandIn) -> None:
    settings = settings_for(tmp_path, stand_in, database_url)
    async with running(settings, stand_in, photos) as real:
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
    database_url: str, tmp_path: Path, photos: Path, stand_in: StandIn
) -> None:
    settings = settings_for(tmp_path, stand_in, database_url)
    async with running(settings, stand_in, photos) as real:
        await to_composer(real)
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("The caption is empty"))
        real.app.screen.query_one(TextArea).text = "x" * 2201
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("1 too many"))
        real.app.screen.query_one(TextArea).text = "fine words"
        for path in photos.iterdir():
            path.unlink()
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("is gone"))
        assert isinstance(real.app.screen, ComposeScreen)
        assert real.app.screen.query_one(TextArea).text == "fine words"
        assert await real.services.scheduling.posts() == []


async def test_a_photo_scheduled_elsewhere_meanwhile_is_refused(
    database_url: str, tmp_path: Path, photos: Path, stand_in: StandIn
) -> None:
    settings = settings_for(tmp_path, stand_in, database_url)
    async with running(settings, stand_in, photos) as real:
        await to_composer(real)
        [sarah] = await real.services.personas.list()
        for photo in await real.services.photos.unscheduled(sarah):
            assert (await real.services.scheduling.schedule_post(photo, f"elsewhere {photo.id}")).ok
        await real.type("late")
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("has a post already"))
        assert len(await real.services.scheduling.posts()) == 5


async def test_the_database_dies_and_comes_back(tmp_path: Path, photos: Path, stand_in: StandIn) -> None:
    """The postmaster is killed while a caption is being typed: it is said, nothing is lost, and it comes back."""
    place = Path(tempfile.mkdtemp(prefix="fluffy-own-"))
    place.chmod(0o755)
    settings = settings_for(tmp_path, stand_in, None)
    settings = replace(settings, paths=Paths(config_file=tmp_path / "config.toml", data=place / "data"))
    try:
        async with running(settings, stand_in, photos) as real:
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
