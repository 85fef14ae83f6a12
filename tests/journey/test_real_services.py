"""The app with real services, driven by Pilot's keys: a whole post, its errors, and a database that crashes."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from textual.widgets import TextArea

from fluffy_tui.demo import StandIn
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from journey.installation import Installation, installed

if TYPE_CHECKING:
    from journey.real_app import RealApp


async def to_composer(real: RealApp) -> None:
    """Go from the persona picker to the composer of the first photo."""
    await real.to_library(5)
    await real.until(lambda: real.shows("IMG_0000.jpg"))
    await real.pilot.press("enter")
    await real.on(ComposeScreen)


async def test_a_post_from_photo_to_buffer(installation: Installation) -> None:
    async with installation.with_photos(5).running() as real:
        await to_composer(real)
        await real.type("[/b][red fog")
        await real.pilot.press("ctrl+s")
        await real.on(LibraryScreen)
        await real.until(lambda: real.shows("in Buffer for"))
        [post] = await real.services.scheduling.posts()
        [there] = [post for post in installation.stand_in.posts() if post.text == "[/b][red fog"]
        assert (post.step, post.buffer_post_id) == (Step.ACCEPTED, there.id)
        await real.pilot.press("2")
        await real.until(lambda: real.shows("[/b][red fog"))
        await real.pilot.press("enter")
        await real.until(lambda: real.shows(there.id))


async def test_errors_keep_the_text_and_save_no_post(installation: Installation) -> None:
    async with installation.with_photos(5).running() as real:
        await to_composer(real)
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("The caption is empty"))
        real.app.screen.query_one(TextArea).text = "x" * 2201
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("1 too many"))
        real.app.screen.query_one(TextArea).text = "a fine caption"
        for path in installation.photos.iterdir():
            path.unlink()
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("is missing"))
        assert isinstance(real.app.screen, ComposeScreen)
        assert real.app.screen.query_one(TextArea).text == "a fine caption"
        assert await real.services.scheduling.posts() == []


async def test_a_photo_that_was_scheduled_elsewhere_meanwhile_is_rejected(installation: Installation) -> None:
    async with installation.with_photos(5).running() as real:
        await to_composer(real)
        [sarah] = await real.services.personas.list()
        for photo in await real.services.photos.unscheduled(sarah):
            assert (await real.services.scheduling.schedule_post(photo, f"elsewhere {photo.id}")).ok
        await real.type("late")
        await real.pilot.press("ctrl+s")
        await real.until(lambda: real.shows("already has a post"))
        assert len(await real.services.scheduling.posts()) == 5


async def test_the_database_crashes_and_recovers(tmp_path: Path, reachable_place: Path) -> None:
    """Postgres is killed while a caption is typed: the app says so, loses nothing, and reconnects."""
    async with StandIn(media=tmp_path / "media") as stand_in:
        own = installed(tmp_path, stand_in, None)
        paths = replace(own.settings.paths, data=reachable_place / "data")
        async with own.with_settings(paths=paths).with_photos(5).running() as real:
            await to_composer(real)
            await real.type("before ")
            kill_postmaster(real.services.database.url)
            await real.until(lambda: real.shows("Database unavailable"))
            await real.type("and after")
            await real.until(lambda: not real.shows("Database unavailable"))
            assert real.app.screen.query_one(TextArea).text == "before and after"
            await real.pilot.press("ctrl+s")
            await real.on(LibraryScreen)
            await real.until(lambda: real.shows("in Buffer for"))
            texts = [post.text for post in stand_in.posts()]
            assert texts.count("before and after") == 1


def kill_postmaster(url: str) -> None:
    host = psycopg.conninfo.conninfo_to_dict(url)["host"]
    lines = (Path(str(host)) / "postmaster.pid").read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
