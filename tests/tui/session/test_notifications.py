"""News of posts, and what the terminal is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.scheduling import Step
from fluffy_tui.settings import Notify
from fluffy_tui.tui.session.notifications import Notice, Notices, summary, terminal_notice
from tui.conftest import Running
from tui.fakes import MARKUP, NOW, FakeServices, make_photo, make_post

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.scheduling import Post


def clock() -> datetime:
    return NOW


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return make_post(1, make_photo(tmp_path, 1, 1), f"cat {MARKUP}", Step.ACCEPTED)


def at(post: Post, step: Step, **changes: object) -> Post:
    return replace(post, step=step, **changes)  # type: ignore[arg-type]


def test_going_live_is_told_once(post: Post) -> None:
    notices = Notices(clock)
    assert notices.news([post]) == []
    live = at(post, Step.LIVE, posted_at=NOW)
    assert notices.news([live]) == [Notice(f"“cat {MARKUP}” is live.", failed=False)]
    assert notices.news([live]) == []


def test_a_post_heard_of_first_when_it_is_live_is_news_while_it_is_fresh(post: Post) -> None:
    assert Notices(clock).news([at(post, Step.LIVE, posted_at=NOW - timedelta(hours=1))])
    assert not Notices(clock).news([at(post, Step.LIVE, posted_at=NOW - timedelta(days=3))])


def test_a_failure_is_told_with_its_reason_and_again_after_another_try(post: Post) -> None:
    notices = Notices(clock)
    failed = at(post, Step.FAILED, error_message="No such\nchannel.")
    told = [Notice(f"“cat {MARKUP}” failed: No such channel.", failed=True)]
    assert notices.news([failed]) == told
    assert notices.news([failed]) == []
    assert notices.news([at(post, Step.QUEUED)]) == []
    assert notices.news([failed]) == told


def test_several_make_one_line() -> None:
    live, failed = Notice("a is live.", failed=False), Notice("b failed.", failed=True)
    assert summary([live]) == "a is live."
    assert summary([live, live, failed]) == "2 posts are live, 1 failed."
    assert summary([failed, failed]) == "2 failed."


@pytest.mark.parametrize(
    ("notify", "environment", "written"),
    [
        (Notify.OFF, {"TERM_PROGRAM": "iTerm.app"}, ""),
        (Notify.BELL, {"TERM_PROGRAM": "iTerm.app"}, "\a"),
        (Notify.DESKTOP, {"TERM_PROGRAM": "iTerm.app"}, "\x1b]9;cat; is live.\x1b\\"),
        (Notify.DESKTOP, {"KITTY_WINDOW_ID": "1"}, "\x1b]9;cat; is live.\x1b\\"),
        (Notify.DESKTOP, {"TERM": "foot-extra"}, "\x1b]777;notify;fluffy-tui;cat, is live.\x1b\\"),
        (Notify.DESKTOP, {"VTE_VERSION": "7600"}, "\x1b]777;notify;fluffy-tui;cat, is live.\x1b\\"),
        (Notify.DESKTOP, {"TERM": "xterm-256color"}, "\a"),
        (Notify.DESKTOP, {"TERM_PROGRAM": "tmux", "TMUX": "/tmp/s", "KITTY_WINDOW_ID": "1"}, "\a"),
    ],
)
def test_a_terminal_is_told_in_the_way_it_knows(
    notify: Notify, environment: dict[str, str], written: str
) -> None:
    assert terminal_notice("cat; is live.", notify, environment) == written


def test_no_caption_can_write_to_the_terminal() -> None:
    """A caption comes from anywhere; the end of a sequence in it must not end ours."""
    written = terminal_notice(
        "a\x1b]52;c;aGk=\a\x1b\\b" + "x" * 500, Notify.DESKTOP, {"KITTY_WINDOW_ID": "1"}
    )
    inner = written.removeprefix("\x1b]9;").removesuffix("\x1b\\")
    assert inner.isprintable()
    assert len(inner) == 200
    assert inner.endswith("x…"), "that it was cut is seen"


async def test_a_post_that_goes_live_while_the_app_is_open_is_told(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="northern light") as driver:
        services.scheduling.move(2, Step.PUBLISHING)
        await driver.heard()
        written: list[str] = []
        driver.app._driver.write = written.append  # type: ignore[union-attr, method-assign]
        services.scheduling.move(2, Step.LIVE, posted_at=NOW)
        await driver.heard()
        assert [(toast.message, toast.severity) for toast in driver.app._notifications] == [
            ("“coffee first” is live.", "information")
        ]
        assert "\a" in written


async def test_many_at_a_time_are_one_toast(running: Running, post: Post) -> None:
    async with running() as driver:
        driver.app._tell_news([at(post, Step.FAILED, id=number) for number in range(20, 24)])
        await driver.settle()
        assert [toast.message for toast in driver.app._notifications] == ["4 failed."]
