"""The README's picture: the real app on the sample photos, with posts that have just gone to Buffer.

`pytest tests/journey/test_picture.py --snapshot-update` draws it anew.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.demo import ManualClock, StandIn, write_sample_photos
from fluffy_tui.tui.screens.personas import PersonasScreen
from journey.real_app import running, settings_for

PICTURE = Path(__file__).parents[2] / "docs" / "library.svg"
NOW = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)


async def test_the_picture_is_what_a_person_sees(
    database_url: str, tmp_path: Path, own_home: Path, request: pytest.FixtureRequest
) -> None:
    pictures = own_home / "Pictures"
    await asyncio.to_thread(write_sample_photos, pictures, NOW)
    async with StandIn(media=tmp_path / "media", clock=ManualClock(NOW)) as stand_in:
        settings = settings_for(tmp_path, stand_in, database_url)
        async with running(
            settings,
            stand_in,
            pictures / "sarah",
            size=(112, 30),
            clock=lambda: NOW,
            zone=ZoneInfo("Europe/Berlin"),
        ) as real:
            await real.on(PersonasScreen)
            await real.until(lambda: real.shows("17 unscheduled"))
            await real.pilot.press("enter")
            for caption in ("beach walk, day 3", "the fog did not lift until noon"):
                await real.schedule(caption)
            await real.until(lambda: real.text.count("in Buffer for") == 2)
            await real.pictured()
            drawn = real.app.export_screenshot(title="fluffy-tui")
    if request.config.getoption("update_snapshots", default=False):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(drawn, encoding="utf-8")
    if (
        PICTURE.read_text(encoding="utf-8") != drawn
    ):  # no diff: pytest would compute one of 400 kB for minutes
        (tmp_path / "library.svg").write_text(drawn, encoding="utf-8")
        pytest.fail(f"{PICTURE.name} is out of date; the app now looks like {tmp_path / 'library.svg'}")
