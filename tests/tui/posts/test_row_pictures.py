"""The small pictures in the rows of Posts: after the rows, only of those on the screen, and none without room."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
from fluffy_tui.tui.posts.post_table import PostTable
from fluffy_tui.tui.text.words import one_line
from tui.fakes import NOW, make_post

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def table(driver: Driver) -> PostTable:
    """Return the table."""
    found: PostTable = driver.screen.query_one(PostTable)
    return found


def pictured(driver: Driver) -> list[int]:
    """Return the lines of the table that show part of a picture."""
    lines = (table(driver).render_line(y).text for y in range(table(driver).size.height))
    return [y for y, text in enumerate(lines) if "▀" in text[2:8]]


@pytest.fixture
def with_posts(services: FakeServices) -> FakeServices:
    """Return services with a post of each photo, all on one day."""
    services.scheduling.all_posts = {
        id_: make_post(
            id_, services.photos.photos[id_], f"post {id_}", Step.ACCEPTED,
            scheduled_at=NOW + timedelta(minutes=id_),
        )
        for id_ in range(1, 41)
    }  # fmt: skip
    return services


async def test_each_row_on_the_screen_has_its_picture_beside_time_caption_and_state(
    running: Running, with_posts: FakeServices
) -> None:
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "g")
        height = table(driver).size.height
        assert pictured(driver) == list(range(1, height)), "all lines but the heading"
        first, second = (table(driver).render_line(y).text for y in (1, 2))
        assert first[9:].split() == ["10:10", "post", "40"]
        assert second[9:].split() == ["in", "40", "min", "✓", "in", "Buffer"]
        await driver.press("G")
        assert len(pictured(driver)) == height
        assert table(driver).render_line(height - 1).text[9:].split()[0] == "in", "the last row is whole"


async def test_rows_are_made_once_when_posts_open(
    running: Running, with_posts: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[str]()

    def noted(caption: str) -> str:
        made.append(caption)
        return one_line(caption)

    monkeypatch.setattr("fluffy_tui.tui.posts.post_table.one_line", noted)
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2")
        assert sorted(made) == sorted(post.caption for post in with_posts.scheduling.all_posts.values())
        assert "post 1" in driver.screen_text()


async def test_only_photos_on_the_screen_are_looked_up_and_late_answers_are_of_no_account(
    running: Running, with_posts: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_ids, found, asked = with_posts.photos.by_ids, asyncio.Event(), list[list[int]]()

    async def slow(ids: Any) -> Any:
        asked.append(list(ids))
        await found.wait()
        return await by_ids(ids)

    async with running(persona="sarah", size=(80, 24)) as driver:
        monkeypatch.setattr(with_posts.photos, "by_ids", slow)
        await driver.pilot.press("2", "g")
        while not asked:
            await driver.pilot.pause()
        assert "post 40" in driver.screen_text(), "rows do not wait for their pictures"
        await driver.pilot.press("G")
        found.set()
        await driver.settle()
        rows = table(driver).size.height // 2 + 1
        assert len(asked) <= 3
        assert all(len(ids) <= rows for ids in asked)
        assert set(asked[-1]) <= set(range(1, rows + 1))
        assert len(pictured(driver)) == table(driver).size.height


@pytest.mark.parametrize(("size", "preview"), [((60, 18), "half-cell"), ((140, 45), "off")])
async def test_a_row_is_a_line_where_there_is_no_room_or_no_picture(
    running: Running, with_posts: FakeServices, size: tuple[int, int], preview: str
) -> None:
    async with running(persona="sarah", size=size, preview=preview) as driver:
        await driver.press("2", "g")
        assert pictured(driver) == []
        assert [str(option.prompt).count("\n") for option in table(driver).options] == [0] * 41


async def test_rows_follow_the_size_and_the_terminal(running: Running, with_posts: FakeServices) -> None:
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "g", *"jjjjjjj")
        for size, has_pictures in (((60, 18), False), ((100, 30), True)):
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            assert bool(pictured(driver)) is has_pictures
            assert "post 33" in driver.screen_text()
            assert (post := table(driver).current) is not None
            assert post.id == 33
        for name, has_pictures in (("off", False), ("kitty", True), ("sixel", True)):
            driver.app._switch_pictures(RendererChoice(name, ""))
            await driver.settle()
            assert bool(pictured(driver)) is has_pictures, name


async def test_a_post_with_another_cover_shows_that(running: Running, with_posts: FakeServices) -> None:
    async with running(persona="sarah", size=(80, 24)) as driver:
        for post_id in (1, 2, 3):  # so that the strip has all its lines, and the list is not laid out again
            with_posts.tell(PostChanged(post_id, 1))
        await driver.press("2", "g", "j")
        await driver.heard()
        posts = with_posts.scheduling.all_posts
        cover = posts[1].cover  # of a row that is not on the screen
        posts[39] = replace(posts[39], photos=(cover,))
        with_posts.tell(PostChanged(39, 1))
        await driver.heard()
        assert {3, 4} <= set(pictured(driver))


async def test_a_photo_that_is_gone_or_broken_leaves_its_place_empty(
    running: Running, with_posts: FakeServices
) -> None:
    del with_posts.photos.photos[40]
    with_posts.photos.photos[38].path.write_bytes(b"broken")
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "g")
        assert pictured(driver)[:3] == [3, 4, 7]


async def test_a_picture_that_was_shown_before_is_drawn_again_once_its_photo_is_found_again(
    running: Running, with_posts: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_ids, found = with_posts.photos.by_ids, asyncio.Event()

    async def slow(ids: Any) -> Any:
        await found.wait()
        return await by_ids(ids)

    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "g", "slash")
        monkeypatch.setattr(with_posts.photos, "by_ids", slow)
        await driver.pilot.press(*"post 39")
        while "post 40" in driver.screen_text() or "post 39" not in driver.screen_text():
            await driver.pilot.pause()
        found.set()
        await driver.settle()
        assert [y for y, line in enumerate(driver.screen_text().splitlines()) if "▀" in line] == [5, 6]
