"""Details of a post: its timeline in both zones, the workers, its position in the queue, its uploaded picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.buffer import Metric
from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.media import Fit
from fluffy_tui.scheduling import PostEvent, PostStatus, Results, Step
from fluffy_tui.tui.posts.post_detail import PostDetailScreen, rendition_words
from fluffy_tui.tui.posts.post_timeline import timeline
from tui.conftest import Running
from tui.fakes import MARKUP, NOW, FakeServices, changed

WORKER = "fluffy-tui worker host:4711"


def event(id_: int, what: str, step: Step | None, *, seconds: int = 0, **changes: object) -> PostEvent:
    """Return an event of a timeline."""
    line = PostEvent(
        id=id_,
        at=NOW + timedelta(seconds=seconds),
        what=what,
        step=step,
        status=PostStatus.DRAFT,
        attempt=1,
        code=None,
        message=None,
        scheduled_at=None,
        next_try_at=None,
        worker=WORKER,
    )
    return replace(line, **changes)  # type: ignore[arg-type]


async def test_the_timeline_has_times_workers_and_messages(running: Running, services: FakeServices) -> None:
    services.scheduling.events[6] = [
        event(1, "created", Step.QUEUED, worker="fluffy-tui app host:12"),
        event(2, "step", Step.SENDING, seconds=61),
        event(
            3,
            "step",
            Step.HELD,
            seconds=62,
            message=f"The queue {MARKUP} is full.",
            next_try_at=NOW + timedelta(hours=8, minutes=30),
        ),
    ]
    posts = services.scheduling.all_posts
    posts[6] = changed(posts[6], media_url="https://pictures.example/x.jpg")
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", *"jjjjj", "enter")
        assert isinstance(driver.screen, PostDetailScreen)
        shown = driver.text("#timeline")
        assert "12 Jan 09:30:00  15:30:00   submitted  app host:12" in shown
        assert "12 Jan 09:31:01  15:31:01   sending to Buffer  worker host:4711" in shown
        assert "held until Tue 12 Jan 18:00 New York (your Wed 00:00)" in shown
        assert f"The queue {MARKUP} is full." in shown
        facts = driver.text("#facts")
        assert "next of 6 in the queue" in facts
        assert "Uploaded        Tue 12 Jan 09:31 New York (your 15:31)" in facts


async def test_the_timeline_grows_as_the_post_moves(running: Running, services: FakeServices) -> None:
    services.scheduling.events[11] = [event(1, "created", Step.QUEUED)]
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "enter")
        assert "6th of 6 in the queue" in driver.text("#facts")
        services.scheduling.events[11].append(
            event(2, "step", Step.ACCEPTED, seconds=5, scheduled_at=NOW + timedelta(hours=1))
        )
        services.scheduling.move(11, Step.ACCEPTED)
        await driver.heard()
        assert "in Buffer for Tue 12 Jan 10:30 New York (your 16:30)" in driver.text("#timeline")
        assert "in the queue" not in driver.text("#facts")


async def test_a_live_post_shows_what_its_network_counts(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "enter")
        assert "Results" not in driver.text("#facts")
        services.scheduling.move(11, Step.LIVE)
        await driver.heard()
        assert "none yet: Buffer gets them from the network once a day" in driver.text("#facts")
        reach = Metric("reach", 1480)
        services.scheduling.known_results[11] = Results((Metric("comments", 1), reach), NOW)
        services.tell(PostChanged(11, 1))
        await driver.heard()
        assert "1 comment · reach 1,480" in driver.text("#facts")
        assert "As of           Tue 12 Jan 09:30 New York" in driver.text("#facts")


async def test_the_keys_of_the_table_work_here_too(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "g", "enter", "K")
        await driver.heard()
        assert "5th of 6 in the queue" in driver.text("#facts")
        await driver.press("y")
        assert driver.notices()[-1].startswith("No link yet")


async def test_vim_keys_scroll_to_the_timeline(running: Running, services: FakeServices) -> None:
    services.scheduling.events[11] = [event(id_, "edited", Step.QUEUED) for id_ in range(30)]
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "g", "enter", "j", "j", "j")
        dialog = driver.screen.query_one("#dialog")
        assert dialog.scroll_target_y == 3
        await driver.press("k", "down", "up")
        assert dialog.scroll_target_y == 2


def test_a_single_zone_and_a_repeated_message_are_shown_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    held: dict[str, Any] = {"message": "Full.", "next_try_at": NOW}
    words = str(
        timeline(
            [
                event(1, "created", None),
                event(2, "step", Step.HELD, **held),
                event(3, "attempt", Step.HELD, attempt=2, **held),
                event(4, "due_moved", Step.ACCEPTED, scheduled_at=NOW),
                event(5, "edited", Step.ACCEPTED),
                event(6, "line", Step.HELD),
                event(7, "link", Step.LIVE),
            ],
            berlin,
            berlin,
        )
    )
    assert "your" not in words
    assert words.count("Full.") == 1
    for shown in (
        "saved as a draft",
        "attempt 2 started",
        "rescheduled to Tue",
        "edited",
        "moved in the queue",
        "link received",
    ):
        assert shown in words
    assert str(timeline([], berlin, berlin)) == ""


async def test_long_lines_wrap_below_their_first_word(running: Running, services: FakeServices) -> None:
    services.scheduling.events[4] = [event(1, "step", Step.FAILED, message="a long story " * 12)]
    posts = services.scheduling.all_posts
    posts[4] = replace(posts[4], error_message="because of this and that " * 8)
    async with running(persona="sarah", size=(80, 30)) as driver:
        await driver.press("2", "g", *"jjjjjjj", "enter")
        for size in ((80, 30), (64, 30), (120, 30)):
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            facts = driver.text("#facts").splitlines()
            why = next(number for number, line in enumerate(facts) if line.startswith("Reason"))
            assert facts[why + 1].startswith(" " * 16 + "because") or facts[why + 1][:16].isspace(), size
            assert facts[why + 1][16] != " "
            shown = [line for line in driver.text("#timeline").splitlines() if "story" in line]
            assert len(shown) > 1
            assert all(len(line) - len(line.lstrip()) == 28 for line in shown), size


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        (Fit.PAD, "pad blurred"),
        (Fit.PAD_PLAIN, "pad white"),
        (Fit.CROP, "crop"),
        (Fit.CROP_TOP, "crop top"),
        (Fit.CROP_BOTTOM, "crop bottom"),
    ],
)
def test_the_fit_of_a_picture_has_the_words_of_the_dialog_where_it_is_chosen(fit: Fit, words: str) -> None:
    recorded = {"width": 1080, "height": 1350, "fit": str(fit)}
    assert rendition_words(recorded) == f"1080×1350 JPEG · {words}"
