"""The frame: header, tabs, banner, strip, small terminals, quitting."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import Button

import textual_internals
from fluffy_tui.buffer import Code
from fluffy_tui.core.app_events import BufferChecked, PostChanged
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.scheduling import PostError, Problem, ProblemKind, Step
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.session.overview import CHECK_TRUSTED_FOR
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from fluffy_tui.tui.ui.header import Tab
from fluffy_tui.tui.ui.help import HelpScreen
from fluffy_tui.tui.ui.status_strip import StatusStrip
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, MARKUP, NOW, FakeServices, make_post, with_channels
from tui.several_channels import on_channels


def strip(driver: Driver) -> list[str]:
    """Return the lines of the status strip."""
    return driver.text("#status-strip").splitlines()


async def test_the_header_shows_persona_channel_and_counts(running: Running) -> None:
    async with running(persona="sarah", demo=True) as driver:
        header = driver.text("#frame-header")
        assert header.startswith(
            "sarah ▸ @sarah.ig Instagram   30 unscheduled · 1 draft · 6 queued · 2 scheduled · "
            "next slot your Wed 00:00 "
        )
        assert header.endswith("! 2 problems   demo ")
        for width, counts in (
            (120, "30 unscheduled · 6 queued · 2 scheduled · next slot your Wed 00:00 "),
            (105, "6 queued · 2 scheduled · next slot your Wed 00:00 "),
            (85, "6 queued · 2 scheduled "),
            (66, "6 queued "),
            (60, ""),
        ):
            await driver.pilot.resize_terminal(width, 24)
            await driver.settle()
            header = driver.text("#frame-header")
            assert header.startswith(f"sarah ▸ @sarah.ig Instagram   {counts}".rstrip()), width
            assert header.endswith("! 2 problems   demo ")
            assert ("queued" in header) == bool(counts)


async def test_a_screen_that_opens_is_styled_once_and_leaves_what_is_behind_it_alone(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    styled: list[object] = []
    update = FluffyApp.update_styles

    def noted(app: FluffyApp, node: Any, **options: Any) -> None:
        if node.children:
            styled.append(node)
        update(app, node, **options)

    monkeypatch.setattr(FluffyApp, "update_styles", noted)
    async with running(persona="sarah") as driver:
        below = driver.screen
        laid_out = textual_internals.record_sizes(below)
        await driver.press("enter")
        composer = driver.screen
        assert composer is not below
        assert composer not in styled
        assert not laid_out
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        assert composer.has_class("-normal")
        assert (80, 24) in laid_out  # it may be seen through a dialog
        await driver.press("escape")
        assert below in styled  # the theme may be another one


async def test_a_narrow_header_keeps_the_alerts(running: Running, services: FakeServices) -> None:
    services.workers.age = 40.0
    async with running(persona="sarah", size=(60, 20)) as driver:
        header = driver.text("#frame-header")
        assert len(header) == 58
        assert header.startswith("sarah ▸")
        assert header.endswith("! 2 problems  ! worker silent for 40 s")


@pytest.mark.parametrize(
    ("age", "words"),
    [(3.0, ""), (40.0, "worker silent for 40 s"), (300.0, "worker silent for 5 min"),
     (9000.0, "worker silent for 3 h"), (None, "no worker")],
)  # fmt: skip
async def test_the_header_shows_a_missing_worker(
    running: Running, services: FakeServices, age: float | None, words: str
) -> None:
    services.workers.age = age
    async with running(persona="sarah") as driver:
        assert driver.app.context.overview.worker_words == words


async def test_the_header_shows_a_wrong_clock_and_that_buffer_cannot_be_reached(
    running: Running, services: FakeServices
) -> None:
    clock = Problem(ProblemKind.CLOCK, "The clock is wrong.", "It is ahead.", "Times are off.", None, ())
    services.scheduling.other_problems = [clock]
    async with running(persona="sarah") as driver:
        assert "! clock wrong" in driver.text("#frame-header")
        assert "Buffer offline" not in driver.text("#frame-header")
        held = make_post(12, services.photos.photos[12], "fog", Step.HELD)
        services.scheduling.all_posts[12] = replace(held, error_code=Code.UNREACHABLE)
        services.tell(PostChanged(12, 1))
        await driver.heard()
        assert "! Buffer offline" in driver.text("#frame-header")


async def test_the_header_shows_what_a_worker_finds_although_no_post_waits(
    running: Running, services: FakeServices
) -> None:
    now = [NOW]
    async with running(persona="sarah", clock=lambda: now[0]) as driver:
        for is_reachable in (False, True, False):
            services.tell(BufferChecked(is_reachable))
            await driver.heard()
            assert ("! Buffer offline" in driver.text("#frame-header")) is not is_reachable
        now[0] += CHECK_TRUSTED_FOR
        assert driver.app.live_updates is not None
        driver.app.live_updates.check_worker()
        await driver.settle()
        assert "offline" not in driver.text("#frame-header"), "a worker that is gone finds nothing"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (Code.UNREACHABLE, "! Buffer offline"),
        (PostError.MEDIA_HOST_UNREACHABLE, "! media host offline"),
        (PostError.OFFLINE, "! Buffer and media host offline"),
    ],
)
async def test_the_header_names_what_cannot_be_reached(
    running: Running, services: FakeServices, code: str, words: str
) -> None:
    held = make_post(12, services.photos.photos[12], "fog", Step.HELD)
    services.scheduling.all_posts[12] = replace(held, error_code=code)
    async with running(persona="sarah", size=(60, 18)) as driver:
        assert driver.text("#frame-header").endswith(f"  {words}")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"is_disconnected": True}, "! channel disconnected"), ({"is_locked": True}, "! channel locked"),
     ({"is_queue_paused": True}, "! queue paused")],
)  # fmt: skip
async def test_the_header_shows_a_channels_problem(
    running: Running, services: FakeServices, change: dict[str, Any], words: str
) -> None:
    persona = services.personas.personas[1]
    services.personas.personas[1] = with_channels(persona, replace(CHANNELS[0], **change))
    async with running(persona="sarah") as driver:
        assert words in driver.text("#frame-header")


@pytest.mark.parametrize("width", [60, 140])
async def test_the_header_shows_the_main_channel_and_how_many_more(
    running: Running, services: FakeServices, width: int
) -> None:
    named = replace(services.personas.personas[1], name="sarah of the seven seas and northern shores")
    services.personas.personas[1] = with_channels(named, *CHANNELS[:2], CHANNELS[3])
    async with running(persona=named.name, size=(width, 24)) as driver:
        header = driver.text("#frame-header")
        assert " +2 " in header
        assert ("@sarah.ig Instagram +2" in header) == (width == 140)
        assert header.rstrip().endswith("! Mastodon: queue paused")


async def test_a_tab_is_opened_by_key_and_by_mouse(running: Running) -> None:
    async with running(persona="sarah") as driver:
        library = driver.screen
        await driver.press("2")
        assert driver.app.current_mode == "posts"
        tabs = [str(tab.render()) for tab in driver.screen.query(Tab)]
        assert tabs == ["1 Library", "2 Posts", "3 Plan", "4 Problems ●2", "5 Results"]
        assert [tab.has_class("-here") for tab in driver.screen.query(Tab)] == [
            False,
            True,
            False,
            False,
            False,
        ]
        await driver.pilot.click(driver.screen.query(Tab).first())
        await driver.settle()
        assert driver.screen is library
        await driver.press("2", "escape")
        assert driver.screen is library


async def test_no_tab_opens_before_a_persona_is_chosen(running: Running) -> None:
    async with running() as driver:
        await driver.press("1", "2", "escape")
        assert isinstance(driver.screen, PersonasScreen)


async def test_the_strip_follows_a_post_step_by_step(running: Running, services: FakeServices) -> None:
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


async def test_the_strip_names_the_channel_where_a_persona_has_several(
    running: Running, services: FakeServices
) -> None:
    """Each post has the time zone of its own channel."""
    services.scheduling.all_posts.clear()
    lead, cross, gone = on_channels(services, 30, *[Step.QUEUED] * 3)
    async with running(persona="sarah") as driver:
        assert [line.partition("  ")[2].partition(" · ")[0] for line in strip(driver)] == [
            "gone",
            "Bluesky",
            "Instagram",
        ]
        for post in (lead, cross):
            services.scheduling.move(
                post.id,
                Step.ACCEPTED,
                scheduled_at=NOW,
                channel_id=post.channel_id,
                lead_post_id=post.lead_post_id,
            )
        await services.scheduling.cancel(gone.id)
        await driver.heard()
        assert set(strip(driver)) == {
            "✓ “words 0”  Instagram · in Buffer for Tue 12 Jan 09:30 New York (your 15:30)",
            "✓ “words 1”  Bluesky · in Buffer for Tue 12 Jan 15:30 Berlin",
        }


async def test_the_strip_drops_a_deleted_post(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        assert strip(driver)[0].startswith("● “waiting for its turn”")
        await services.scheduling.cancel(11)
        await driver.heard()
        assert "waiting for its turn" not in driver.text("#status-strip")


async def test_the_strip_names_no_key_that_would_only_write_a_letter(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.move(11, Step.QUEUED, next_try_at=NOW + timedelta(seconds=8))
    async with running(persona="sarah") as driver:
        assert "sends in 8 s · z undo" in strip(driver)[0]
        await driver.press("enter")
        assert strip(driver)[0].endswith("sends in 8 s")
    async with running(persona="sarah", keymap={"app.undo_submit": "f11"}) as driver:
        await driver.press("enter")
        assert strip(driver)[0].endswith("sends in 8 s · f11 undo")


async def test_the_strip_of_a_closed_screen_counts_down_no_more(
    running: Running, services: FakeServices
) -> None:
    """The timer of a screen that is closing may be due once more, which ended the app."""
    services.scheduling.move(11, Step.QUEUED, next_try_at=NOW + timedelta(seconds=8))
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        widget = driver.screen.query_one(StatusStrip)
        await driver.press("escape")
        assert not widget.is_attached
        widget.automatic_refresh()


async def test_the_strip_forgets_what_finished_and_shows_no_other_persona(
    running: Running, services: FakeServices
) -> None:
    """By this terminal's clock, which may differ from the database's."""
    passed = timedelta()
    async with running(persona="sarah", clock=lambda: NOW + passed) as driver:
        for id_ in (6, 7, 8, 9, 10):
            services.scheduling.move(id_, Step.LIVE, posted_at=NOW, updated_at=NOW + timedelta(hours=1))
        await driver.heard()
        assert len(strip(driver)) > 1
        passed = timedelta(minutes=1)
        services.scheduling.move(11, Step.LIVE, posted_at=NOW, updated_at=NOW - timedelta(hours=1))
        await driver.heard()
        assert [line.partition("  ")[0] for line in strip(driver)] == ["■ “waiting for its turn”"]
        widget = driver.screen.query_one(StatusStrip)
        assert widget.auto_refresh, "it leaves by itself"
        services.scheduling.move(11, Step.SENDING)
        await driver.heard()
        await driver.press("@", "g", "enter")
        persona = driver.app.context.overview.persona
        assert persona is not None and persona.name != "sarah"
        assert strip(driver) == []


async def test_the_key_that_quits_other_programs_names_the_one_that_quits_this(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("ctrl+c")
        assert driver.notices() == ["Nothing is selected to copy. Press ctrl+q to quit."]
        await driver.press("enter", *"fog", "ctrl+c")
        assert driver.notices()[-1] == "Nothing is selected to copy. Press ctrl+q to quit."
        assert not any("opied" in notice for notice in driver.notices())


async def test_the_app_can_be_suspended(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(persona="sarah") as driver:
        signals: list[int] = []
        monkeypatch.setattr(os, "kill", lambda _pid, number: signals.append(number))
        monkeypatch.setattr(HeadlessDriver, "can_suspend", True)
        await driver.press("ctrl+z")
        assert signals == [signal.SIGTSTP]


async def test_the_strip_counts_the_posts_it_has_no_room_for(running: Running) -> None:
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


async def test_every_screen_has_a_banner_while_the_database_is_unreachable(
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
                f"! Database unavailable: It {MARKUP} went. Your text is safe. Reconnecting…"
            )
        services.scheduling.error = None
        services.scheduling.all_posts.pop(4)
        services.find_database()
        await driver.heard()
        for key in ("1", "2", "at"):
            await driver.press(key)
            assert not driver.screen.query_one("#banner").display
        assert driver.app.context.overview.counts[1].failed == 0


@pytest.mark.parametrize(("size", "shown"), [((59, 24), True), ((80, 17), True), ((60, 18), False)])
async def test_a_notice_covers_a_terminal_that_is_too_small(
    running: Running, size: tuple[int, int], shown: bool
) -> None:
    async with running(persona="sarah", size=size) as driver:
        while driver.screen.query_one(TooSmallNotice).display is not shown:  # the size comes as an event
            await driver.pilot.pause()


async def test_no_key_acts_on_a_screen_that_the_notice_covers(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah", size=(59, 24)) as driver:
        library = driver.screen
        await driver.press("p", "2", "ctrl+p", "enter")
        assert driver.screen is library
        assert services.photos.photos[40].verdict is None
        driver.app.post_message(events.Paste("p"))
        await driver.press("question_mark")
        assert isinstance(driver.screen, HelpScreen)
        await driver.press("escape", "q")
        assert isinstance(driver.screen, ConfirmScreen), "a dialog can be seen"
        await driver.press("n")
        assert driver.screen is library
        await driver.pilot.resize_terminal(60, 18)
        await driver.press("p")
        assert services.photos.photos[40].verdict == "pick"


async def test_nothing_is_typed_into_a_text_that_the_notice_covers(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "a")
        form = driver.screen.form
        await driver.pilot.resize_terminal(59, 24)
        await driver.press("q", "ctrl+s", "f1")
        assert isinstance(driver.screen, HelpScreen)
        await driver.press("escape")
        assert form.caption.text == "a"
        assert form.screen.query_one(TooSmallNotice).display


async def test_quitting_with_posts_on_their_way_needs_an_answer(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("q")
        assert isinstance(driver.screen, ConfirmScreen)
        assert "5 posts are still on the way" in driver.text("#dialog Static")
        await driver.press("n")
        assert not driver.has_quit
        await driver.press("q", "enter")
        assert not driver.has_quit
        await driver.press("q", "escape")
        assert not driver.has_quit
        await driver.press("q")
        await driver.pilot.press("y")
        await driver.pilot.pause()
        assert driver.has_quit


async def test_quitting_by_mouse(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("q")
        await driver.pilot.click(driver.screen.query_one("#yes", Button))
        await driver.pilot.pause()
        assert driver.has_quit


async def test_quitting_with_nothing_unfinished_asks_nothing(
    running: Running, services: FakeServices
) -> None:
    services.scheduling.all_posts.clear()
    async with running(persona="sarah") as driver:
        await driver.pilot.press("q")
        await driver.pilot.pause()
        assert driver.has_quit


async def test_the_theme_is_remembered(running: Running) -> None:
    async with running() as driver:
        assert driver.app.theme == "fluffy"
        driver.app.theme = "nord"
        await driver.settle()
    async with running() as driver:
        assert driver.app.theme == "nord"


async def test_a_click_on_a_footer_key_runs_its_action(running: Running) -> None:
    async with running() as driver:
        await driver.pilot.click("KeysFooter", offset=(1, 0))
        await driver.settle()
        assert driver.app.context.overview.persona is not None
