"""A picture that was posted before: a mark in the composer, and both photos side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from textual.widgets import TextArea

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.photos import Photo
from fluffy_tui.similarity import EarlierPost, Relation
from fluffy_tui.tui.compose.preflight_line import PreflightLine
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.photo.same_picture import GONE, EarlierPosts, SamePictureScreen, earlier_post_text
from tui.conftest import Looks, Running
from tui.fakes import NOW, FakeServices

pytestmark = pytest.mark.usefixtures("home")

TWELVE_DAYS = NOW - timedelta(days=12)
POSTED = EarlierPost(1, 1, Relation.SAME_PICTURE, 7, True, TWELVE_DAYS)
"""The first post, which is live, as an earlier post of another photo."""


async def test_the_mark_of_an_earlier_post_has_a_key_that_opens_it(
    running: Running, services: FakeServices
) -> None:
    services.similarity.earlier_posts = {40: POSTED}
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"hello")
        (mark,) = [m for m in driver.screen.query_one(PreflightLine).marks if "same picture" in m.words]
        assert mark.key == "f8"
        await driver.press("f8")
        assert isinstance(driver.screen, SamePictureScreen)
        now, before = driver.screen.query(PhotoPreview)
        while now.shown is None or before.shown is None:
            await driver.pilot.pause(0.01)
        assert (now.photo, before.photo) == (services.photos.photos[40], services.photos.photos[1])
        words = driver.text("#earlier-post")
        assert words.startswith("You posted this picture 12 days ago, ")
        assert "7 of 256 bits differ" in words
        assert "“first snow”" in words
        await driver.press("escape")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.query_one("#caption", TextArea).text == "hello"
        services.similarity.earlier_posts = {}
        services.tell(PostChanged(1, 1))
        await driver.heard()
        assert "same picture" not in driver.text("#preflight"), "that post is gone"


class Searches:
    """Earlier posts of photos without a screen; `found` has what was known whenever that was another thing."""

    def __init__(self, services: FakeServices) -> None:
        self.found = list[dict[int, EarlierPost | None]]()
        self._tasks = list[asyncio.Task[None]]()
        node = cast("Any", SimpleNamespace(services=services, run_worker=self._run))
        self.posts = EarlierPosts(node, node, lambda: self.found.append(dict(self.posts.here)))

    def _run(self, job: Coroutine[Any, Any, None], **_options: object) -> None:
        self._tasks.append(asyncio.create_task(job))

    async def end(self) -> None:
        """Wait until everything is searched."""
        await asyncio.gather(*self._tasks)


async def test_what_was_asked_for_before_a_change_is_not_shown_after_it(services: FakeServices) -> None:
    photo, asked, answer = services.photos.photos[40], asyncio.Event(), asyncio.Event()
    known, searches = services.similarity.posted_before, Searches(services)

    async def late(photo: Photo) -> EarlierPost | None:
        before = await known(photo)
        asked.set()
        await answer.wait()
        return before

    services.similarity.posted_before = late  # type: ignore[method-assign]
    services.similarity.earlier_posts = {40: POSTED}
    searches.posts.search([photo])
    await asked.wait()
    services.similarity.earlier_posts = {}
    searches.posts.search([photo], again=True)
    answer.set()
    await searches.end()
    assert searches.found == [{40: None}]


async def test_what_is_found_is_shown_although_posts_change_all_the_time(services: FakeServices) -> None:
    photos = [services.photos.photos[number] for number in (40, 39, 38)]
    known, searches, asked = services.similarity.posted_before, Searches(services), list[int]()

    async def while_posts_change(photo: Photo) -> EarlierPost | None:
        asked.append(photo.id)
        if photo.id == 39 and not searches.found:
            assert len(asked) < 100, "that would go on as long as posts change"
            searches.posts.search(photos, again=True)
        return await known(photo)

    services.similarity.posted_before = while_posts_change  # type: ignore[method-assign]
    services.similarity.earlier_posts = {40: POSTED}
    searches.posts.search(photos)
    await searches.end()
    assert searches.found[-1] == {40: POSTED, 39: None, 38: None}


async def test_a_deleted_photo_and_a_deleted_post(running: Running, services: FakeServices) -> None:
    services.similarity.earlier_posts = {40: POSTED, 39: None}  # type: ignore[dict-item]
    async with running(persona="sarah") as driver:
        del services.photos.photos[1]
        await driver.press("enter")
        await services.scheduling.cancel(1)
        await driver.press("f8")
        assert driver.screen.query(PhotoPreview).last().sentence == GONE
        assert "snow" not in driver.text("#earlier-post")
        await driver.press("f8", "escape", "j", "enter", "f8")
        assert isinstance(driver.screen, ComposeScreen)
        assert "This picture has not been posted before." in driver.text("#message")


def test_an_earlier_post_in_words() -> None:
    zone = NOW.tzinfo
    assert zone is not None
    waits = EarlierPost(1, 2, Relation.SAME_FILE, 0, False, None)
    assert earlier_post_text(waits, None, NOW, zone, zone, count_bits=True).splitlines() == [
        "This picture is in the queue already.",
        "It is exactly the same file.",
    ]
    tomorrow = NOW + timedelta(days=1)
    due = EarlierPost(1, 2, Relation.SAME_PICTURE, 0, False, tomorrow)
    new_york = earlier_post_text(due, None, NOW, ZoneInfo("America/New_York"), UTC, count_bits=False)
    assert new_york.startswith(
        f"This picture is scheduled already: your {tomorrow.astimezone(UTC):%a %H:%M}."
    )


@pytest.mark.parametrize("size", [(64, 20), (80, 24), (140, 45)])
def test_side_by_side(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    services.similarity.earlier_posts = {40: POSTED}
    assert looks(size, "enter", "f8")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_side_by_side_in_other_themes(looks: Looks, services: FakeServices, theme: str) -> None:
    services.similarity.earlier_posts = {40: POSTED}
    assert looks((110, 32), "enter", "f8", theme=theme)
