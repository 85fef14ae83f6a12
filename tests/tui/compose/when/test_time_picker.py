"""The calendar behind the field for a time: slots of the channel, and any other time of a day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.compose.when.month_calendar import MonthCalendar
from fluffy_tui.tui.compose.when.time_picker import TimePicker
from fluffy_tui.tui.compose.when.when_picker import WhenPicker
from tui.conftest import Driver, Looks, Running
from tui.fakes import FakeServices, make_post

OPEN = ("enter", *"fog", "ctrl+t", "left", "down")
"""From the library to the calendar. It is Tuesday 12 January, 09:30 in New York and 15:30 in Berlin."""


def book(services: FakeServices, *slots: datetime) -> None:
    """Let only these slots of sarah's channel be taken."""
    posts = services.scheduling.all_posts
    posts.clear()
    for number, at in enumerate(slots, 20):
        photo = services.photos.photos[number]
        posts[number] = make_post(number, photo, f"post {number}", Step.ACCEPTED, scheduled_at=at)


def time_of_form(driver: Driver) -> datetime | None:
    """Return the time that the composer has."""
    when: WhenPicker = driver.screen.query_one(WhenPicker)
    return when.at


def shown(driver: Driver) -> str:
    """Return the day that is chosen, its slots, and what is said about the chosen one, line by line."""
    screen = driver.screen
    slots = [str(option.prompt) for option in screen.query_one("#slots").options]
    at = screen.query_one("#slots").highlighted
    rows = [f"> {row}" if number == at else row for number, row in enumerate(slots)]
    return "\n".join([driver.text("#day"), *rows, driver.text(".meaning"), driver.text(".near")]).rstrip()


async def test_a_free_slot_is_chosen_with_arrows_and_submitted(
    running: Running, services: FakeServices
) -> None:
    book(services, datetime(2027, 1, 13, 14, tzinfo=UTC))
    async with running(persona="sarah") as driver:
        await driver.press(*OPEN)
        assert isinstance(driver.screen, TimePicker)
        assert shown(driver) == (
            "Tue 12 Jan · today\n> 18:00 your Wed 00:00 free\n"
            "Tue 12 Jan 18:00 New York (your Wed 00:00) · in 9 h"
        )
        await driver.press("right")
        assert shown(driver) == (
            "Wed 13 Jan\n09:00 your 15:00 ✓ “post 20”\n> 18:00 your Thu 00:00 free\n"
            "Wed 13 Jan 18:00 New York (your Thu 00:00) · in 33 h"
        )
        calendar = driver.screen.query_one(MonthCalendar)
        assert [line.rstrip() for line in calendar.render().plain.splitlines()] == [
            "        January 2027",
            " Mo  Tu  We  Th  Fr  Sa  Su",
            "                  1   2   3",
            "  4   5   6   7   8   9  10",
            " 11  12 ‹13› 14  15  16  17",
            " 18  19  20  21  22  23  24",
            " 25  26  27  28  29  30  31",
        ]
        await driver.press("left", "left", "up")
        assert calendar.render().plain.count("‹12›") == 1  # no post goes out in the past
        assert " 13•" in calendar.render().plain
        await driver.press("down", "tab")
        assert "> 18:00" in shown(driver)
        await driver.press("shift+tab")
        assert "> 09:00" in shown(driver)
        await driver.press("enter")
        assert isinstance(driver.screen, ComposeScreen)
        when = driver.screen.form.when
        assert when.at == datetime(2027, 1, 19, 14, tzinfo=UTC)
        await driver.press("ctrl+s")
        (submitted,) = services.scheduling.submitted
        assert (submitted["share_mode"], submitted["at"]) == (ShareMode.CUSTOM_SCHEDULED, when.at)


async def test_a_time_is_typed_for_the_day_that_is_chosen(running: Running, services: FakeServices) -> None:
    book(services, datetime(2027, 2, 15, 14, tzinfo=UTC))
    async with running(persona="sarah") as driver:
        await driver.press(*OPEN, "pagedown", "right", "right", "right", *"8:1")
        assert shown(driver).splitlines()[-1].startswith("! Time not understood.")
        await driver.press("enter")
        assert isinstance(driver.screen, TimePicker)
        await driver.press("5")
        assert shown(driver) == (
            "Mon 15 Feb\n09:00 your 15:00 ✓ “post 20”\n18:00 your Tue 00:00 free\n"
            "Mon 15 Feb 08:15 New York (your 14:15) · in 34 d\n! only 45 min from 09:00 “post 20”"
        )
        await driver.press("pageup", "pageup", "pagedown", "right")
        assert "Sat 13 Feb 08:15" in shown(driver)
        assert "No slots on this day" in shown(driver)
        await driver.press("tab")
        assert shown(driver).startswith("Mon 15 Feb\n09:00 your 15:00 ✓ “post 20”\n> 18:00 ")
        await driver.press("left", "enter")
        assert "No free slot on this day: type a time." in shown(driver)
        await driver.press(*"fri 18:30")  # its own day counts
        assert shown(driver).startswith("Fri 15 Jan\n")
        await driver.press("enter")
        assert time_of_form(driver) == datetime(2027, 1, 15, 23, 30, tzinfo=UTC)
        await driver.press("down")
        assert "Fri 15 Jan 18:30" in shown(driver)
        await driver.press("up", "left", "escape")
        assert time_of_form(driver) == datetime(2027, 1, 15, 23, 30, tzinfo=UTC)


async def test_a_day_that_is_typed_is_the_marked_one_until_another_is_picked(
    running: Running, services: FakeServices
) -> None:
    book(services)
    async with running(persona="sarah") as driver:
        await driver.press(*OPEN, "right", *"4 feb 8:15")
        calendar = driver.screen.query_one(MonthCalendar)
        assert "‹ 4›" in calendar.render().plain and "February" in calendar.render().plain
        assert shown(driver).startswith("Thu 4 Feb\n09:00 ")
        await driver.press("ctrl+u")
        assert shown(driver).startswith("Wed 13 Jan\n> 09:00 "), "the day that was picked"
        await driver.press(*"4 feb 8:15", "right")
        assert shown(driver).startswith("Fri 5 Feb\n")
        assert "Fri 5 Feb 08:15" in shown(driver)
        await driver.press("enter")
        assert time_of_form(driver) == datetime(2027, 2, 5, 13, 15, tzinfo=UTC)


async def test_the_next_free_slot_may_be_on_another_day(running: Running, services: FakeServices) -> None:
    book(services, datetime(2027, 1, 13, 14, tzinfo=UTC))
    async with running(persona="sarah") as driver:
        await driver.press(*OPEN)
        days = []
        for key in ("tab", "tab", "tab", "shift+tab", "shift+tab", "shift+tab", "shift+tab"):
            await driver.press(key)
            [slot] = [line for line in shown(driver).splitlines() if line.startswith(">")]
            days.append(f"{driver.text('#day')[:6]} {slot[2:7]}")
        assert days == [
            "Wed 13 18:00",
            "Thu 14 09:00",
            "Thu 14 18:00",
            "Thu 14 09:00",
            "Wed 13 18:00",
            "Tue 12 18:00",
            "Tue 12 18:00",
        ]


async def test_a_post_that_is_moved_does_not_take_its_own_slot(
    running: Running, services: FakeServices
) -> None:
    book(services, datetime(2027, 1, 13, 14, tzinfo=UTC))
    async with running(persona="sarah") as driver:
        await driver.press("2", "t", "ctrl+t", "left", "down", "right")
        assert "> 09:00 your 15:00 free" in shown(driver)
        await driver.pilot.click(MonthCalendar, offset=(18, 5))
        await driver.settle()
        assert "Fri 22 Jan" in shown(driver)
        await driver.pilot.click("#slots", offset=(1, 1))
        await driver.settle()
        assert time_of_form(driver) == datetime(2027, 1, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])
@pytest.mark.usefixtures("home")
def test_looks(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    book(services, datetime(2027, 1, 14, 14, tzinfo=UTC), datetime(2027, 1, 20, 14, tzinfo=UTC))
    keys = ("1", *OPEN, "right", "right")
    assert looks(size, *keys)


@pytest.mark.usefixtures("home")
def test_looks_in_a_light_theme(looks: Looks, services: FakeServices) -> None:
    book(services, datetime(2027, 1, 14, 14, tzinfo=UTC))
    assert looks((80, 24), "1", *OPEN, "right", "right", theme="textual-light")
