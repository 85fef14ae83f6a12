"""A post that has to wait is seen, mended and goes out; one that was submitted too soon is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.widgets import TextArea

from fluffy_tui.demo import StandIn
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.screens.compose import ComposeScreen
from fluffy_tui.tui.screens.edit_post import EditPostScreen
from fluffy_tui.tui.screens.personas import PersonasScreen
from fluffy_tui.tui.screens.trouble import TroubleScreen
from journey.real_app import Real, running, settings_for
from scheduling.workplace import QUICK, write_photo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def stand_in(tmp_path: Path) -> AsyncIterator[StandIn]:
    async with StandIn(media=tmp_path / "media") as running_stand_in:
        yield running_stand_in


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder with two photos."""
    for number in range(2):
        write_photo(tmp_path / "photos" / f"IMG_{number:04}.jpg", number)
    return tmp_path / "photos"


async def to_library(real: Real) -> None:
    """Choose the persona."""
    await real.on(PersonasScreen)
    await real.until(lambda: real.shows("2 unscheduled"))
    await real.pilot.press("enter")


async def test_a_held_post_is_seen_mended_and_goes_out(
    database_url: str, tmp_path: Path, photos: Path, stand_in: StandIn
) -> None:
    [channel] = [id_ for id_, found in stand_in.world.channels.items() if found.name == "sarah.frames"]
    stand_in.set_channel(channel, queue_paused=True)
    settings = replace(settings_for(tmp_path, stand_in, database_url), undo_seconds=0.0)
    patient = replace(QUICK, queue_full=120.0, fullest=120.0)  # it stays held until its person acts
    async with running(settings, stand_in, photos, pace=patient) as real:
        await to_library(real)
        await real.schedule("fgo on the pier")
        await real.pilot.press("4")
        await real.on(TroubleScreen)
        await real.until(lambda: real.shows("need") and real.shows("paused in Buffer"))
        await real.until(lambda: real.shows("held: The queue of"))
        await real.pilot.press("G", "e")
        await real.on(EditPostScreen)
        real.app.screen.query_one(TextArea).text = "fog on the pier"
        await real.pilot.press("ctrl+s")
        await real.on(TroubleScreen)
        await real.until(lambda: real.shows("fog on the pier"))
        stand_in.set_channel(channel, queue_paused=False)
        await real.pilot.press("r")
        await real.until(lambda: real.shows("Nothing needs you. Next:"))
        [post] = await real.services.scheduling.posts()
        assert post.step is Step.ACCEPTED
        assert [there.text for there in stand_in.posts() if there.id == post.buffer_post_id] == [
            "fog on the pier"
        ]
        assert not [there for there in stand_in.posts() if there.text.startswith("fgo")]
        await real.pilot.press("2", "enter")
        await real.until(lambda: real.shows("its words were changed"))


async def test_what_was_submitted_too_soon_is_taken_back_with_its_text(
    database_url: str, tmp_path: Path, photos: Path, stand_in: StandIn
) -> None:
    settings = replace(settings_for(tmp_path, stand_in, database_url), undo_seconds=300.0)
    async with running(settings, stand_in, photos) as real:
        await to_library(real)
        await real.schedule("[/b][red fog")
        await real.until(lambda: real.shows("z undo"))
        await real.pilot.press("z")
        await real.until(lambda: real.shows("2 unscheduled"))
        assert await real.services.scheduling.posts() == []
        await real.until(lambda: real.shows("IMG_0000.jpg") and real.shows("IMG_0001.jpg"))
        for key in ("g", "G"):
            await real.pilot.press(key, "enter")
            await real.on(ComposeScreen)
            if real.app.screen.query_one(TextArea).text:
                break
            await real.pilot.press("escape")
        assert real.app.screen.query_one(TextArea).text == "[/b][red fog"
        assert not [there for there in stand_in.posts() if "fog" in there.text]
