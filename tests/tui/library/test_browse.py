"""LibraryLoader and deciding by keys: filter, order, dates, verdicts, undo, the filmstrip."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.content import Content

from fluffy_tui.photos import PhotoNotFound, Verdict
from fluffy_tui.tui.library.filmstrip import Filmstrip
from fluffy_tui.tui.library.filter_bar import FilterBar
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from tui.conftest import Driver, Running
from tui.fakes import FakeServices

SARAHS = 29
"""Photos of sarah without a post: 12 to 40."""


def photos(driver: Driver) -> PhotoList:
    """Return the list."""
    found: PhotoList = driver.screen.query_one(PhotoList)
    return found


def title(driver: Driver) -> str:
    """Return what the list says that it shows."""
    return Content.from_markup(str(photos(driver).border_title)).plain


def shown(driver: Driver) -> list[int]:
    """Return the ids in the list."""
    return photos(driver).rows.ids.tolist()


def verdict(services: FakeServices, id_: int) -> str | None:
    """Return what is stored about a photo."""
    return services.photos.photos[id_].verdict


async def test_verdicts_go_on_to_the_next_photo(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("p", "x", "j", "p")
        assert [verdict(services, id_) for id_ in (40, 39, 38, 37)] == ["pick", "reject", None, "pick"]
        assert photos(driver).highlighted_id == 36
        assert "✓" in photos(driver).render_line(0).text
        assert "✗" in photos(driver).render_line(1).text
        await driver.press("k", "u")
        assert verdict(services, 37) is None
        assert len(shown(driver)) == SARAHS


async def test_undo_takes_back_one_after_the_other(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("p", "x", "G", "z")
        assert photos(driver).highlighted_id == 39
        assert [verdict(services, id_) for id_ in (40, 39)] == ["pick", None]
        await driver.press("z")
        assert photos(driver).highlighted_id == 40
        assert verdict(services, 40) is None
        assert "✓" not in photos(driver).render_line(0).text


async def test_many_decisions_at_once_are_stored_in_order(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.pilot.press(*"pxpxkkux")
        await driver.settle()
        assert [verdict(services, id_) for id_ in (40, 39, 38, 37)] == ["pick", "reject", None, "reject"]


async def test_among_the_undecided_a_decided_photo_leaves(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("v", "p", "x")
        assert title(driver) == "unscheduled · undecided · newest first"
        assert shown(driver)[:2] == [38, 37]
        assert photos(driver).cursor == 0
        await driver.press("z")
        assert shown(driver)[:2] == [39, 38]
        assert photos(driver).highlighted_id == 39
        await driver.press("v")
        assert shown(driver) == [40]
        await driver.press("v")
        assert shown(driver) == []
        assert "No photo matches" in driver.text("#nothing")
        await driver.press("v")
        assert len(shown(driver)) == SARAHS


async def test_a_decision_that_cannot_be_stored_is_said_and_taken_back(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        services.photos.decide_error = PhotoNotFound("There is no photo 40.")
        await driver.press("p")
        assert "✓" not in photos(driver).render_line(0).text
        assert "no photo 40" in str([toast.message for toast in driver.app._notifications])


async def test_a_verdict_from_another_terminal_is_seen(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j", "j")
        asked = len(services.photos.asked)
        await services.photos.decide(39, Verdict.PICK)
        await driver.heard()
        assert "✓" in photos(driver).render_line(1).text
        assert photos(driver).highlighted_id == 38
        assert len(services.photos.asked) == asked  # one row is read, not the library


async def test_it_opens_on_the_first_undecided_photo(running: Running, services: FakeServices) -> None:
    for id_ in (40, 39, 37):
        services.photos.photos[id_] = replace(services.photos.photos[id_], verdict="reject")
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 38
        await driver.press("p")
    async with running(persona="sarah") as driver:  # left on 37, which is decided
        assert photos(driver).highlighted_id == 36
        await driver.press(*"jjj")
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 33


async def test_filter_as_one_types(running: Running) -> None:
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


async def test_typing_a_filter_does_not_lose_the_place(running: Running) -> None:
    """A photo that the first letters hide is under the cursor again once the whole word shows it."""
    async with running(persona="sarah") as driver:
        await driver.press("j", "j", "j", "slash", *"never")
        assert photos(driver).highlighted_id == 37
        await driver.press(*"xyz", "escape")
        assert photos(driver).highlighted_id == 37
        await driver.press("slash", *"img_201", "enter", "escape")
        assert photos(driver).highlighted_id == 19


async def test_filter_words(running: Running, services: FakeServices) -> None:
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


async def test_a_filter_that_nothing_meets_stays_open_to_be_changed(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"nosuch")
        assert shown(driver) == []
        assert driver.screen.query_one(PhotoPreview).sentence.startswith("No photo matches")
        assert isinstance(driver.app.focused, FilterBar)
        await driver.press("escape")
        assert len(shown(driver)) == SARAHS


async def test_markup_typed_is_text(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"[/b][red")
        assert title(driver) == "unscheduled · “[/b][red” · newest first"


async def test_sort_and_turn_round(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j")
        titles = []
        for _ in range(4):
            await driver.press("s")
            titles.append(title(driver).partition(" · ")[2])
            assert photos(driver).highlighted_id == 39
        assert titles == ["last imported first", "by name", "tallest first", "newest first"]
        await driver.press("S")
        assert title(driver) == "unscheduled · oldest first"
        assert shown(driver) == sorted(shown(driver))
        assert photos(driver).highlighted_id == 39


async def test_jump_to_a_date(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("s", "s", "d")
        assert isinstance(driver.screen, AskTextScreen)
        await driver.press(*"soon", "enter")
        assert "is no date" in driver.text("#problem")
        assert driver.text("#hint") == "enter go   esc cancel"
        await driver.press("ctrl+u", *"2026-11-08", "enter")
        assert isinstance(driver.screen, LibraryScreen)
        assert title(driver) == "unscheduled · newest first"
        photo = photos(driver).highlighted
        assert photo is not None
        assert photo.taken_at is not None
        assert photo.taken_at.astimezone(driver.app.context.zone).day == 8
        later = services.photos.photos[photo.id + 1].taken_at
        assert later is not None
        assert later.astimezone(driver.app.context.zone).day == 9


async def test_a_date_before_all_photos_is_said(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("d", *"1999", "enter")
        assert "nor any older" in driver.text("#problem")


async def test_the_filmstrip_shows_the_neighbours(running: Running) -> None:
    async with running(persona="sarah") as driver:
        strip = driver.screen.query_one(Filmstrip)
        assert not strip.display
        await driver.press("tab", *"jjjjj")
        assert strip.display
        while not strip.is_complete:
            await driver.pilot.pause(0.01)
        middle = strip.render_line(3)
        colours = {segment.style.color for segment in middle if segment.style and segment.text == "▀"}
        assert len(colours) > 10
        assert "▔" in strip.render_line(6).text
        await driver.pilot.click(Filmstrip, offset=(strip.size.width - 8, 2))
        await driver.settle()
        assert photos(driver).cursor > 5
        await driver.press("tab")
        assert not strip.display


async def test_a_broken_photo_leaves_its_frame_empty(running: Running, services: FakeServices) -> None:
    services.photos.photos[39].path.write_bytes(b"broken")
    async with running(persona="sarah") as driver:
        await driver.press("tab")
        strip = driver.screen.query_one(Filmstrip)
        while not strip.is_complete:
            await driver.pilot.pause(0.01)
        assert "no picture" in strip.render_line(3).text


async def test_undo_belongs_to_what_came_last(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post that was submitted after the last decision is taken back first."""
    taken_back = []
    async with running(persona="sarah") as driver:
        await driver.press("p")
        result = await services.scheduling.schedule_post(services.photos.photos[30], "hello")
        assert result.post is not None
        late = replace(result.post, created_at=driver.app.context.clock() + timedelta(seconds=1))
        monkeypatch.setattr("fluffy_tui.tui.library.screen.in_grace", lambda *_: late)
        monkeypatch.setattr(driver.app, "action_undo_submit", lambda: taken_back.append(late))
        await driver.press("z")
        assert taken_back == [late]
        assert verdict(services, 40) == "pick"
