"""The calendar of slots: moving over it, moving posts in it, and filling its empty slots."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fluffy_tui.tui.screens.fill_week import FillWeekScreen
from fluffy_tui.tui.screens.library import LibraryScreen
from fluffy_tui.tui.screens.plan import PlanScreen
from fluffy_tui.tui.screens.post_detail import PostDetailScreen
from fluffy_tui.tui.week import apart
from fluffy_tui.tui.widgets.plan_grid import PlanGrid

from .conftest import Driver, Running
from .fakes import NOW, FakeServices


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
        assert "next " in str(grid(driver).border_title)
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


async def test_seven_photos_need_at_most_25_keys_besides_their_captions_and_one_takes_them_back(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        keys = ["3", "f"]
        await driver.press(*keys)
        assert isinstance(driver.screen, FillWeekScreen)
        week = driver.screen.week
        assert len(week) == 7
        slots = [entry.slot for entry in week]
        assert slots == sorted(slots, key=lambda slot: slot or NOW) and len(set(slots)) == 7
        for number in range(7):
            await driver.press(*f"n{number}", "ctrl+n")
            keys.append("ctrl+n")
        assert driver.screen.is_reviewing
        assert "n6" in driver.screen.table
        await driver.press("ctrl+s")
        keys.append("ctrl+s")
        assert len(keys) <= 25
        assert [given["caption"] for given in services.scheduling.submitted] == [f"n{n}" for n in range(7)]
        assert driver.screen.said.startswith("7 submitted.")
        await driver.press("z")
        assert driver.screen.said == "All of it was taken back."
        submitted = {given["photo"].id for given in services.scheduling.submitted}  # type: ignore[attr-defined]
        assert not submitted & {post.photo_id for post in services.scheduling.all_posts.values()}
        kept = driver.app.context.kept_texts.load(week[3].photo)
        assert kept is not None and kept.caption == "n3"


async def test_an_empty_caption_is_gone_to_a_photo_left_out_and_texts_are_kept(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "f")
        week = driver.screen.week
        left_out = week[1].photo.id
        await driver.press("ctrl+j", "ctrl+x", *"two", "ctrl+b", "ctrl+s")
        assert left_out not in {entry.photo.id for entry in week} and len(week) == 6
        assert driver.screen.is_reviewing
        assert "The caption is empty." in driver.screen.table
        await driver.press("ctrl+s")
        assert services.scheduling.submitted == []
        assert not driver.screen.is_reviewing
        assert driver.screen.said == "! The caption is empty."
        photo = week[1].photo
        await driver.press("escape")
        assert isinstance(driver.screen, PlanScreen)
        kept = driver.app.context.kept_texts.load(photo)
        assert kept is not None and kept.caption == "two"


@given(st.lists(st.integers(1, 5), max_size=12))
def test_pictures_that_are_alike_stand_apart_whenever_they_can(stacks: list[int]) -> None:
    ids = list(range(len(stacks)))
    of: Mapping[int, int] = dict(zip(ids, stacks, strict=True))
    order = apart(ids, of)
    assert sorted(order) == ids
    most = max((stacks.count(stack) for stack in stacks), default=0)
    if most <= (len(stacks) + 1) // 2:
        assert all(of[one] != of[next_] for one, next_ in pairwise(order))


def test_photos_without_copies_keep_their_order() -> None:
    assert apart([5, 3, 9], {}) == [5, 3, 9]
