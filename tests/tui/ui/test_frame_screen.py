"""The frame: header, tabs, banner, strip, small terminals, leaving."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import Button

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.scheduling import Step
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.ui.confirm import ConfirmScreen
from fluffy_tui.tui.ui.frame_lines import Tab
from fluffy_tui.tui.ui.small_notice import SmallNotice
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, MARKUP, NOW, FakeServices


def strip(driver: Driver) -> list[str]:
    """Return the lines of the status strip."""
    return driver.text("#status-strip").splitlines()


async def test_header_says_who_and_how_much(running: Running) -> None:
    async with running(persona="sarah", demo=True) as driver:
        header = driver.text("#frame-header")
        assert header.startswith("sarah ▸ @sarah.ig Instagram   29 unscheduled · 7 drafts · 2 scheduled ")
        assert header.endswith("! 2 problems   demo ")


async def test_a_narrow_header_keeps_what_needs_the_person(running: Running, services: FakeServices) -> None:
    services.workers.age = 40.0
    async with running(persona="sarah", size=(60, 20)) as driver:
        header = driver.text("#frame-header")
        assert len(header) == 58
        assert header.startswith("sarah ▸")
        assert header.endswith("! 2 problems  ! worker silent for 40 s")


@pytest.mark.parametrize(
    ("age", "words"),
    [(3.0, ""), (40.0, "worker silent for 40 s"), (300.0, "worker silent for 5 min"),
     (9000.0, "worker silent for 2 h"), (None, "no worker yet")],
)  # fmt: skip
async def test_worker_words(running: Running, services: FakeServices, age: float | None, words: str) -> None:
    services.workers.age = age
    async with running(persona="sarah") as driver:
        assert driver.app.context.overview.worker_words == words


async def test_a_worker_that_the_app_has_just_started_is_said_to_start(
    running: Running, services: FakeServices
) -> None:
    services.workers.age, services.workers.is_starting = None, True
    async with running(persona="sarah") as driver:
        assert driver.text("#frame-header").endswith("● worker is starting")
        services.workers.age = 1.0  # its first heartbeat sends no event; it is looked for every second
        async with asyncio.timeout(120):
            while "starting" in driver.text("#frame-header"):
                await driver.pilot.pause(0.05)
        assert "worker" not in driver.text("#frame-header")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"is_disconnected": True}, "! channel disconnected"), ({"is_locked": True}, "! channel locked"),
     ({"is_queue_paused": True}, "! queue paused")],
)  # fmt: skip
async def test_channel_trouble_is_in_the_header(
    running: Running, services: FakeServices, change: dict[str, Any], words: str
) -> None:
    persona = services.personas.personas[1]
    services.personas.personas[1] = replace(persona, channel=replace(CHANNELS[0], **change))
    async with running(persona="sarah") as driver:
        assert words in driver.text("#frame-header")


async def test_tabs_by_key_and_by_mouse(running: Running) -> None:
    async with running(persona="sarah") as driver:
        library = driver.screen
        await driver.press("2")
        assert driver.app.current_mode == "posts"
        tabs = [str(tab.render()) for tab in driver.screen.query(Tab)]
        assert tabs == ["1 Library", "2 Posts", "3 Plan", "4 Problems ●2"]
        assert [tab.has_class("-here") for tab in driver.screen.query(Tab)] == [False, True, False, False]
        await driver.pilot.click(driver.screen.query(Tab).first())
        await driver.settle()
        assert driver.screen is library
        await driver.press("2", "escape")
        assert driver.screen is library


async def test_no_tab_before_a_persona_is_chosen(running: Running) -> None:
    async with running() as driver:
        await driver.press("1", "2", "escape")
        assert isinstance(driver.screen, PersonasScreen)


async def test_strip_follows_a_post_step_by_step(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        for id_ in (6, 7, 9, 10, 11):
            services.scheduling.move(id_, Step.LIVE, posted_at=NOW, scheduled_at=NOW)
        await driver.heard()
        for step, words in (
            (Step.SENDING, "● “beach walk, day 3. the…”  sending to Buffer…"),
            (
                Step.ACCEPTED,
                "✓ “beach walk, day 3. the…”  in Buffer for Wed 13 Jan 09:00 New York (your 15:00)",
            ),
        ):
            services.scheduling.move(8, step)
            await driver.heard()
            assert words in strip(driver)
        services.scheduling.move(
            8, Step.HELD, error_message=f"Full {MARKUP}.", next_try_at=NOW + timedelta(hours=8, minutes=30)
        )
        await driver.heard()
        assert f"! “beach walk, day 3. the…”  held until your Wed 00:00: Full {MARKUP}" in strip(driver)


async def test_strip_forgets_a_post_that_was_let_go(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        assert strip(driver)[0].startswith("● “waiting for its turn”")
        await services.scheduling.cancel(11)
        await driver.heard()
        assert "waiting for its turn" not in driver.text("#status-strip")


async def test_strip_says_how_many_more(running: Running) -> None:
    async with running(persona="sarah", size=(80, 24)) as driver:
        assert len(strip(driver)) == 2
        assert strip(driver)[-1].endswith("and 4 more")


async def test_counts_follow_events(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        del services.scheduling.all_posts[4]
        services.tell(PostChanged(4, 1))
        await driver.heard()
        assert "30 unscheduled" in driver.text("#frame-header")
        assert "failed" not in driver.text("#frame-header")


async def test_banner_on_every_screen_while_the_database_is_away(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        services.scheduling.error = DatabaseUnavailable("Away.")
        services.lose_database(f"It {MARKUP} went.")
        await driver.heard()
        for key in ("1", "2", "at"):
            await driver.press(key)
            assert driver.screen.query_one("#banner").display
            assert driver.text("#banner") == (
                f"! The database is away: It {MARKUP} went. Nothing typed is lost. Coming back by itself."
            )
        services.scheduling.error = None
        services.scheduling.all_posts.pop(4)
        services.find_database()
        await driver.heard()
        for key in ("1", "2", "at"):
            await driver.press(key)
            assert not driver.screen.query_one("#banner").display
        assert driver.app.context.overview.counts[1].failed == 0


async def test_a_failed_reading_is_told_and_reload_mends_it(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        services.scheduling.error = FluffyError(f"No {MARKUP} room.", "Make some.")
        services.tell(PostChanged(4, 1))
        await driver.heard()
        assert f"No {MARKUP} room. Make some." in [toast.message for toast in driver.app._notifications]
        services.scheduling.error = None
        services.scheduling.all_posts.pop(4)
        await driver.press("ctrl+r")
        assert driver.app.context.overview.counts[1].failed == 0


@pytest.mark.parametrize(("size", "shown"), [((59, 24), True), ((80, 17), True), ((60, 18), False)])
async def test_a_notice_where_there_is_no_room(running: Running, size: tuple[int, int], shown: bool) -> None:
    async with running(persona="sarah", size=size) as driver:
        while driver.screen.query_one(SmallNotice).display is not shown:  # the size comes as an event
            await driver.pilot.pause()


async def test_leaving_with_posts_on_their_way_is_asked(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("q")
        assert isinstance(driver.screen, ConfirmScreen)
        said = str(driver.screen.query_one("#dialog Static").render())
        assert said == (
            "5 posts are on the way to Buffer; the worker finishes that without this window.\n"
            "1 post is held, and tried again only while fluffy-tui or a worker runs."
        )
        await driver.press("n")
        assert not driver.app._exit
        await driver.press("q", "enter")
        assert not driver.app._exit
        await driver.press("q", "escape")
        assert not driver.app._exit
        await driver.press("q")
        await driver.pilot.press("y")
        await driver.pilot.pause()
        assert driver.app._exit


async def test_leaving_by_mouse(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("q")
        await driver.pilot.click(driver.screen.query_one("#yes", Button))
        await driver.pilot.pause()
        assert driver.app._exit


async def test_leaving_with_nothing_on_its_way(running: Running, services: FakeServices) -> None:
    services.scheduling.all_posts.clear()
    async with running(persona="sarah") as driver:
        await driver.pilot.press("q")
        await driver.pilot.pause()
        assert driver.app._exit


async def test_theme_is_remembered(running: Running) -> None:
    async with running() as driver:
        assert driver.app.theme == "fluffy"
        driver.app.theme = "nord"
        await driver.settle()
    async with running() as driver:
        assert driver.app.theme == "nord"


async def test_a_click_on_a_footer_key_does_it(running: Running) -> None:
    async with running() as driver:
        await driver.pilot.click("FooterKey", offset=(1, 0))
        await driver.settle()
        assert driver.app.context.overview.persona is not None
