"""The Plan tab: navigating the calendar, moving posts, and writing posts for free slots."""

from __future__ import annotations

from fluffy_tui.buffer import ShareMode
from fluffy_tui.photos import Verdict
from fluffy_tui.scheduling import NotPossibleNow, Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.plan.plan_grid import PlanGrid
from fluffy_tui.tui.plan.screen import PlanScreen
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from tui.conftest import Driver, Running
from tui.fakes import NOW, FakeServices


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


async def to_free_slot(driver: Driver) -> None:
    """Put the cursor on the first free slot to come."""
    grid(driver).cursor = next(
        (day, row)
        for day, (_, cells) in enumerate(grid(driver)._days)
        for row, cell in enumerate(cells)
        if cell.planned is None and cell.at > NOW
    )
    await driver.settle()


async def test_the_cursor_moves_over_slots_and_enter_opens_the_post(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        assert isinstance(driver.screen, PlanScreen)
        assert driver.text("#runway") == (
            "3 days left · next 18:00 New York (your Wed 00:00) · 2 problems · 29 undecided"
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
        assert "coffee first" in driver.text("#slot")
        await driver.press("enter")
        assert isinstance(driver.screen, PostDetailScreen)
        await driver.press("escape", "escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_a_post_moves_to_a_free_slot_and_two_posts_swap(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await go_to(driver, 2)
        target = grid(driver).free[-1]
        await driver.press("M")
        assert "Move “coffee first”: press enter on a free slot · esc cancels" in driver.text("#slot")
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


async def test_the_footer_shows_what_enter_and_esc_do_in_move_mode(running: Running) -> None:
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


async def test_esc_leaves_move_mode_and_a_taken_slot_refuses_a_move(
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
        assert grid(driver).moving == posts[0]
        await driver.press("escape")
        assert grid(driver).moving is None
        assert isinstance(driver.screen, PlanScreen)


async def test_a_failed_swap_leaves_both_posts_where_they_were(
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


async def test_posts_that_are_going_out_and_free_slots_cannot_be_picked_up(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        going_out = next(
            post.id for post in services.scheduling.all_posts.values() if post.step is Step.PUBLISHING
        )
        await go_to(driver, going_out)
        await driver.press("M", "S")
        assert driver.notices().count("Buffer is publishing this post right now.") == 2
        grid(driver).cursor = (13, 0)
        await driver.press("M")
        assert driver.notices()[-1] == "There is no post here to move."
        assert grid(driver).moving is None


async def test_enter_on_a_free_slot_writes_the_next_post_for_it(
    running: Running, services: FakeServices
) -> None:
    picked = 21
    await services.photos.decide(picked, Verdict.PICK)
    async with running(persona="sarah") as driver:
        await driver.press("3")
        slot = grid(driver).free[3]
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


async def test_slots_show_pictures_if_there_is_room_and_words_if_not(
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
            f"{sign} {word}" in drawn for sign, word in (("●", "sending"), ("!", "held"), ("·", "free"))
        )
        await driver.pilot.resize_terminal(70, 24)
        await driver.settle()
        assert grid(driver).picture_height == 0
        assert not any(map(grid(driver).has_picture, shown))
        assert "● queued" in driver.screen_text(), "the legend explains the signs"


async def test_enter_on_a_free_slot_makes_one_post_of_all_selected_photos(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "space", "3")
        await to_free_slot(driver)
        assert "enter writes a post of 3 selected photos for it" in " ".join(driver.text("#slot").split())
        await driver.press("enter")
        assert isinstance(driver.screen, ComposeScreen)
        assert [photo.photo_id for photo in driver.screen.arrangement.photos.photos] == [40, 39, 38]
        await driver.press(*"fog", "ctrl+s")
        await driver.heard()
        assert [photo.photo_id for photo in services.scheduling.submitted[-1]["photos"]] == [40, 39, 38]
        assert services.scheduling.submitted[-1]["share_mode"] is ShareMode.CUSTOM_SCHEDULED
        assert not driver.app.context.selection
        await driver.press("1", *["space"] * 11, "3")
        await to_free_slot(driver)
        await driver.press("enter")
        assert isinstance(driver.screen, PlanScreen)
        assert driver.notices()[-1] == (
            "A post takes at most 10 photos, and 11 are selected. "
            "Deselect some, or make one post of each with f."
        )
