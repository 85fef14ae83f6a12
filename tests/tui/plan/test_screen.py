"""The calendar of slots: moving over it, moving posts in it, and writing for its empty slots."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from PIL import Image

from fluffy_tui.buffer import ShareMode
from fluffy_tui.photos import PhotoUnreadable, Verdict
from fluffy_tui.scheduling import NotPossibleNow, Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.plan.plan_grid import PlanGrid
from fluffy_tui.tui.plan.screen import PlanScreen
from fluffy_tui.tui.plan.slot_pictures import SlotPictures
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from tui.conftest import Driver, Running
from tui.fakes import NOW, FakeServices, make_photo


def grid(driver: Driver) -> PlanGrid:
    """Return the calendar."""
    found: PlanGrid = driver.screen.query_one(PlanGrid)
    return found


async def go_to(driver: Driver, post_id: int) -> None:
    """Put the cursor on a post."""
    for day, (_, cells) in enumerate(grid(driver)._days):
        for row, cell in enumerate(cells):
            if cell.planned and cell.planned.post.id == post_id:
                grid(driver).cursor = (day, row)
    await driver.settle()


async def test_the_cursor_moves_over_slots_and_enter_opens_the_post(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        assert isinstance(driver.screen, PlanScreen)
        assert driver.screen.runway == (
            "3 days left · next 18:00 New York (your Wed 00:00) · 2 need you · 29 undecided"
        )
        first = grid(driver).cell
        assert first is not None and first.at >= NOW
        await driver.press("l")
        there = grid(driver).cell
        assert there is not None and there.at.date() > first.at.date()
        await driver.press("j")
        below = grid(driver).cell
        assert below is not None and below.at > there.at
        await driver.press("k", "h")
        assert grid(driver).cell == first
        await driver.press("right", "left", "down", "up")
        assert grid(driver).cell == first
        await go_to(driver, 2)
        assert "coffee first" in driver.screen.said
        await driver.press("enter")
        assert isinstance(driver.screen, PostDetailScreen)
        await driver.press("escape", "escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_a_post_moves_to_an_empty_slot_and_two_change_places(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await go_to(driver, 2)
        target = grid(driver).empty[-1]
        await driver.press("M")
        assert "choose an empty slot" in driver.screen.said
        day = next(n for n, (date, _) in enumerate(grid(driver)._days) if date == target.at.date())
        grid(driver).cursor = (day, grid(driver)._days[day][1].index(target))
        await driver.press("enter")
        assert services.scheduling.edits[-1]["at"] == target.at
        before = {c.planned.post.id: c.at for c in grid(driver).cells if c.planned}
        one, other = [id_ for id_, at in before.items() if at > NOW][:2]
        await go_to(driver, one)
        await driver.press("S")
        await go_to(driver, other)
        await driver.press("enter")
        last = {edit["post_id"]: edit["at"] for edit in services.scheduling.edits[-2:]}
        assert last == {one: before[other], other: before[one]}


async def test_the_footer_says_what_enter_and_esc_do_while_a_post_is_moved(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await go_to(driver, 2)
        assert driver.screen_text().splitlines()[-1].startswith(" enter Open ")
        await driver.press("M")
        footer = driver.screen_text().splitlines()[-1]
        assert footer.startswith(" enter Drop here  esc Cancel ")
        assert "Open" not in footer and "Fill" not in footer
        await driver.press("f")
        assert isinstance(driver.screen, PlanScreen)
        await driver.press("escape")
        footer = driver.screen_text().splitlines()[-1]
        assert footer.startswith(" enter Open ") and "Cancel" not in footer


async def test_what_was_taken_up_is_put_down_by_esc_and_a_taken_slot_refuses_a_move(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        posts = [c.planned.post.id for c in grid(driver).cells if c.planned and c.at > NOW]
        await go_to(driver, posts[0])
        await driver.press("M")
        await go_to(driver, posts[1])
        await driver.press("enter")
        assert services.scheduling.edits == []
        assert grid(driver).taken_up == posts[0]
        await driver.press("escape")
        assert grid(driver).taken_up is None
        assert isinstance(driver.screen, PlanScreen)


async def test_the_second_of_two_that_cannot_change_places_leaves_both_where_they_were(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        before = {c.planned.post.id: c.at for c in grid(driver).cells if c.planned}
        one, other = [id_ for id_, at in before.items() if at > NOW][:2]
        edit, refused = services.scheduling.edit, NotPossibleNow("Buffer is sending it.")

        async def refusing(post_id: int, **changes: object) -> object:
            services.scheduling.not_possible = refused if post_id == other else None
            return await edit(post_id, **changes)  # type: ignore[arg-type]

        services.scheduling.edit = refusing  # type: ignore[method-assign,assignment]
        await go_to(driver, one)
        await driver.press("S")
        await go_to(driver, other)
        await driver.press("enter")
        assert [(edit["post_id"], edit["at"]) for edit in services.scheduling.edits] == [
            (one, before[other]),
            (one, before[one]),
        ]
        assert {c.planned.post.id: c.at for c in grid(driver).cells if c.planned} == before
        assert "Not swapped: Buffer is sending it." in driver.notices()


async def test_what_is_going_out_is_not_taken_up_and_nothing_is_no_post(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        going_out = next(
            post.id for post in services.scheduling.all_posts.values() if post.step is Step.PUBLISHING
        )
        await go_to(driver, going_out)
        await driver.press("M", "S")
        assert driver.notices().count("This post is going out at this moment.") == 2
        grid(driver).cursor = (13, 0)
        await driver.press("M")
        assert driver.notices()[-1] == "There is no post here to move."
        assert driver.screen.taken_up is None


async def test_enter_on_an_empty_slot_writes_the_next_post_for_it(
    running: Running, services: FakeServices
) -> None:
    picked = 21
    await services.photos.decide(picked, Verdict.PICK)
    async with running(persona="sarah") as driver:
        await driver.press("3")
        slot = grid(driver).empty[3]
        day = next(n for n, (date, _) in enumerate(grid(driver)._days) if date == slot.at.date())
        grid(driver).cursor = (day, grid(driver)._days[day][1].index(slot))
        await driver.press("enter")
        assert isinstance(driver.screen, ComposeScreen)
        await driver.press(*"fog", "ctrl+s")
        assert isinstance(driver.screen, PlanScreen)
        [given] = services.scheduling.submitted
        assert (given["photo"].id, given["share_mode"]) == (picked, ShareMode.CUSTOM_SCHEDULED)
        assert given["at"] == slot.at
        assert grid(driver).cell is not None and grid(driver).cell.planned is not None


async def test_slots_show_their_pictures_where_there_is_room_and_words_where_there_is_not(
    running: Running, services: FakeServices
) -> None:
    gone = 7
    services.photos.photos[gone].path.unlink()
    async with running(persona="sarah") as driver:
        await driver.press("3")
        shown = [c.planned.post.photo_id for c in grid(driver).cells if c.planned]
        assert len(shown) == 8
        assert [id_ for id_ in shown if not grid(driver).has_picture(id_)] == [gone]
        drawn = driver.screen_text()
        assert "no picture" in drawn
        assert all(
            f"{sign} {word}" in drawn for sign, word in (("●", "sending"), ("!", "held"), ("·", "empty"))
        )
        await driver.pilot.resize_terminal(70, 24)
        await driver.settle()
        assert grid(driver).picture_height == 0
        assert not any(map(grid(driver).has_picture, shown))
        assert "● sending" in driver.screen_text(), "the legend tells the signs"


async def test_a_picture_that_comes_after_others_were_wanted_is_refused(tmp_path: Path) -> None:
    early, late = (make_photo(tmp_path, number, 1) for number in (1, 2))
    may_answer, redrawn = threading.Event(), list[int]()

    def thumbnail(photo: object, width: int, height: int) -> object:
        if photo is early:
            may_answer.wait(timeout=60)
        return Image.new("RGB", (width, height))

    pictures = SlotPictures(thumbnail)
    assert pictures.want([early], 8, 4)
    making = asyncio.create_task(pictures.make(lambda: redrawn.append(early.id)))
    await asyncio.sleep(0)
    assert pictures.want([late], 8, 4)
    await pictures.make(lambda: redrawn.append(late.id))
    may_answer.set()
    await making
    assert redrawn == [late.id]
    assert pictures.of(early.id) is None
    picture = pictures.of(late.id)
    assert picture is not None and (len(picture), len(picture[0])) == (4, 8)


async def test_a_picture_is_not_taken_for_missing_because_its_making_was_broken_off(tmp_path: Path) -> None:
    photo, may_answer = make_photo(tmp_path, 1, 1), threading.Event()

    def thumbnail(photo: object, width: int, height: int) -> object:
        may_answer.wait(timeout=60)
        return Image.new("RGB", (width, height))

    pictures = SlotPictures(thumbnail)
    assert pictures.want([photo], 8, 4)
    making = asyncio.create_task(pictures.make(lambda: None))
    await asyncio.sleep(0)
    making.cancel()  # as the plan does when something changes
    with pytest.raises(asyncio.CancelledError):
        await making
    may_answer.set()
    assert pictures.want([photo], 8, 4), "it is still to be made"
    assert not pictures.is_missing(photo.id)
    await pictures.make(lambda: None)
    assert pictures.of(photo.id) is not None


async def test_an_unreadable_picture_is_asked_for_once(tmp_path: Path) -> None:
    photo, asked = make_photo(tmp_path, 1, 1), list[object]()

    def thumbnail(photo: object, width: int, height: int) -> object:
        asked.append(photo)
        raise PhotoUnreadable("broken")

    pictures = SlotPictures(thumbnail)
    assert pictures.want([photo], 8, 4)
    await pictures.make(lambda: None)
    assert not pictures.want([photo], 8, 4)
    assert pictures.is_missing(photo.id)
    assert asked == [photo]
