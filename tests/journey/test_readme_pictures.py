"""The README's pictures: the real app with the sample photos and posts in Buffer.

`pytest tests/journey/test_readme_pictures.py --snapshot-update` updates them.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from textual.events import Paste

from fluffy_tui.demo import ManualClock, StandIn, write_sample_photos
from fluffy_tui.modes.worker_mode import index_photos
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.compose.preflight import Level
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.plan.plan_grid import PlanGrid
from fluffy_tui.tui.plan.screen import PlanScreen
from journey.installation import installed
from tui.pressing import show_cursor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from journey.real_app import RealApp

DOCS = Path(__file__).parents[2] / "docs"
NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
WIDE = (126, 34)
"""Wide enough for the post as its network shows it."""
CAPTION = (
    "First light over the bay. We had walked for two hours in the dark, and then the clouds opened for a minute "
    "or so, just as the coffee was ready. #dawn #bay"
)


@asynccontextmanager
async def indexing(real: RealApp) -> AsyncIterator[None]:
    """Index the photos for the length of the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(index_photos(real.services, stop))
    try:
        yield
    finally:
        stop.set()
        await task


def is_drawn(real: RealApp, photo_ids: list[int]) -> bool:
    """Whether the plan shows the picture of each photo, and of the selected one beside them."""
    grid, previews = real.app.screen.query(PlanGrid), real.app.screen.query(PhotoPreview)
    return all(grid.first().has_picture(photo_id) for photo_id in photo_ids) and all(
        preview.shown is not None for preview in previews
    )


def is_checked(real: RealApp) -> bool:
    """Whether the composer shows the picture as posted and the caption, and nothing is left to check."""
    marks = real.app.screen.query_one(PreflightLine).marks
    preview = real.app.screen.query_one(PhotoPreview)
    return (
        preview.shown is not None
        and bool(preview.border_subtitle)
        and real.shows("… more")
        and not any(mark.level is Level.PENDING for mark in marks)
    )


async def test_the_pictures_show_what_a_user_sees(
    database_url: str, tmp_path: Path, own_home: Path, request: pytest.FixtureRequest
) -> None:
    is_update = request.config.getoption("update_snapshots", default=False)

    async def draw(real: RealApp, name: str) -> None:
        """Compare the screen with the picture, as soon as it is like it, or replace that."""
        file, drawn = DOCS / name, tmp_path / name
        if is_update:
            file.write_text(real.app.export_screenshot(title="fluffy-tui"), encoding="utf-8")
        picture = file.read_text(encoding="utf-8")

        def is_like_it() -> bool:
            drawn.write_text(real.app.export_screenshot(title="fluffy-tui"), encoding="utf-8")
            return drawn.read_text(encoding="utf-8") == picture

        try:
            await real.until(is_like_it)
        except AssertionError:  # pytest would compute a diff for minutes
            pytest.fail(f"{name} is out of date; the app now looks like {drawn}")

    pictures = own_home / "Pictures"
    await asyncio.to_thread(write_sample_photos, pictures, NOW)
    async with StandIn(media=tmp_path / "media", clock=ManualClock(NOW)) as stand_in:
        own = replace(installed(tmp_path, stand_in, database_url), photos=pictures / "sarah")
        async with own.running(
            size=(112, 30),
            clock=lambda: NOW,
            zone=ZoneInfo("Europe/Berlin"),
        ) as real:
            await real.to_library(17)
            for caption in ("beach walk, day 3", "the fog did not lift until noon"):
                await real.schedule(caption)
            await real.until(lambda: real.text.count("in Buffer for") == 2)
            await real.until(lambda: real.shows("indexing photos"))
            async with indexing(real):
                await real.until(lambda: not real.shows("indexing photos"))
            await real.pictured()
            await draw(real, "library.svg")
            await real.pilot.press("3")
            await real.on(PlanScreen)
            posts = await real.services.scheduling.posts(await real.services.personas.get("sarah"))
            await real.until(lambda: is_drawn(real, [post.photo_id for post in posts if post.photo_id]))
            await draw(real, "plan.svg")
            await real.pilot.press("1")
            await real.pictured()
            await real.pilot.resize_terminal(*WIDE)
            await real.pilot.press("enter")
            await real.on(ComposeScreen)
            real.app.post_message(Paste(CAPTION))
            await real.until(lambda: is_checked(real))
            await show_cursor(real.pilot)
            await draw(real, "composer.svg")
