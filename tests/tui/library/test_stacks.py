"""Duplicates in the library: collapsed into one row, expanded, found by a worker."""

from __future__ import annotations

import re
from array import array
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from textual.app import App, ComposeResult

from fluffy_tui.core.app_events import PhotosIndexed
from fluffy_tui.tui.library import loader
from fluffy_tui.tui.library.library_view import LibraryView
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.stacks import Stacks
from tui.conftest import Running, settle
from tui.fakes import NOW, FakeServices
from tui.library.library_driver import (
    SARAHS,
    details,
    line,
    photos,
    shown,
    stack,
    title,
    toasts,
    verdict,
)


async def test_duplicates_are_one_row_that_expands_and_collapses(
    running: Running, services: FakeServices
) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        assert shown(driver)[:4] == [40, 39, 38, 36]
        assert len(shown(driver)) == SARAHS - 2
        assert title(driver) == "unscheduled · newest first"
        assert photos(driver).border_subtitle == "1–28 of 28 · 2 collapsed"
        assert "▸ 2" in line(driver, 1)
        assert "▸" not in line(driver, 0)
        await driver.press("c")
        assert "This photo is in no stack." in toasts(driver)
        await driver.press("j")
        assert "largest of 3 · c expands · keys affect only this photo" in details(driver)
        await driver.press("c")
        assert shown(driver)[:6] == [40, 39, 37, 20, 38, 36]
        assert photos(driver).highlighted_id == 39
        assert "▾ 2" in line(driver, 1)
        assert photos(driver).border_subtitle == "1–30 of 30"
        assert "└ IMG_2037" in line(driver, 2)
        assert "largest of 3 · c collapses" in details(driver)
        await driver.press("j", "j")
        assert photos(driver).highlighted_id == 20
        assert "in the stack of the photo above" in details(driver)
        await driver.press("c")
        assert shown(driver)[:4] == [40, 39, 38, 36]
        assert photos(driver).highlighted_id == 39
        await driver.press("G", "k")
        assert photos(driver).highlighted_id == 12


async def test_an_expanded_stack_stays_expanded_while_the_library_changes(
    running: Running, services: FakeServices
) -> None:
    """Other photos arrive, the order is reversed, the first photo of the stack gets a post."""
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("j", "c", "j")
        services.photos_changed()
        await driver.heard()
        assert shown(driver)[:5] == [40, 39, 37, 20, 38]
        assert photos(driver).highlighted_id == 37
        await driver.press("S")
        at = shown(driver).index(39)
        assert shown(driver)[at : at + 3] == [39, 37, 20], "the best stays on top in every order"
        assert "▾ 2" in line(driver, at)
        await driver.press("S")
        await services.scheduling.schedule_post(services.photos.photos[39], "out it goes")
        await driver.heard()
        assert shown(driver)[:4] == [40, 38, 37, 20]
        assert "▾ 1" in line(driver, 2)


async def test_a_picked_photo_goes_on_top_of_its_stack_with_the_marks_of_the_others(
    running: Running, services: FakeServices
) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        facts = line(driver, shown(driver).index(39)).split("▸ 2 ")[1]
        assert re.fullmatch(r"\d+:\d+ \d+ Nov 2026", facts), "a stack keeps shape and day"
        await driver.press("j", "x", "k", "c", "j", "j", "p")
        assert [verdict(services, id_) for id_ in (39, 37, 20)] == ["reject", None, "pick"]
        assert shown(driver)[:5] == [40, 38, 36, 35, 34]
        at = shown(driver).index(20)
        assert shown(driver)[at : at + 3] == [20, 39, 37]
        assert line(driver, at).endswith("✓")
        photos(driver).go_to(20)
        await driver.press("c")
        assert 39 not in shown(driver)
        assert "▸ 2 " in line(driver, at)
        assert line(driver, at).endswith("✓✗")
        assert "picked one of 3, others rejected" in details(driver)


async def test_one_key_expands_and_collapses_all_duplicates(running: Running, services: FakeServices) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("j", "C")
        assert shown(driver)[:4] == [40, 39, 38, 37]
        assert title(driver) == "unscheduled · newest first"
        await driver.press("c")
        assert "C collapses them" in toasts(driver)
        await driver.press("j", "j", "C")
        assert len(shown(driver)) == SARAHS - 2
        assert photos(driver).highlighted_id == 39  # which the photo under the cursor was collapsed into


async def test_a_verdict_affects_only_the_photo_shown_of_a_collapsed_stack(
    running: Running, services: FakeServices
) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("j", "x")
        assert [verdict(services, id_) for id_ in (39, 37, 20)] == ["reject", None, None]
        assert "Rejected only this photo, not the 2 other photos of its stack. c expands it." in toasts(
            driver
        )
        assert photos(driver).highlighted_id == 38
        await driver.press("z")
        assert photos(driver).highlighted_id == 39
        await driver.press("v", "p")
        assert shown(driver)[:3] == [40, 38, 37]  # the next one of the stack has no verdict
        assert "▸ 1" in line(driver, 2)
        await driver.press("z")
        assert shown(driver)[:3] == [40, 39, 38]


async def test_new_duplicates_are_collapsed_and_the_cursor_moves_to_the_first_one(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "j", "j")
        assert photos(driver).highlighted_id == 37
        stack(services, 39, 37, 20)
        services.tell(PhotosIndexed(1, hashed=3, embedded=3, failed=0, stacked=True))
        await driver.heard()
        assert shown(driver)[:4] == [40, 39, 38, 36]
        assert photos(driver).highlighted_id == 39
        assert "▸ 2" in line(driver, 1)


async def test_a_long_list_is_collapsed_when_the_index_is_complete(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may find duplicates every second for hours; a million photos are not loaded as often."""
    monkeypatch.setattr(loader, "MANY", 20)
    services.similarity.hashed = 12
    async with running(persona="sarah") as driver:
        stack(services, 39, 37, 20)
        services.tell(PhotosIndexed(1, hashed=16, embedded=16, failed=0, stacked=True))
        await driver.heard()
        assert len(shown(driver)) == SARAHS
        services.tell(PhotosIndexed(1, hashed=12, embedded=12, failed=0, stacked=False))
        await driver.heard()
        assert len(shown(driver)) == SARAHS - 2


async def test_other_paths_of_the_same_file_are_shown(running: Running, services: FakeServices) -> None:
    services.photos.same_files[40] = (Path("/backup/a.jpg"), Path("/backup/b.jpg"))
    async with running(persona="sarah") as driver:
        assert "same file also at /backup/a.jpg and 1 more" in details(driver)


class ListApp(App[None]):
    """Nothing but a list."""

    def __init__(self, photo_list: PhotoList) -> None:
        super().__init__()
        self._list = photo_list

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield self._list


async def test_a_stack_whose_first_photo_left_stays_expanded_under_the_next_one(
    services: FakeServices,
) -> None:
    stack(services, 39, 37, 20)
    view = LibraryView(1, ZoneInfo("Europe/Berlin"), lambda: NOW)
    stacks = Stacks(services.photos, view)
    photo_list = PhotoList(stacks.fetch, lambda: NOW)
    app = ListApp(photo_list)
    async with app.run_test():
        photo_list.replace_ids([40, 39, 38])
        await settle(app)
        assert not stacks.toggle(photo_list)
        photo_list.move_to(1)
        assert stacks.toggle(photo_list)
        assert photo_list.rows.ids.tolist() == [40, 39, 37, 20, 38]
        assert stacks.expanded_count == 2
        del services.photos.photos[39]
        ids = array("q", [40, 38, 37])
        await stacks.insert_expanded(ids, view.browse)
        assert ids.tolist() == [40, 38, 37, 20]
        assert stacks.first_of(20) == 37
        assert await stacks.first_above(20, view.browse) == 37
