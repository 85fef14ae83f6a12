"""The app with real services, driven by Pilot's keys: a whole post, its errors, and a database that crashes."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import text
from textual.widgets import TextArea

from core.connection.swallowing_proxy import SwallowingProxy
from fluffy_tui.core.connection import silent_connection
from fluffy_tui.demo import StandIn
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.posts.edit_screen import EditPostScreen
from fluffy_tui.tui.posts.screen import PostsScreen
from journey.installation import Installation, installed

if TYPE_CHECKING:
    import pytest

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


async def test_a_locked_table_holds_up_no_key(installation: Installation, database_url: str) -> None:
    """Another program has locked the posts: the screen says what it does, can be left, and the post goes out."""
    async with installation.with_photos(5).running() as real:
        await to_composer(real)
        await real.type("patience")
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
            await real.pilot.press("ctrl+s")
            await real.until(lambda: real.shows("Submitting…"))
            await real.pilot.press("escape")
            await real.until(lambda: isinstance(real.app.screen, LibraryScreen))
            await other.rollback()
        await real.until(lambda: real.shows("in Buffer for"))
        assert [post.text for post in installation.stand_in.posts()].count("patience") == 1


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


async def test_a_post_on_two_channels_is_changed_and_cancelled_on_both(installation: Installation) -> None:
    async with installation.with_photos(2).running() as real:
        await real.to_library(2)
        scheduling, personas = real.services.scheduling, real.services.personas
        [sarah] = await personas.list()
        channels = await personas.available_channels()
        bluesky = next(channel for channel in channels if channel.service == "bluesky")
        await personas.set_channels(sarah, dict.fromkeys([str(sarah.buffer_channel_id), bluesky.id]))
        result = await scheduling.schedule_post((await real.services.photos.unscheduled(sarah))[0], "fog")
        assert len(result.posts) == 2

        def in_buffer(caption: str) -> int:
            return sum(post.text == caption for post in installation.stand_in.posts())

        await real.pilot.press("2")
        await real.on(PostsScreen)
        await real.until(lambda: real.shows("Bluesky +1") and in_buffer("fog") == 2)
        await real.until(lambda: real.text.count("✓ in Buffer") == 2)
        await real.pilot.press("asterisk")
        await real.until(lambda: real.shows("2 selected"))
        await real.pilot.press("e")
        await real.on(EditPostScreen)
        real.app.screen.query_one(TextArea).text = "fog everywhere"
        await real.pilot.press("ctrl+s")
        await real.on(PostsScreen)
        assert (in_buffer("fog"), in_buffer("fog everywhere")) == (0, 2)
        await real.pilot.press("x")
        await real.until(lambda: real.shows("All 2 channels"))
        await real.pilot.press("a")
        await real.until(lambda: real.shows("No posts yet"))
        assert in_buffer("fog everywhere") == 0
        assert len(await real.services.photos.unscheduled(sarah)) == 2


async def test_undo_takes_a_post_back_on_all_its_channels(installation: Installation) -> None:
    async with installation.with_settings(undo_seconds=600.0).with_photos(2).running() as real:
        await real.to_library(2)
        scheduling, personas = real.services.scheduling, real.services.personas
        [sarah] = await personas.list()
        ids = [channel.id for channel in await personas.available_channels()][:3]
        await personas.set_channels(sarah, dict.fromkeys(ids))
        photo = (await real.services.photos.unscheduled(sarah))[0]
        result = await scheduling.schedule_post(photo, "too early")
        await real.until(lambda: real.shows("z undo"))
        gone = result.posts[2].id
        async with real.services.database.transaction() as session:  # one is not held back any longer
            await session.execute(text("UPDATE posts SET next_try_at = NULL WHERE id = :id"), {"id": gone})
        await real.services.delivery.deliver(gone)
        await real.until(lambda: real.shows("in Buffer for"))
        await real.pilot.press("z")
        while len(posts := await scheduling.posts()) > 1:
            await real.pilot.pause(0.02)
        [left] = posts
        assert (left.id, left.step, left.lead_post_id) == (gone, Step.ACCEPTED, None)
        await real.until(lambda: real.app.context.drafts.load(photo) is None)


async def test_a_database_that_stands_still_costs_nothing(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No connection ends, and no answer comes, while a caption is typed and submitted; later the server is back."""
    monkeypatch.setattr(silent_connection, "PING_SECONDS", 0.1)
    monkeypatch.setattr(silent_connection, "ANSWER_SECONDS", 0.5)
    async with (
        StandIn(media=tmp_path / "media") as stand_in,
        SwallowingProxy(database_url).serving() as proxy,
    ):
        own = installed(tmp_path, stand_in, f"{proxy.url} connect_timeout=2").with_photos(5)
        async with own.running() as real:
            await to_composer(real)
            await real.type("before ")
            with proxy.silent():
                await real.until(lambda: real.shows("Database unavailable"))
                await real.type("and after")
                assert real.app.screen.query_one(TextArea).text == "before and after"
                await real.pilot.press("ctrl+s")
                await real.until(lambda: real.shows("Submitting…"))
                await real.until(lambda: not real.shows("Submitting…"))
            await real.until(lambda: not real.shows("Database unavailable"))
            await real.on(ComposeScreen)
            assert real.app.screen.query_one(TextArea).text == "before and after"
            await real.pilot.press("ctrl+s")
            await real.on(LibraryScreen)
            await real.until(lambda: real.shows("in Buffer for"))
            assert [post.text for post in stand_in.posts()].count("before and after") == 1


def kill_postmaster(url: str) -> None:
    host = psycopg.conninfo.conninfo_to_dict(url)["host"]
    lines = (Path(str(host)) / "postmaster.pid").read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)


async def test_a_draft_with_a_caption_for_each_channel_is_kept_found_and_sent(
    installation: Installation,
) -> None:
    """First as text that was left in the composer, then as posts that lacked a media host."""
    with_host = installation.with_photos(2)

    def texts() -> list[str]:
        return sorted(post.text for post in installation.stand_in.posts() if "fog" in post.text)

    async def write(real: RealApp, caption: str) -> None:
        await real.pilot.press("enter")
        await real.on(ComposeScreen)
        await real.type(caption)
        await real.pilot.press("alt+down")
        await real.type(" there")

    async def to_drafts(real: RealApp) -> None:
        await real.pilot.press("2")
        await real.on(PostsScreen)
        await real.pilot.press("W", "g")
        await real.until(lambda: real.shows("fog"))

    async with with_host.running() as real:
        await real.to_library(2)
        personas = real.services.personas
        [sarah] = await personas.list()
        bluesky = next(each for each in await personas.available_channels() if each.service == "bluesky")
        await personas.set_channels(sarah, dict.fromkeys([str(sarah.buffer_channel_id), bluesky.id]))
        await real.until(lambda: len(real.app.context.overview.persona.channels) == 2)  # type: ignore[union-attr]
        await write(real, "fog here")
        await real.pilot.press("escape")
        await real.on(LibraryScreen)
        await to_drafts(real)
        assert real.shows("Typed and not submitted")
        await real.pilot.press("enter")
        await real.on(ComposeScreen)
        await real.pilot.press("ctrl+s")
        await real.on(PostsScreen)
        await real.until(lambda: texts() == ["fog here", "fog here there"])
    async with with_host.with_settings(media_host=None).running() as real:
        await real.pictured()
        await write(real, "later fog")
        await real.pilot.press("ctrl+s")
        await real.on(LibraryScreen)
        await real.until(lambda: real.shows("2 drafts"))
    async with with_host.running() as real:
        await real.on(LibraryScreen)
        await to_drafts(real)
        assert not real.shows("Typed and not submitted")
        await real.pilot.press("asterisk", "r")
        await real.until(lambda: texts() == ["fog here", "fog here there", "later fog", "later fog there"])
        assert real.app.context.drafts.photos_with_drafts(sarah.id) == frozenset()
