"""One post: its trail in both zones, by whose hand, its place in the line, its hosted picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fluffy_tui.scheduling import PostEvent, PostStatus, Step
from fluffy_tui.tui.posts.post_detail import PostDetailScreen
from fluffy_tui.tui.posts.post_facts import place_words
from fluffy_tui.tui.posts.timeline import timeline
from tui.conftest import Running
from tui.fakes import MARKUP, NOW, FakeServices

WORKER = "fluffy-tui worker host:4711"


def event(id_: int, what: str, step: Step | None, *, seconds: int = 0, **changes: object) -> PostEvent:
    """Return a line of a trail."""
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


async def test_the_trail_is_told_with_times_worker_and_message(
    running: Running, services: FakeServices
) -> None:
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
    posts[6] = replace(posts[6], media_url="https://pictures.example/x.jpg")
    async with running(persona="sarah") as driver:
        await driver.press("2", *"jjjjj", "enter")
        assert isinstance(driver.screen, PostDetailScreen)
        trail = driver.text("#timeline")
        assert "12 Jan 09:30:00  15:30:00   submitted  app host:12" in trail
        assert "12 Jan 09:31:01  15:31:01   sending to Buffer  worker host:4711" in trail
        assert "held until Tue 12 Jan 18:00 New York (your Wed 00:00)" in trail
        assert f"The queue {MARKUP} is full." in trail
        facts = driver.text("#facts")
        assert "next of 6 in line" in facts
        assert "hosted since   Tue 12 Jan 09:31 New York (your 15:31)" in facts


async def test_the_trail_grows_as_the_post_moves(running: Running, services: FakeServices) -> None:
    services.scheduling.events[11] = [event(1, "created", Step.QUEUED)]
    async with running(persona="sarah") as driver:
        await driver.press("2", "enter")
        assert "6th of 6 in line" in driver.text("#facts")
        services.scheduling.events[11].append(
            event(2, "step", Step.ACCEPTED, seconds=5, scheduled_at=NOW + timedelta(hours=1))
        )
        services.scheduling.move(11, Step.ACCEPTED)
        await driver.heard()
        assert "in Buffer for Tue 12 Jan 10:30 New York (your 16:30)" in driver.text("#timeline")
        assert "in line" not in driver.text("#facts")


async def test_the_keys_of_the_table_work_here_too(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "enter", "M")
        await driver.heard()
        assert "5th of 6 in line" in driver.text("#facts")
        await driver.press("y")
        assert [note.message for note in driver.app._notifications][-1].startswith("There is no link yet")


async def test_the_trail_below_is_reached_by_vim_keys(running: Running, services: FakeServices) -> None:
    services.scheduling.events[11] = [event(id_, "edited", Step.QUEUED) for id_ in range(30)]
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("2", "enter", "j", "j", "j")
        dialog = driver.screen.query_one("#dialog")
        assert dialog.scroll_target_y == 3
        await driver.press("k", "down", "up")
        assert dialog.scroll_target_y == 2


def test_one_zone_is_told_once_and_the_same_message_too() -> None:
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
    for told in (
        "kept as a draft",
        "try 2 began",
        "its time moved to",
        "it was changed",
        "its link came",
    ):
        assert told in words
    assert str(timeline([], berlin, berlin)) == ""


def test_places_read_as_people_say_them() -> None:
    assert [place_words(place, 25).split()[0] for place in (2, 3, 4, 11, 12, 13, 21, 22)] == [
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
    ]
    assert place_words(1, 1) == "next in line"


async def test_long_lines_go_on_below_their_own_beginning(running: Running, services: FakeServices) -> None:
    services.scheduling.events[4] = [event(1, "step", Step.FAILED, message="a long story " * 12)]
    posts = services.scheduling.all_posts
    posts[4] = replace(posts[4], error_message="because of this and that " * 8)
    async with running(persona="sarah", size=(80, 30)) as driver:
        await driver.press("2", *"jjjjjjj", "enter")
        for size in ((80, 30), (64, 30), (120, 30)):
            await driver.pilot.resize_terminal(*size)
            await driver.settle()
            facts = driver.text("#facts").splitlines()
            why = next(number for number, line in enumerate(facts) if line.startswith("why"))
            assert facts[why + 1].startswith(" " * 15 + "because") or facts[why + 1][:15].isspace(), size
            assert facts[why + 1][15] != " "
            told = [line for line in driver.text("#timeline").splitlines() if "story" in line]
            assert len(told) > 1
            assert all(len(line) - len(line.lstrip()) == 28 for line in told), size
