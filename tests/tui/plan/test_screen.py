"""The Plan tab: navigating the calendar, moving posts, and writing posts for free slots."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.personas import PersonaChannel
from fluffy_tui.photos import Verdict
from fluffy_tui.scheduling import Agenda, ChannelChoice, NotPossibleNow, Results, Step
from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
from fluffy_tui.tui.plan.month_grid import MonthGrid
from fluffy_tui.tui.plan.plan_cells import Cell
from fluffy_tui.tui.plan.plan_grid import PlanGrid
from fluffy_tui.tui.plan.screen import PlanScreen
from fluffy_tui.tui.plan.slot_calendar import SlotCalendar
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.text.words import one_line
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, NOW, FakeServices, make_post, with_channels
from tui.live_posts import MONDAY, WEEK, live
from tui.several_channels import on_channels

if TYPE_CHECKING:
    from fluffy_tui.personas import Persona


def grid(driver: Driver) -> PlanGrid:
    """Return the calendar."""
    found: PlanGrid = driver.screen.query_one(PlanGrid)
    return found


def cells(driver: Driver) -> list[Cell]:
    """Return all cells that are shown, in order."""
    return [cell for day in grid(driver)._days for cell in day.cells]


def free_slots(driver: Driver) -> list[Cell]:
    """Return the free slots that are shown."""
    return [cell for cell in cells(driver) if cell.planned is None]


async def to_cell(driver: Driver, wanted: Cell) -> None:
    """Put the cursor on a cell."""
    [grid(driver).cursor] = [
        (number, row)
        for number, day in enumerate(grid(driver)._days)
        for row, cell in enumerate(day.cells)
        if cell == wanted
    ]
    await driver.settle()


async def go_to(driver: Driver, post_id: int) -> None:
    """Put the cursor on a post."""
    await to_cell(driver, next(c for c in cells(driver) if c.planned and c.planned.post.id == post_id))


def day_of_cursor(driver: Driver) -> str:
    """Return the day of the cell under the cursor; empty without one."""
    cell = grid(driver).cell
    return f"{cell.at:%Y-%m-%d}" if cell else ""


def lines_of(calendar: SlotCalendar) -> list[str]:
    """Return the lines of a calendar, without styles."""
    return [calendar.render_line(y).text for y in range(calendar.content_size.height)]


def planned(driver: Driver) -> list[int]:
    """Return the IDs of the posts that are shown and still to come."""
    return [
        cell.planned.post.id
        for day in grid(driver)._days
        for cell in day.cells
        if cell.planned and cell.at > NOW
    ]


async def test_the_cursor_moves_over_slots_and_enter_opens_the_post(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        assert isinstance(driver.screen, PlanScreen)
        assert driver.text("#runway") == (
            "3 days left · next 18:00 New York (your Wed 00:00) · 2 problems · 30 undecided"
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
        target = free_slots(driver)[-1]
        await driver.press("M")
        assert "Move “coffee first”: press enter on a free slot · esc cancels" in driver.text("#slot")
        await to_cell(driver, target)
        await driver.press("enter")
        assert services.scheduling.edits[-1]["at"] == target.at
        before = {c.planned.post.id: c.at for c in cells(driver) if c.planned}
        posts = services.scheduling.all_posts
        one, other = [id_ for id_, at in before.items() if at > NOW and posts[id_].can_be_changed][:2]
        await go_to(driver, one)
        await driver.press("X")
        await go_to(driver, other)
        await driver.press("enter")
        last = {edit["post_id"]: edit["at"] for edit in services.scheduling.edits[-2:]}
        assert last == {one: before[other], other: before[one]}


async def test_the_footer_shows_what_enter_and_esc_do_in_move_mode(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await go_to(driver, 2)
        assert driver.footer().startswith(" enter Open ") and "channel" not in driver.footer()
        await driver.press("M")
        assert driver.footer().startswith(" enter Drop here  esc Cancel ")
        assert "Open" not in driver.footer() and "Fill" not in driver.footer()
        await driver.press("f")
        assert isinstance(driver.screen, PlanScreen)
        await driver.press("escape")
        assert driver.footer().startswith(" enter Open ") and "Cancel" not in driver.footer()


async def test_esc_leaves_move_mode_and_a_taken_slot_refuses_a_move(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        posts = [c.planned.post.id for c in cells(driver) if c.planned and c.at > NOW]
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
        before = {c.planned.post.id: c.at for c in cells(driver) if c.planned}
        one, other = [id_ for id_, at in before.items() if at > NOW][:2]
        edit, refused = services.scheduling.edit, NotPossibleNow("Buffer is sending it.")

        async def refusing(post_id: int, **changes: object) -> object:
            services.scheduling.not_possible = refused if post_id == other else None
            return await edit(post_id, **changes)  # type: ignore[arg-type]

        services.scheduling.edit = refusing  # type: ignore[method-assign,assignment]
        await go_to(driver, one)
        await driver.press("X")
        await go_to(driver, other)
        await driver.press("enter")
        assert [(edit["post_id"], edit["at"]) for edit in services.scheduling.edits] == [
            (one, before[other]),
            (one, before[one]),
        ]
        assert {c.planned.post.id: c.at for c in cells(driver) if c.planned} == before
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
        for key in ("M", "X"):
            await driver.press(key)
            assert driver.notices() == ["Buffer is publishing it, so it cannot be changed."]
            driver.app.clear_notifications()
        await to_cell(driver, free_slots(driver)[-1])
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
        slot = free_slots(driver)[3]
        await to_cell(driver, slot)
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
        shown = [c.planned.post.photo_id for c in cells(driver) if c.planned]
        assert len(shown) == 9
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
        await to_cell(driver, free_slots(driver)[0])
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
        await to_cell(driver, free_slots(driver)[0])
        await driver.press("enter")
        assert isinstance(driver.screen, PlanScreen)
        assert driver.notices()[-1] == (
            "A post takes at most 10 photos, and 11 are selected. "
            "Deselect some, or make one post of each with f."
        )


async def test_weeks_start_on_monday_and_say_what_is_special_about_a_day(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        lines = lines_of(grid(driver))
        first, second = [line.split() for line in lines if "Mon" in line]
        assert first == [
            "Mon",
            "11",
            "Tue",
            "12",
            "today",
            "Wed",
            "13",
            "Thu",
            "14",
            "Fri",
            "15",
            "Sat",
            "16",
            "Sun",
            "17",
        ]
        assert second[:2] == ["Mon", "18"]
        assert grid(driver).border_title == "11 Jan – 24 Jan 2027"
        divider = next(number for number, line in enumerate(lines) if set(line.strip()) == {"─"})
        assert "Mon 18" in lines[divider + 1]
        assert lines[1].count("no slots") == 2, "on Saturday and Sunday"
        week = services.planning.asked[-1]
        assert [str(moment.date()) for moment in week if moment] == ["2027-01-11", "2027-01-25"]


async def test_page_keys_turn_to_other_weeks_and_home_comes_back(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "pagedown")
        assert grid(driver).border_title == "25 Jan – 7 Feb 2027"
        assert day_of_cursor(driver) == "2027-01-26"
        await driver.press("ctrl+d", "home")
        assert grid(driver).border_title == "11 Jan – 24 Jan 2027"
        await driver.press("pageup", "ctrl+u")
        assert grid(driver).border_title == "14 Dec – 27 Dec 2026"
        assert grid(driver).cell is None and "no slots and no posts" in driver.text("#slot")
        assert driver.dimmed() == {"Open", "Move", "Swap"}
        await driver.press("enter", "M")
        assert "There is no post here to move." in driver.notices()
        await driver.press("g")
        assert grid(driver).cell is not None


async def test_a_post_can_be_moved_to_a_week_that_is_not_shown(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await go_to(driver, 2)
        await driver.press("M", "tab", "pagedown", "enter")
        assert driver.screen.query_one(MonthGrid).display is False, "the month has no slots to drop it in"
        assert str(services.scheduling.edits[-1]["at"].date()) >= "2027-01-25"  # type: ignore[attr-defined]


async def test_the_footer_dims_what_cannot_be_done_with_a_cell(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await to_cell(driver, free_slots(driver)[0])
        assert driver.dimmed() == {"Move", "Swap"}
        await go_to(driver, 2)
        assert driver.dimmed() == set()
        services.personas.personas[1] = with_channels(
            services.personas.personas[1], replace(CHANNELS[0], posting_schedule=())
        )
        await driver.press("ctrl+r")
        await driver.heard()
        assert "Fill slots" in driver.dimmed()
        await driver.press("f")
        assert driver.notices()[-1] == "No free slots: this channel has no posting schedule in Buffer."


async def test_a_past_day_of_the_month_opens_with_what_went_live_on_it(
    running: Running, services: FakeServices
) -> None:
    then = NOW - timedelta(days=29)
    live = next(post for post in services.scheduling.all_posts.values() if post.step is Step.LIVE)
    services.scheduling.all_posts[live.id] = replace(live, posted_at=then, scheduled_at=then)
    async with running(persona="sarah") as driver:
        await driver.press("3", "tab", "pageup")
        assert driver.text("#slot").startswith("Saturday 12 December · no posts")
        await driver.press("l", "l", "enter")
        assert day_of_cursor(driver) == "2026-12-14"
        assert one_line(live.caption) in driver.text("#slot")


async def test_the_month_counts_posts_and_free_slots_of_each_day(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "tab")
        month = driver.screen.query_one(MonthGrid)
        assert (month.border_title, str(month.day)) == ("January 2027", "2027-01-12")
        asked = len(services.planning.asked)
        lines = lines_of(month)
        assert lines[0].split() == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        assert lines[1].split() == ["28", "29", "30", "31", "1", "2", "3"]
        assert "12 today" in " ".join(lines_of(month))
        assert driver.text("#slot").startswith("Tuesday 12 January · today · ")
        assert {"Move", "Swap"} <= driver.dimmed()
        await driver.press("l", "j", "h", "k", "right", "left", "down", "up")
        assert str(month.day) == "2027-01-12"
        assert len(services.planning.asked) == asked, "one query serves the month"
        await driver.press("j", "j")
        assert str(month.day) == "2027-01-26"
        assert driver.text("#slot").startswith("Tuesday 26 January · 2 free slots")
        await driver.press("j")
        assert (month.border_title, str(month.day)) == ("February 2027", "2027-02-02")
        await driver.press("pageup", "ctrl+u", "pagedown", "ctrl+d", "pagedown")
        assert (month.border_title, str(month.day)) == ("March 2027", "2027-03-02")
        assert [str(moment.date()) for moment in services.planning.asked[-1] if moment] == [
            "2027-03-01",
            "2027-04-05",
        ]
        await driver.press("enter")
        assert not month.display
        assert grid(driver).has_focus
        assert day_of_cursor(driver) == "2027-03-02"
        await driver.press("tab", "g")
        assert str(month.day) == "2027-01-12"
        await driver.press("escape")
        assert isinstance(driver.screen, PlanScreen) and grid(driver).display
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_the_month_opens_on_the_day_of_the_weeks(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "pagedown", "l", "l")
        day = day_of_cursor(driver)
        assert day > "2027-01-20"
        await driver.press("tab")
        assert str(driver.screen.query_one(MonthGrid).day) == day
        await driver.press("g", "tab")
        assert day_of_cursor(driver) == day, "the weeks are as they were"
        await driver.press("tab")
        assert str(driver.screen.query_one(MonthGrid).day) == day


async def test_the_hint_of_a_day_says_what_is_shown_of_it(running: Running, services: FakeServices) -> None:
    services.personas.personas[1] = with_channels(
        services.personas.personas[1],
        replace(CHANNELS[0], posting_schedule=CHANNELS[0].posting_schedule[:1]),  # Mondays
    )
    async with running(persona="sarah") as driver:
        await driver.press("3", "tab", "g", "pagedown")
        month = driver.screen.query_one(MonthGrid)
        assert month.plan_day is not None and not month.plan_day.cells
        assert driver.text("#slot").endswith("enter shows this week")
        await driver.press("h", "h", "h", "h")
        assert driver.text("#slot").endswith("enter shows this day with its slots")
        live = next(post for post in services.scheduling.all_posts.values() if post.step is Step.LIVE)
        assert live.posted_at is not None
        month.day = live.posted_at.date()
        await driver.settle()
        assert driver.text("#slot").endswith("enter shows this day with its posts")


async def test_no_day_of_the_month_is_cut_in_a_small_terminal(
    running: Running, services: FakeServices
) -> None:
    at = NOW + timedelta(days=2)
    for id_, step in ((60, Step.ACCEPTED), (61, Step.PUBLISHING), (62, Step.FAILED)):
        photo = services.photos.photos[id_ - 40]
        services.scheduling.all_posts[id_] = make_post(id_, photo, "one", step, scheduled_at=at)
    async with running(persona="sarah", size=(60, 18)) as driver:
        await driver.press("3", "tab")
        month = driver.screen.query_one(MonthGrid)
        lines = lines_of(month)
        assert not [line for line in lines if "…" in line]
        assert any("14▲✓●✗" in line for line in lines), "signs, where there is no room for numbers"


async def test_in_move_mode_a_free_slot_is_only_where_the_post_may_go(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await go_to(driver, 2)
        await driver.press("M")
        await to_cell(driver, free_slots(driver)[0])
        assert driver.text("#slot").endswith("\n\nfree slot")
        await driver.press("escape")
        assert "writes a post" in driver.text("#slot")


async def test_a_failed_post_is_shown_at_its_time_and_takes_no_slot(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        slot = free_slots(driver)[1]
        failed = make_post(60, services.photos.photos[20], "lost", Step.FAILED, scheduled_at=slot.at)
        services.scheduling.all_posts[60] = failed
        await driver.press("ctrl+r")
        await driver.heard()
        assert slot in free_slots(driver)
        await go_to(driver, 60)
        assert "failed" in driver.text("#slot") and "lost" in driver.text("#slot")
        assert "✗ failed" in "".join(lines_of(grid(driver)))
        assert grid(driver).has_picture(20)
        await driver.press("enter")
        assert isinstance(driver.screen, PostDetailScreen)


async def test_pictures_are_drawn_in_another_way_at_once(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3")
        assert "▀" in "".join(lines_of(grid(driver)))
        driver.app._switch_pictures(RendererChoice("shades", ""))
        await driver.settle()
        drawn = "".join(lines_of(grid(driver)))
        assert "▀" not in drawn and "█" in drawn
        driver.app._switch_pictures(RendererChoice("off", ""))
        await driver.settle()
        assert grid(driver).picture_height == 0


async def test_the_plan_of_each_channel_is_shown_in_both_views(
    running: Running, services: FakeServices
) -> None:
    on_channels(services, 30, Step.ACCEPTED, Step.ACCEPTED)
    async with running(persona="sarah") as driver:
        await driver.press("3")
        assert driver.text("#runway").startswith("Instagram · 3 days left · next 18:00 New York (your ")
        assert "alt+↓ Next channel" in driver.footer() and "Previous channel" not in driver.footer()
        assert 30 in planned(driver) and 31 not in planned(driver)
        await driver.press("alt+up", "alt+down", "alt+down")
        assert driver.text("#runway") == (
            "Bluesky · less than a day left · next Wed 15:00 Berlin · 2 problems · 29 undecided"
        )
        assert "alt+↑ Previous channel" in driver.footer() and "Next channel" not in driver.footer()
        assert planned(driver) == [31]
        await go_to(driver, 31)
        assert "Wed 13 Jan 15:00 Berlin · in 24 h" in driver.text("#slot")
        await driver.press("tab")
        month = driver.screen.query_one(MonthGrid)
        assert driver.text("#slot").startswith("Wednesday 13 January · 1 in Buffer · 2 free slots")
        await driver.press("alt+up")
        assert driver.text("#runway").startswith("Instagram · ")
        assert "1 in Buffer · 2 free slots" not in driver.text("#slot")
        await driver.press("alt+down", "enter")
        assert not month.display and planned(driver) == [31]
        library = driver.app.context.overview.persona
        assert library is not None and library.buffer_channel_id == "channel-1"
        services.personas.personas[1] = with_channels(services.personas.personas[1], CHANNELS[0])
        await driver.press("ctrl+r")
        await driver.heard()
        assert driver.text("#runway").startswith("3 days left") and 30 in planned(driver)
        await driver.press("tab")
        assert "1 in Buffer · 2 free slots" not in driver.text("#slot")


async def test_posts_of_another_channel_move_and_swap_on_it(running: Running, services: FakeServices) -> None:
    on_channels(services, 30, Step.ACCEPTED, Step.ACCEPTED)
    [_, later] = on_channels(services, 32, Step.ACCEPTED, Step.ACCEPTED)
    services.scheduling.all_posts[33] = replace(later, scheduled_at=NOW + timedelta(days=2))
    async with running(persona="sarah") as driver:
        await driver.press("3", "alt+down")
        await go_to(driver, 31)
        await driver.press("M", "alt+up")
        assert driver.text("#runway").startswith("Bluesky · ")
        target = free_slots(driver)[0]
        assert f"{target.at:%H:%M %Z}" == "18:00 CET"
        await to_cell(driver, target)
        await driver.press("enter")
        assert services.scheduling.edits[-1]["post_id"] == 31
        assert services.scheduling.edits[-1]["at"] == target.at
        assert driver.notices()[-1] == "Moved to Tue 12 Jan 18:00 Berlin."
        await go_to(driver, 31)
        await driver.press("X")
        await go_to(driver, 33)
        await driver.press("enter")
        last = {edit["post_id"]: edit["at"] for edit in services.scheduling.edits[-2:]}
        assert last == {31: NOW + timedelta(days=2), 33: target.at}


async def test_a_free_slot_of_another_channel_counts_only_there(
    running: Running, services: FakeServices
) -> None:
    on_channels(services, 30)
    async with running(persona="sarah") as driver:
        await driver.press("3", "alt+down")
        slot = free_slots(driver)[1]
        await to_cell(driver, slot)
        assert driver.text("#slot").endswith("free slot: enter writes a post for it, on this channel alone")
        assert "Fill slots" in driver.dimmed()
        await driver.press("f")
        assert isinstance(driver.screen, PlanScreen)
        assert driver.notices()[-1] == (
            "Slots are filled from the main channel's plan, on all channels at once. alt+↑ goes back."
        )
        await driver.press("enter")
        assert isinstance(driver.screen, ComposeScreen)
        assert driver.screen.form.rules.service == "bluesky"
        assert driver.screen.form.when.at == slot.at
        assert "○ Instagram off" in driver.text("#channels")
        await driver.press("escape", "enter", *"fog", "ctrl+s")
        assert isinstance(driver.screen, PlanScreen)
        [given] = services.scheduling.submitted
        assert (given["share_mode"], given["at"]) == (ShareMode.ADD_TO_QUEUE, None)
        assert given["channels"] == [
            ChannelChoice("channel-2", "fog", ShareMode.CUSTOM_SCHEDULED, slot.at, first_comment="")
        ]
        await driver.press("1", "enter")
        assert "○" not in driver.text("#channels"), "the next post goes to all channels again"


async def test_nothing_is_done_with_the_plan_of_the_channel_before(
    running: Running, services: FakeServices
) -> None:
    on_channels(services, 30, Step.ACCEPTED, Step.ACCEPTED)
    agenda, answered = services.planning.agenda, asyncio.Event()

    async def late(persona: Persona, now: datetime, since: datetime, until: datetime | None = None) -> Agenda:
        if persona.buffer_channel_id == "channel-2":
            await answered.wait()
        return await agenda(persona, now, since, until)

    services.planning.agenda = late  # type: ignore[method-assign]
    async with running(persona="sarah") as driver:
        await driver.press("3")
        await go_to(driver, 30)
        await driver.pilot.press("alt+down", "M")
        assert grid(driver).moving is None
        await driver.pilot.press("enter")
        assert isinstance(driver.screen, PlanScreen)
        answered.set()
        await driver.settle()
        await go_to(driver, 31)
        await driver.press("M")
        assert grid(driver).moving == 31
        await driver.press("escape", "alt+up", "tab", "alt+down")
        answered.clear()
        await driver.pilot.press("tab")
        assert grid(driver).display and planned(driver) == [31]
        answered.set()
        await driver.settle()


async def test_a_channel_that_buffer_has_not_listed_says_so(running: Running, services: FakeServices) -> None:
    sarah = services.personas.personas[1]
    services.personas.personas[1] = replace(sarah, channels=(*sarah.channels, PersonaChannel("new", None)))
    async with running(persona="sarah") as driver:
        await driver.press("3", "alt+down")
        assert driver.text("#no-plan") == (
            "Buffer has not listed this channel yet.\n\nPress @ for the personas, then c and r to load it."
        )
        assert not grid(driver).region
        await driver.press("alt+up")
        assert driver.text("#runway").startswith("Instagram · ") and grid(driver).has_focus


def head(driver: Driver, slot: tuple[int, int]) -> tuple[str, bool]:
    """Return the text of the first cell of a slot of the week, and whether it is shaded."""
    calendar = grid(driver)
    number, cell = next((n, c) for n, day in enumerate(calendar._days) for c in day.cells if c.slot == slot)
    y = next(
        y
        for y, line in enumerate(calendar._lines(calendar.picture_height))
        if line.week == number // 7 and line.row == calendar._days[number].cells.index(cell)
    )
    room = calendar._room + 1
    strip = calendar.render_line(y).crop(number % 7 * room, number % 7 * room + room)
    grounds = {segment.style.bgcolor for segment in strip if segment.style is not None}
    return strip.text.strip(), len(grounds) > 1


async def test_a_slot_is_shaded_by_five_own_posts_and_by_fewer_not_at_all(
    running: Running, services: FakeServices
) -> None:
    for n in range(5):
        live(services, 20 + n, at=MONDAY - n * WEEK, reactions=140)
        live(services, 30 + n, at=MONDAY - n * WEEK + timedelta(hours=9, minutes=5), reactions=60)
    for n in range(4):
        live(services, 25 + n, at=MONDAY - n * WEEK + timedelta(days=2), reactions=100)
    async with running(persona="sarah") as driver:
        await driver.press("3", "ctrl+d")
        assert head(driver, (0, 9)) == ("09:00 ·↑ free", True)
        assert head(driver, (0, 18)) == ("18:00 ·↓ free", True)
        assert head(driver, (2, 9)) == ("09:00 · free", False), "of four posts nothing is said"
        assert head(driver, (3, 9)) == ("09:00 · free", False)
        assert "↑ = ↓ own results" in str(grid(driver).border_subtitle)
        monday = next(cell for cell in cells(driver) if cell.slot == (0, 9))
        await to_cell(driver, monday)
        assert "↑ your posts in this slot did 1.4 × your median (5 posts)" in driver.text("#slot")
        known = services.scheduling.known_results
        for id_ in known:
            known[id_] = Results()
        services.tell(PostChanged(1, 1))
        await driver.heard()
        assert head(driver, (0, 9)) == ("▌09:00 · free", False)
        assert "own results" not in str(grid(driver).border_subtitle)


async def test_shades_are_those_of_the_channel_that_is_shown_and_are_seen_without_colours(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    services.personas.personas[1] = with_channels(services.personas.personas[1], *CHANNELS[:2])
    for n in range(5):
        live(services, 20 + n, at=MONDAY - n * WEEK, reactions=100)
    async with running(persona="sarah", size=(60, 18)) as driver:
        await driver.press("3", "ctrl+d")
        assert head(driver, (0, 9))[0] == "09:00="
        await driver.press("alt+down")
        assert head(driver, (0, 9))[0] == "09:00·"
        await driver.press("alt+up")
        assert head(driver, (0, 9))[0] == "09:00="
