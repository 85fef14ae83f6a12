"""Similar photos in place of the library, and the way back."""

from __future__ import annotations

from array import array
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.photos import Sort
from fluffy_tui.similarity import NoEmbeddings, NotIndexedYet
from fluffy_tui.tui.library import LibraryScreen
from fluffy_tui.tui.library.library_view import LibraryView
from fluffy_tui.tui.library.loader import LibraryLoader, LibraryPage
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.similar_view import NothingToCompare, SimilarView
from fluffy_tui.tui.library.stacks import Stacks
from fluffy_tui.tui.ui.filter_bar import FilterBar
from tui.conftest import Running
from tui.fakes import NOW, FakeServices
from tui.library.library_driver import details, line, photos, shown, title, toasts, verdict


async def test_more_like_this_and_back_to_the_same_place(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah", size=(140, 24)) as driver:
        await driver.press(*"jjjjjjjjjjjjjjjjkk")
        place = photos(driver).highlighted_id, photos(driver).row_on_screen
        assert place[0] == 26
        await driver.press("m")
        assert title(driver) == "like IMG_2026.JPG · esc back"
        assert shown(driver)[:4] == [25, 27, 24, 28]
        assert photos(driver).highlighted_id == 25
        assert "0.04 same scene" in line(driver, 0)
        assert "distance 0.04: same scene" in details(driver)
        await driver.press("p")
        assert verdict(services, 25) == "pick"
        assert photos(driver).highlighted_id == 27
        await driver.press("m")
        assert title(driver).startswith("like IMG_2027.JPG")
        await driver.press("escape")
        assert title(driver).startswith("like IMG_2026.JPG")
        assert photos(driver).highlighted_id == 27
        assert "0.04 same scene" in line(driver, 0)
        await driver.press("escape")
        assert title(driver) == "unscheduled · newest first"
        assert (photos(driver).highlighted_id, photos(driver).row_on_screen) == place


async def test_similar_photos_stay_up_to_date_and_are_left_by_other_keys(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"img", "enter", "m")
        assert not driver.screen.query_one(FilterBar).display
        gone = shown(driver)[1]
        await services.scheduling.schedule_post(services.photos.photos[gone], "from another terminal")
        await driver.heard()
        assert gone not in shown(driver)
        await driver.press("s")
        assert driver.screen.query_one(FilterBar).display
        assert title(driver) == "unscheduled · “img” · last imported first"
        assert photos(driver).highlighted_id == 40
        await driver.press("escape", "m", "p", "escape", "z")
        assert verdict(services, 39) is None
        await driver.press("g", "x", "m", "z")
        assert isinstance(driver.screen, LibraryScreen)
        assert (photos(driver).highlighted_id, verdict(services, 40)) == (40, None)


async def test_unlike_the_last_posts(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("L")
        assert title(driver) == "unlike the last 9 posts · esc back"
        assert shown(driver)[0] == 40
        await driver.press("escape")
        services.scheduling.all_posts.clear()
        await driver.press("L")
        assert "No posts yet to compare with." in toasts(driver)
        assert title(driver) == "unscheduled · newest first"


async def test_a_query_without_results_says_why_and_leaves_the_list_alone(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j")
        services.similarity.error = NotIndexedYet(
            "Still indexing photos: 120 of 515.", "It continues by itself."
        )
        await driver.press("m")
        assert "Still indexing photos: 120 of 515. It continues by itself." in toasts(driver)
        services.similarity.error = NoEmbeddings(
            "Photos cannot be compared: the extra `embed` is not installed."
        )
        await driver.press("L")
        assert "the extra `embed` is not installed" in toasts(driver)
        assert photos(driver).highlighted_id == 39
        assert title(driver) == "unscheduled · newest first"
        services.similarity.error = None
        services.photos.photos = {39: services.photos.photos[39]}
        services.photos_changed()
        await driver.heard()
        await driver.press("m")
        assert "no other photo without a post to compare with" in toasts(driver)


async def test_a_jump_to_a_date_leaves_similar_photos(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("m", "d", *"2026-11-08", "enter")
        assert title(driver) == "unscheduled · newest first"
        assert driver.screen._view.browse.sort is Sort.TAKEN
        photo = photos(driver).highlighted
        assert photo is not None
        assert photo.taken_at is not None
        assert photo.taken_at.day == 8


class FakeLoader:
    """Shows what it is given, and loads nothing."""

    def __init__(self, photo_list: PhotoList) -> None:
        self.view = LibraryView(1, ZoneInfo("Europe/Berlin"), lambda: NOW)
        self.page = LibraryPage(array("q"))
        self.shown: list[LibraryPage] = []
        self._list = photo_list

    def show_results(self, cursor_on: int | None = None) -> None:
        """Show the results of the query."""
        self.restore(LibraryPage(array("q", [one.photo_id for one in self.view.neighbours])))

    def restore(self, page: LibraryPage) -> None:
        """Show a page."""
        self.page = page
        self._list.rows.replace(page.ids)
        self.shown.append(page)


@pytest.fixture
def view(services: FakeServices) -> tuple[SimilarView, FakeLoader]:
    """Return the similar photos of persona 1 without a screen."""
    stacks = Stacks(services.photos, LibraryView(1, ZoneInfo("Europe/Berlin"), lambda: NOW))
    photo_list = PhotoList(stacks.fetch, lambda: NOW)
    photo_list.rows.replace([40, 39, 38])
    photo_list.cursor = 1
    loader = FakeLoader(photo_list)
    return SimilarView(services, cast("LibraryLoader", loader), photo_list, "esc back"), loader


async def test_results_on_top_of_results_are_left_one_by_one(view: tuple[SimilarView, FakeLoader]) -> None:
    similar, loader = view
    await similar.show_more_like(39)
    await similar.show_unlike_last_posts()
    assert loader.view.title == "unlike the last 9 posts · esc back"
    assert similar.library_photo_id == 39
    assert similar.back()
    assert loader.view.title == "like IMG_2039.JPG · esc back"
    assert similar.back()
    assert (loader.view.query, loader.page.ids.tolist(), loader.page.cursor_on) == (None, [40, 39, 38], 39)
    assert not similar.back()


async def test_nothing_changes_where_there_is_nothing_to_compare(
    view: tuple[SimilarView, FakeLoader], services: FakeServices
) -> None:
    similar, loader = view
    services.photos.photos.pop(39)
    with pytest.raises(NothingToCompare, match="no longer in the library"):
        await similar.show_more_like(39)
    services.scheduling.all_posts.clear()
    with pytest.raises(NothingToCompare, match="No posts yet"):
        await similar.show_unlike_last_posts()
    assert loader.shown == []
    assert not similar.back()
