"""However a post is submitted (app, console, command line, CSV, assistant), the database gets the same rows."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client
from sqlalchemy import text

from fluffy_tui.bootstrap import Services, open_services
from fluffy_tui.modes.assistant.draft_box import DraftBox
from fluffy_tui.modes.assistant.mcp_server import AssistantServer
from fluffy_tui.modes.assistant.mcp_tools import AssistantTools
from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.photos import Photo
from fluffy_tui.scheduling import channel_zone
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from journey.real_app import RealApp
from modes.program import quick_fluffy as fluffy
from scheduling.workplace import Workplace, write_photo

pytestmark = pytest.mark.slow

CAPTION, ALT_TEXT, COMMENT = "fog on the pier\n#fog", "A pier in fog", "#pier #sea"
WHEN = "2099-05-04 9:30"

_OWN = {"id", "lead_post_id", "delivery_key", "created_at", "updated_at", "next_try_at"}
"""What is different in each row: ids, times and keys."""


@pytest.fixture
async def place(place: Workplace) -> Workplace:
    personas = place.services.personas
    other = next(each for each in await personas.available_channels() if each.network == "Bluesky")
    [main] = place.persona.channels
    place.persona = await personas.set_channels(place.persona, {main.id: None, other.id: None})
    return place


async def run(place: Workplace, home: Path, *arguments: str, text: str = "") -> str:
    """Run the program, and return what it prints."""
    environment = {
        "DATABASE_URL": place.services.database.url,
        **place.variables,
        "FLUFFY_UNDO_SECONDS": "0",
    }
    ended = await asyncio.to_thread(lambda: fluffy(home, *arguments, text=text, **environment))
    assert ended.status == 0, ended.out + ended.err
    return ended.out


async def rows(place: Workplace) -> list[dict[str, Any]]:
    """Return the posts without what is each row's own."""
    async with place.services.database.transaction() as session:
        found = (await session.execute(text("SELECT * FROM posts ORDER BY id"))).mappings().all()
    return [{name: value for name, value in row.items() if name not in _OWN} for row in found]


@asynccontextmanager
async def submission(place: Workplace) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield the rows that the block writes, and free the photos again."""
    written: list[dict[str, Any]] = []
    assert await rows(place) == []
    yield written
    written += await rows(place)
    for post in reversed(await place.services.scheduling.posts()):
        await place.services.scheduling.cancel(post.id)


def at(place: Workplace, number: int) -> datetime:
    """Return the time in a channel's zone, in which times are understood."""
    channel = place.persona.channels[number].channel
    assert channel is not None
    return datetime(2099, 5, 4, 9, 30, tzinfo=channel_zone(channel))


async def by_app(place: Workplace, shown: list[Photo]) -> None:
    """Submit as a user does: select the photos, write in the composer, and choose a time on each channel."""
    settings = place.settings

    def opened(report: Callable[[str], None]) -> AbstractAsyncContextManager[Services]:
        return open_services(settings, report)

    app = FluffyApp(opened, setup=SetupService(settings, {}), preview="half-cell", persona="sarah")
    async with app.run_test(size=(140, 45)) as pilot:
        real = RealApp(app, pilot)
        await real.pictured()
        for photo in shown:
            await pilot.press("slash")
            await real.type(photo.name)
            await real.on(LibraryScreen)
            await pilot.press("enter", "space", "escape")
            await real.on(LibraryScreen)
        await pilot.press("enter")
        await real.on(ComposeScreen)
        for line in CAPTION.splitlines():
            await real.type(line)
            await pilot.press("enter")
        await pilot.press("backspace", "f3")
        await real.type(ALT_TEXT)
        await pilot.press("f6")
        await real.type(COMMENT)
        await pilot.press("ctrl+t", "left")
        await real.type(WHEN)
        await pilot.press("alt+down", "end", "ctrl+u")
        await real.type(WHEN)
        await pilot.press("ctrl+s")
        await real.on(LibraryScreen)


async def by_assistant(place: Workplace, shown: list[Photo]) -> None:
    tools = AssistantTools(place.services, DraftBox(place.settings.paths.drafts), may_submit=True)
    async with Client(AssistantServer(tools)) as client:
        arguments = {
            "photo_ids": [photo.id for photo in shown],
            "caption": CAPTION,
            "alt_text": ALT_TEXT,
            "when": WHEN,
            "first_comment": COMMENT,
        }
        result = await client.call_tool("schedule_post", arguments)
    assert not result.is_error, result.structured_content


async def test_every_way_writes_the_same_rows(place: Workplace, own_home: Path) -> None:
    files = [write_photo(place.folder / f"IMG_{number:04}.jpg", number) for number in range(2)]
    await place.services.photos.import_folders([place.folder], place.persona)
    by_path = {photo.path: photo for photo in await place.services.photos.unscheduled(place.persona)}
    shown = [by_path[file] for file in files]

    async with submission(place) as app:
        await by_app(place, shown)
    assert len(app) == 2

    async with submission(place) as console:
        choices = ", ".join(
            f"ChannelChoice({chosen.id!r}, share_mode='customScheduled',"
            f" at=datetime.fromisoformat({at(place, number).isoformat()!r}))"
            for number, chosen in enumerate(place.persona.channels)
        )
        script = (
            "from datetime import datetime\n"
            "from fluffy_tui.scheduling import ChannelChoice\n"
            f"result = await scheduling.schedule_post({shown[0].id}, {CAPTION!r}, alt_text={ALT_TEXT!r},"
            f" more_photos=[{shown[1].id}], channels=[{choices}], first_comment={COMMENT!r})\n"
            "assert result.ok, result.reason\n"
        )
        await run(place, own_home, "--console", text=script)

    texts = ("--caption", CAPTION, "--alt", ALT_TEXT, "--first-comment", COMMENT)
    async with submission(place) as added:
        await run(place, own_home, "--add", *map(str, files), "--persona", "sarah", *texts, "--at", WHEN)

    async with submission(place) as from_csv:
        path = own_home / "posts.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["photos", "caption", "alt_text", "when", "first_comment"])
            writer.writerow([";".join(map(str, files)), CAPTION, ALT_TEXT, WHEN, COMMENT])
        await run(place, own_home, "--add-csv", str(path), "--persona", "sarah")

    async with submission(place) as assistant:
        await by_assistant(place, shown)

    assert app == console == added == from_csv == assistant
    assert {row["channel_id"] for row in app} == {chosen.id for chosen in place.persona.channels}


async def test_of_two_consoles_that_submit_one_photo_at_the_same_time_one_succeeds(
    place: Workplace, own_home: Path
) -> None:
    await place.photo(1)
    script = (
        "import asyncio, pathlib\n"
        f"persona = await personas.get({place.persona.name!r})\n"
        "[photo] = await photos.unscheduled(persona)\n"
        "pathlib.Path('ready {0}').touch()\n"
        "while not pathlib.Path('ready {1}').exists():\n    await asyncio.sleep(0.01)\n\n"
        "result = await scheduling.schedule_post(photo=photo, caption='fog {0}')\n"
        "print(result.ok, result.code, result.post.caption)\n"
    )
    printed = await asyncio.gather(
        *(
            run(place, own_home, "--console", text=script.format(mine, other))
            for mine, other in ((1, 2), (2, 1))
        )
    )
    winner = next(number for number, words in enumerate(printed, 1) if words.startswith("True"))
    assert sorted(printed) == [
        f"False already_scheduled fog {winner}\n",
        f"True None fog {winner}\n",
    ]
    posts = await place.services.scheduling.posts()
    assert [post.caption for post in posts] == [f"fog {winner}"] * 2, "one on each channel"
