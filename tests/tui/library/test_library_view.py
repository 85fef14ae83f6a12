"""Filter and order of the library, by keys."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fluffy_tui.photos import Browse, Posted, Sort, Verdict
from fluffy_tui.similarity import Neighbour, Relation
from fluffy_tui.tui.library import LibraryScreen
from fluffy_tui.tui.library.library_view import LibraryView, SimilarQuery
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from fluffy_tui.tui.ui.filter_bar import FilterBar
from tui.conftest import Running
from tui.fakes import NOW, FakeServices
from tui.library.library_driver import SARAHS, photos, shown, title
from tui.library.test_photo_list import photo


async def test_the_list_is_filtered_while_you_type(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"img_201")
        assert shown(driver) == [19, 18, 17, 16, 15, 14, 13, 12]
        assert title(driver) == "unscheduled · “img_201” · newest first"
        await driver.press("enter")
        assert driver.app.focused is photos(driver)
        assert driver.screen.query_one(FilterBar).display
        await driver.press("j")
        assert photos(driver).highlighted_id == 18
        await driver.press("escape")
        assert len(shown(driver)) == SARAHS
        assert photos(driver).highlighted_id == 18
        assert not driver.screen.query_one(FilterBar).display
        await driver.press("slash", *"img_201", "down")
        assert driver.app.focused is photos(driver)
        assert len(shown(driver)) == 8


async def test_the_cursor_returns_to_its_photo_when_the_whole_word_matches_it(running: Running) -> None:
    """The first letters hide it."""
    async with running(persona="sarah") as driver:
        await driver.press("j", "j", "j", "slash", *"never")
        assert photos(driver).highlighted_id == 37
        await driver.press(*"xyz", "escape")
        assert photos(driver).highlighted_id == 37
        await driver.press("slash", *"img_201", "enter", "escape")
        assert photos(driver).highlighted_id == 19


async def test_filter_keywords(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("p", "slash", *"picked")
        assert shown(driver) == [40]
        await driver.press("escape")
        assert driver.app.focused is photos(driver)
        assert len(shown(driver)) == SARAHS
        await driver.press("slash", *"landscape 2026-11-08..2026-11-12")
        assert shown(driver)
        for id_ in shown(driver):
            photo = services.photos.photos[id_]
            assert photo.ratio > 1
            assert photo.taken_at is not None
            assert photo.taken_at.month == 11
            assert 8 <= photo.taken_at.day <= 12


async def test_a_filter_without_matches_stays_open(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"nosuch")
        assert shown(driver) == []
        assert driver.screen.query_one(PhotoPreview).sentence.startswith("No photos match")
        assert isinstance(driver.app.focused, FilterBar)
        await driver.press("escape")
        assert len(shown(driver)) == SARAHS


async def test_typed_markup_is_plain_text(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"[/b][red")
        assert title(driver) == "unscheduled · “[/b][red” · newest first"
        assert "unscheduled · “[/b][red” · newest first" in driver.screen_text()


async def test_sort_and_reverse_order(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j")
        titles = []
        for _ in range(6):
            await driver.press("s")
            titles.append(title(driver).partition(" · ")[2])
            assert photos(driver).highlighted_id == 39
        assert titles == [
            *("last imported first", "by name", "tallest first", "sharpest first", "most stars first"),
            "newest first",
        ]
        await driver.press("S")
        assert title(driver) == "unscheduled · oldest first"
        assert shown(driver) == sorted(shown(driver))
        assert photos(driver).highlighted_id == 39


async def test_jump_to_a_date(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("s", "s", "d")
        assert isinstance(driver.screen, AskTextScreen)
        await driver.press(*"soon", "enter")
        assert "is not a date" in driver.text("#problem")
        assert driver.text("#hint") == "enter go   esc cancel"
        await driver.press("ctrl+u", *"2026-11-08", "enter")
        assert isinstance(driver.screen, LibraryScreen)
        assert title(driver) == "unscheduled · newest first"
        photo = photos(driver).highlighted
        assert photo is not None
        assert photo.taken_at is not None
        assert photo.taken_at.day == 8
        later = services.photos.photos[photo.id + 1].taken_at
        assert later is not None
        assert later.day == 9


async def test_the_filter_and_the_jump_understand_the_same_dates(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"8 nov 2026")
        assert title(driver) == "unscheduled · 2026-11-08 · newest first"
        ids = shown(driver)
        assert ids
        await driver.press("ctrl+u", *"nov 2026")
        assert title(driver) == "unscheduled · 2026-11-01..2026-11-30 · newest first"
        assert set(ids) < set(shown(driver))
        await driver.press("escape", "d", *"31 nov", "enter")
        assert "There is no such date as “31 nov”" in driver.text("#problem")
        await driver.press("ctrl+u", *"8 nov", "enter")
        assert photos(driver).highlighted_id == ids[0]


async def test_a_date_that_does_not_exist_is_refused_by_the_filter(running: Running) -> None:
    refusal = "There is no such date as “31 nov”. Put the words in quotes to search for them."
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"8 nov")
        ids = shown(driver)
        await driver.press("home", "delete", "3", "1")
        assert title(driver) == f"! {refusal}"
        assert shown(driver) != ids
        await driver.press("enter", "escape")
        assert title(driver) == "unscheduled · newest first"
        assert len(shown(driver)) > len(ids)
        await driver.press("slash", *"x 31 nov")
        assert "There is no such date as “31 nov”. Put the words" in driver.screen_text()
        await driver.press("backspace")
        assert "No photos match." in driver.screen_text()


async def test_a_date_before_all_photos_is_refused(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("d", *"1999", "enter")
        assert "no photos from 1999 or earlier" in driver.text("#problem")


def make_view() -> LibraryView:
    """Return the view that the library opens with."""
    return LibraryView(1, ZoneInfo("Europe/Berlin"), lambda: NOW)


def test_a_typed_verdict_wins_over_one_chosen_by_key() -> None:
    view = make_view()
    view.next_verdict()
    assert view.browse == Browse(verdict=Verdict.UNDECIDED, folded=True)
    view.filter_by("picked beach")
    assert view.browse == Browse(verdict=Verdict.PICK, text="beach", folded=True)
    view.filter_by("beach")
    assert view.browse == Browse(verdict=Verdict.UNDECIDED, text="beach", folded=True)
    view.clear_filter()
    assert view.browse == Browse(folded=True)


def test_order_and_folding_outlive_the_filter() -> None:
    view = make_view()
    view.next_sort()
    view.next_sort()
    view.toggle_duplicates()
    assert (view.browse.sort, view.browse.descending) == (Sort.NAME, False)
    view.reverse_order()
    view.filter_by("all")
    assert view.browse == Browse(Sort.NAME, True, posted=Posted.ALL)
    view.clear_filter()
    view.sort_by_date()
    assert view.browse == Browse()


def test_a_query_hides_filter_and_order_until_it_is_left() -> None:
    view = make_view()
    picked = photo(1, verdict="pick")
    view.filter_by("rejected")
    assert not view.lists(picked)
    query = SimilarQuery((1,), "like IMG_1.JPG · esc back")
    view.set_query(query, [Neighbour(2, 0.1, Relation.SAME_SCENE)])
    assert (view.requested, view.title) == (query, query.title)
    assert view.lists(picked)
    assert view.neighbour(2) is not None
    view.set_query(None, [])
    assert view.neighbour(2) is None
    assert view.title == "unscheduled · rejected · newest first"


async def test_what_is_listed_can_be_clicked(running: Running) -> None:
    async with running(persona="sarah") as driver:

        async def click(words: str) -> None:
            column = title(driver).index(words) + 3
            await driver.pilot.click(photos(driver), offset=(column, 0))
            await driver.settle()

        await click("newest first")
        assert title(driver) == "unscheduled · last imported first"
        await click("unscheduled")
        assert isinstance(driver.app.focused, FilterBar)
        await driver.press("escape", "v")
        await click("unflagged")
        assert title(driver) == "unscheduled · picked · last imported first"
