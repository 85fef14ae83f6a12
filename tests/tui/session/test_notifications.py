"""News of posts, as toasts and as notifications of the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

import textual_internals
from fluffy_tui.scheduling import Step
from fluffy_tui.settings import Notify
from fluffy_tui.tui.session.notifications import (
    REASON_LENGTH,
    Notice,
    Notifications,
    PostNews,
    summary,
    terminal_notice,
)
from tui.conftest import Running
from tui.fakes import MARKUP, NOW, FakeServices, make_photo, make_post
from tui.several_channels import on_channels

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


def test_a_live_post_is_announced_once(post: Post) -> None:
    news = PostNews(clock)
    assert news.of([post]) == []
    live = at(post, Step.LIVE, posted_at=NOW)
    assert news.of([live]) == [Notice(f"“cat {MARKUP}” is live.", failed=False)]
    assert news.of([live]) == []


def test_a_post_first_seen_when_live_is_news_only_while_fresh(post: Post) -> None:
    assert PostNews(clock).of([at(post, Step.LIVE, posted_at=NOW - timedelta(hours=1))])
    assert not PostNews(clock).of([at(post, Step.LIVE, posted_at=NOW - timedelta(days=3))])


def test_a_failure_is_announced_with_its_reason_and_again_after_a_retry(post: Post) -> None:
    news = PostNews(clock)
    failed = at(post, Step.FAILED, error_message="No such\nchannel.")
    announced = [Notice(f"“cat {MARKUP}” failed: No such channel.", failed=True)]
    assert news.of([failed]) == announced
    assert news.of([failed]) == []
    assert news.of([at(post, Step.QUEUED)]) == []
    assert news.of([failed]) == announced


def test_a_post_that_is_known_to_have_failed_is_no_news_when_it_is_changed(post: Post) -> None:
    """Such as one from before the app was opened; what was only just read as failed is."""
    failed = at(post, Step.FAILED)
    edited = replace(failed, caption="dog", updated_at=NOW + timedelta(seconds=1))
    assert PostNews(clock).of([edited], failed=[failed]) == []
    assert PostNews(clock).of([failed], failed=[failed]) != []


def test_a_submission_that_fails_on_several_channels_at_once_is_announced_once_and_briefly(
    post: Post,
) -> None:
    long = "Buffer did not accept this picture. " * 5
    lead, cross_post = at(post, Step.FAILED, error_message=long), at(post, Step.FAILED, error_message=long)
    cross_post = replace(cross_post, id=2, lead_post_id=1, channel_id="b")
    live = replace(at(post, Step.LIVE, posted_at=NOW), id=3, lead_post_id=1, channel_id="c")
    news = PostNews(clock, lambda post: {"b": "Bluesky", "c": "X"}.get(post.channel_id or "", "Instagram"))
    failed, posted = news.of([lead, live, cross_post])
    assert failed.words.startswith(f"“cat {MARKUP}” on Instagram, Bluesky failed: Buffer did not accept")
    assert len(failed.words.partition(": ")[2]) <= REASON_LENGTH
    assert posted == Notice(f"“cat {MARKUP}” on X is live.", failed=False)
    assert summary([failed, posted]) == "1 post is live, 2 failed."
    other = replace(cross_post, id=4, error_message="No such channel.")
    [both] = PostNews(clock).of([replace(lead, error_message="Too large."), other])
    assert both.words == f"“cat {MARKUP}” failed: Too large. No such channel."


async def test_an_edit_of_a_post_that_failed_before_announces_nothing(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        edited = await services.scheduling.edit(4, caption="dog")
        services.scheduling._store(replace(edited, updated_at=NOW + timedelta(seconds=1)))
        await driver.heard()
        assert driver.toasts() == []


def test_several_results_fit_in_one_line() -> None:
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
def test_each_terminal_is_notified_in_its_own_way(
    notify: Notify, environment: dict[str, str], written: str
) -> None:
    assert terminal_notice("cat; is live.", notify, environment) == written


def test_no_caption_can_end_the_escape_sequence() -> None:
    written = terminal_notice(
        "a\x1b]52;c;aGk=\a\x1b\\b" + "x" * 500, Notify.DESKTOP, {"KITTY_WINDOW_ID": "1"}
    )
    inner = written.removeprefix("\x1b]9;").removesuffix("\x1b\\")
    assert inner.isprintable()
    assert len(inner) == 200
    assert inner.endswith("x…"), "the text is visibly cut"


async def test_a_post_that_goes_live_while_the_app_is_open_is_announced(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="northern light") as driver:
        services.scheduling.move(2, Step.PUBLISHING)
        await driver.heard()
        written = textual_internals.record_writes(driver.app)
        services.scheduling.move(2, Step.LIVE, posted_at=NOW)
        await driver.heard()
        assert driver.toasts() == [("“coffee first” is live.", "information")]
        assert "\a" in written


async def test_where_a_persona_has_several_channels_the_result_names_its_channel(
    running: Running, services: FakeServices
) -> None:
    """Each post of a submission is told by itself."""
    on_channels(services, 12, Step.PUBLISHING, Step.PUBLISHING)
    async with running(persona="sarah") as driver:
        services.scheduling.move(12, Step.LIVE, posted_at=NOW)
        services.scheduling.move(13, Step.FAILED, error_message="It is full.")
        await driver.heard()
        assert sorted(driver.notices()) == [
            "“words 0” on Instagram is live.",
            "“words 1” on Bluesky failed: It is full.",
        ]


async def test_many_results_at_a_time_are_one_toast(running: Running, post: Post) -> None:
    async with running() as driver:
        written: list[str] = []
        notifications = Notifications(driver.app, driver.app.context, written.append)
        notifications.announce([at(post, Step.FAILED, id=number) for number in range(20, 24)])
        await driver.settle()
        assert driver.notices() == ["4 failed."]
        assert written == ["\a"]
