"""Copies folded into one line, what is alike, marks, and how far pictures were looked at: by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fluffy_tui.core.app_events import PhotosIndexed
from fluffy_tui.photos import Sort
from fluffy_tui.similarity import NoEmbeddings, NotIndexedYet
from fluffy_tui.tui.library import library_frame
from fluffy_tui.tui.library.filter_bar import FilterBar
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.session.messages import FillWeek
from tui.conftest import Driver, Running
from tui.fakes import FakeServices
from tui.library.test_browse import SARAHS, photos, shown, title, verdict


def line(driver: Driver, index: int) -> str:
    """Return a line of the list, its blanks made one each."""
    return " ".join(photos(driver).render_line(index).text.split())


def toasts(driver: Driver) -> str:
    """Return everything that was said in passing."""
    return " ".join(toast.message for toast in driver.app._notifications)


def details(driver: Driver) -> str:
    """Return what is said below the picture."""
    return driver.text(".details")


def looking(driver: Driver) -> str:
    """Return how far the worker is said to be; empty where nothing is said."""
    widget = driver.screen.query_one("#looking")
    return driver.text("#looking") if widget.display else ""


def stack(services: FakeServices, *ids: int) -> None:
    """Make photos copies of each other."""
    services.photos.copies |= dict.fromkeys(ids, ids[0])


async def test_copies_are_one_line_that_opens_and_closes(running: Running, services: FakeServices) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        assert shown(driver)[:4] == [40, 39, 38, 36]
        assert len(shown(driver)) == SARAHS - 2
        assert title(driver) == "unscheduled · newest first"
        assert photos(driver).border_subtitle == "1–27 of 27 · 2 folded"
        assert "▸ 2 copies" in line(driver, 1)
        assert "copies" not in line(driver, 0)
        await driver.press("c")
        assert "There is no copy of this photo." in toasts(driver)
        await driver.press("j")
        assert "2 copies folded, c opens · keys act on this one only" in details(driver)
        await driver.press("c")
        assert shown(driver)[:6] == [40, 39, 37, 20, 38, 36]
        assert photos(driver).highlighted_id == 39
        assert "▾ 2 copies" in line(driver, 1)
        assert photos(driver).border_subtitle == "1–29 of 29"
        assert "└ IMG_2037" in line(driver, 2)
        assert "c folds them again" in details(driver)
        await driver.press("j", "j")
        assert photos(driver).highlighted_id == 20
        assert "a copy: the same picture" in details(driver)
        await driver.press("c")
        assert shown(driver)[:4] == [40, 39, 38, 36]
        assert photos(driver).highlighted_id == 39
        await driver.press("G", "k")
        assert photos(driver).highlighted_id == 13


async def test_an_open_stack_stays_open_while_the_library_changes(
    running: Running, services: FakeServices
) -> None:
    """Other photos come, the order is turned round, the first of the stack gets its post."""
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("j", "c", "j")
        services.photos_changed()
        await driver.heard()
        assert shown(driver)[:5] == [40, 39, 37, 20, 38]
        assert photos(driver).highlighted_id == 37
        await driver.press("S")
        at = shown(driver).index(20)
        assert shown(driver)[at : at + 3] == [20, 37, 39]
        assert "▾ 2 copies" in line(driver, at)
        await driver.press("S")
        await services.scheduling.schedule_post(services.photos.photos[39], "out it goes")
        await driver.heard()
        assert shown(driver)[:4] == [40, 38, 37, 20]
        assert "▾ 1 copy" in line(driver, 2)


async def test_all_copies_are_shown_and_folded_with_one_key(running: Running, services: FakeServices) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("j", "C")
        assert shown(driver)[:4] == [40, 39, 38, 37]
        assert title(driver) == "unscheduled · newest first"
        await driver.press("c")
        assert "C folds them" in toasts(driver)
        await driver.press("j", "j", "C")
        assert len(shown(driver)) == SARAHS - 2
        assert photos(driver).highlighted_id == 39  # it has taken in the photo under the cursor


async def test_a_verdict_on_a_folded_stack_is_about_the_photo_shown(
    running: Running, services: FakeServices
) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("j", "x")
        assert [verdict(services, id_) for id_ in (39, 37, 20)] == ["reject", None, None]
        assert "Rejected: this photo only, its 2 copies stay as before. c shows copies." in toasts(driver)
        assert photos(driver).highlighted_id == 38
        await driver.press("z")
        assert photos(driver).highlighted_id == 39
        await driver.press("v", "p")
        assert shown(driver)[:3] == [40, 38, 37]  # the next of the stack is undecided
        assert "▸ 1 copy" in line(driver, 2)
        await driver.press("z")
        assert shown(driver)[:3] == [40, 39, 38]


async def test_copies_found_meanwhile_are_folded_and_the_cursor_goes_to_their_first(
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
        assert "▸ 2 copies" in line(driver, 1)


async def test_a_long_list_is_folded_once_the_worker_is_through(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker finds copies every second for hours; a million photos are not read as often."""
    monkeypatch.setattr(library_frame, "MANY", 20)
    services.similarity.hashed = 12
    async with running(persona="sarah") as driver:
        stack(services, 39, 37, 20)
        services.tell(PhotosIndexed(1, hashed=16, embedded=16, failed=0, stacked=True))
        await driver.heard()
        assert len(shown(driver)) == SARAHS
        services.tell(PhotosIndexed(1, hashed=12, embedded=12, failed=0, stacked=False))
        await driver.heard()
        assert len(shown(driver)) == SARAHS - 2


async def test_the_same_file_elsewhere_is_told(running: Running, services: FakeServices) -> None:
    services.photos.same_files[40] = (Path("/backup/a.jpg"), Path("/backup/b.jpg"))
    async with running(persona="sarah") as driver:
        assert "same file also at /backup/a.jpg and 1 more" in details(driver)


async def test_more_like_this_and_back_to_where_one_was(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah", size=(140, 24)) as driver:
        await driver.press(*"jjjjjjjjjjjjjjjjkk")
        place = photos(driver).highlighted_id, photos(driver).row_on_screen
        assert place[0] == 26
        await driver.press("m")
        assert title(driver) == "like IMG_2026.JPG · esc back"
        assert shown(driver)[:4] == [25, 27, 24, 28]
        assert photos(driver).highlighted_id == 25
        assert "0.04 same scene" in line(driver, 0)
        assert "0.04 away: the same scene" in details(driver)
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


async def test_an_answer_follows_what_happens_and_gives_way_to_other_keys(
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


async def test_least_like_the_last_posts(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("L")
        assert title(driver) == "least like last 9 · esc back"
        assert shown(driver)[0] == 40
        await driver.press("escape")
        services.scheduling.all_posts.clear()
        await driver.press("L")
        assert "Nothing has been posted yet" in toasts(driver)
        assert title(driver) == "unscheduled · newest first"


async def test_what_cannot_be_answered_says_why_and_moves_nothing(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("j")
        services.similarity.error = NotIndexedYet(
            "Still looking at pictures: 120 of 515.", "It goes on by itself."
        )
        await driver.press("m")
        assert "Still looking at pictures: 120 of 515. It goes on by itself." in toasts(driver)
        services.similarity.error = NoEmbeddings(
            "Pictures cannot be compared here: the extra `embed` is not installed."
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
        assert "no other photo without a post" in toasts(driver)


async def test_how_far_pictures_were_looked_at_is_heard_not_asked(
    running: Running, services: FakeServices
) -> None:
    services.similarity.hashed = 12
    async with running(persona="sarah") as driver:
        assert looking(driver) == "looking at pictures: 12 of 40"
        counted = services.similarity.counted
        services.tell(PhotosIndexed(1, hashed=16, embedded=16, failed=0, stacked=False))
        services.tell(PhotosIndexed(2, hashed=3, embedded=3, failed=0, stacked=False))
        await driver.heard()
        assert looking(driver) == "looking at pictures: 28 of 40"
        assert services.similarity.counted == counted
        services.tell(PhotosIndexed(1, hashed=12, embedded=12, failed=0, stacked=False))
        await driver.heard()
        assert looking(driver) == ""
        services.similarity.hashed = 38
        services.tell(PhotosIndexed(1, hashed=0, embedded=0, failed=2, stacked=False))
        await driver.heard()
        assert looking(driver) == "looking at pictures: 38 of 40"
        await driver.press("c")
        assert "No copy of this photo is known yet: looking at pictures: 38 of 40." in toasts(driver)


async def test_marks_stay_while_the_list_changes_and_go_with_escape(
    running: Running, services: FakeServices
) -> None:
    stack(services, 39, 37, 20)
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "j", "space")
        assert photos(driver).border_subtitle == "3 marked · 1–27 of 27 · 2 folded"
        assert line(driver, 0).startswith("● IMG_2040")
        assert photos(driver).highlighted_id == 35
        await driver.press("s", "G", "slash", *"img_202", "enter")
        assert str(photos(driver).border_subtitle).startswith("3 marked")
        await driver.press("escape")
        assert str(photos(driver).border_subtitle).startswith("3 marked")
        await driver.press("g", "space")
        assert str(photos(driver).border_subtitle).startswith("2 marked")
        await driver.press("escape")
        assert photos(driver).border_subtitle == "1–27 of 27 · 2 folded"
        assert "2 no longer marked." in toasts(driver)
        assert "●" not in line(driver, 1)


async def test_marked_photos_fill_the_week_in_their_order(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        wanted: list[tuple[int, ...]] = []
        post = driver.app.post_message

        def note(message: object) -> bool:
            if isinstance(message, FillWeek):
                wanted.append(message.photo_ids)
                return True
            return post(message)  # type: ignore[arg-type]

        driver.app.post_message = note  # type: ignore[method-assign]
        await driver.press("f")
        assert "Mark photos with space first" in toasts(driver)
        await driver.press("j", "j", "space", "g", "space", "f")
        assert wanted == [(38, 40)]
        await services.scheduling.schedule_post(services.photos.photos[38], "the first")
        await driver.heard()
        assert str(photos(driver).border_subtitle).startswith("1 marked")
        del services.photos.photos[40]
        services.photos_changed()
        await driver.heard()
        assert photos(driver).border_subtitle == "1–27 of 27"


async def test_it_opens_where_one_was_before_an_answer_and_on_the_first_of_a_stack(
    running: Running, services: FakeServices
) -> None:
    for id_ in range(30, 41):
        services.photos.photos[id_] = replace(services.photos.photos[id_], verdict="pick")
    stack(services, 29, 28)
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 29
        await driver.press("j", "j", "m", "j", "j")
    async with running(persona="sarah") as driver:
        assert photos(driver).highlighted_id == 26
        await driver.press("k", "k", "c", "j")
        assert photos(driver).highlighted_id == 28
    async with running(persona="sarah") as driver:  # 28 is behind 29, and the next line is undecided
        assert photos(driver).highlighted_id == 27


async def test_a_jump_leaves_the_answer(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("m", "d", *"2026-11-08", "enter")
        assert title(driver) == "unscheduled · newest first"
        assert driver.app.screen._browsing.browse.sort is Sort.TAKEN  # type: ignore[attr-defined]
        photo = photos(driver).highlighted
        assert photo is not None
        assert photo.taken_at is not None
        assert photo.taken_at.astimezone(driver.app.context.zone).day == 8
