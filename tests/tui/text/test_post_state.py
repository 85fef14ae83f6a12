"""The state of a post: the same name, sign and colour on every screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.scheduling import IN_BUFFER, ON_THE_WAY, PostStatus, Step
from fluffy_tui.tui.text.post_state import (
    queue_place,
    state_beside_time,
    state_in_both_zones,
    state_of,
    state_words,
    step_state,
)
from tui.fakes import NOW, make_photo, make_post

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
NAMES = {"draft", "queued", "sending", "in Buffer", "live", "held", "unconfirmed", "failed"}


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    """Return a photo."""
    return make_photo(tmp_path, 5, 1)


@pytest.mark.parametrize("step", [*Step, None])
def test_every_state_begins_with_its_name_and_has_a_sign_and_a_colour(
    photo: Photo, step: Step | None
) -> None:
    for status in PostStatus:
        post = replace(
            make_post(1, photo, "x", step), status=status, posted_at=NOW, error_message="Because. More."
        )
        state, words = state_of(post), state_words(post, NOW, NEW_YORK, UTC)
        assert state.name in NAMES
        assert words.startswith(state.name)
        assert state_in_both_zones(post, NOW, NEW_YORK, UTC).startswith(state.name)
        assert "\n" not in words
        assert "More" not in words
        assert len(state.sign) == 1
        assert state.tone in ("primary", "success", "warning", "error", "foreground")


def test_a_post_that_can_still_be_undone_says_when_it_leaves(photo: Photo) -> None:
    post = replace(make_post(1, photo, "x", Step.QUEUED), next_try_at=NOW + timedelta(seconds=8))
    assert state_words(post, NOW, NEW_YORK, BERLIN) == "queued: sends in 8 s"
    assert state_words(post, NOW + timedelta(seconds=9), NEW_YORK, BERLIN) == "queued"


def test_the_next_attempt_is_shown_by_the_users_own_clock(photo: Photo) -> None:
    later = NOW + timedelta(hours=4)
    held = replace(make_post(1, photo, "x", Step.HELD), next_try_at=later, error_message=None)
    assert state_words(held, NOW, NEW_YORK, BERLIN) == "held until your 19:30"
    assert state_words(held, NOW, BERLIN, BERLIN) == "held until 19:30"


def test_a_held_post_shows_its_position_in_the_queue_before_the_reason(photo: Photo) -> None:
    held = replace(make_post(1, photo, "x", Step.HELD), error_message="Full: wait. More.")
    assert state_beside_time(held, NOW, UTC, UTC, place=(2, 5)) == "held, 2nd of 5 in the queue: Full: wait"
    assert state_beside_time(held, NOW, UTC, UTC, place=(1, 1)) == "held: Full: wait"


def test_full_dates_in_both_zones(photo: Photo) -> None:
    post = replace(make_post(1, photo, "x", Step.ACCEPTED), scheduled_at=NOW)
    assert state_words(post, NOW, NEW_YORK, BERLIN) == "in Buffer for 09:30"
    words = state_in_both_zones(post, NOW, NEW_YORK, BERLIN)
    assert words == "in Buffer for Tue 12 Jan 09:30 New York (your 15:30)"
    live = replace(post, step=Step.LIVE, posted_at=NOW + timedelta(seconds=15))
    assert state_words(live, NOW, NEW_YORK, BERLIN) == "live since 09:30, 15 s late"
    words = state_in_both_zones(live, NOW, NEW_YORK, BERLIN)
    assert words == "live since Tue 12 Jan 09:30 New York (your 15:30), 15 s late"


def test_beside_a_time_it_is_left_out_and_several_tries_are_counted(photo: Photo) -> None:
    post = replace(make_post(1, photo, "x", Step.ACCEPTED), scheduled_at=NOW)
    live = replace(post, step=Step.LIVE, posted_at=NOW + timedelta(seconds=15))
    failed = replace(make_post(1, photo, "x", Step.FAILED), error_message="Too large. More.", attempts=3)
    words = [state_beside_time(each, NOW, NEW_YORK, BERLIN) for each in (post, live, failed)]
    assert words == ["in Buffer", "live, 15 s late", "failed (3 tries): Too large"]
    assert state_words(failed, NOW, NEW_YORK, BERLIN) == "failed: Too large"


def test_what_waits_is_told_from_what_is_live_by_sign_and_colour() -> None:
    waiting = [step_state(step) for step in (*ON_THE_WAY, *IN_BUFFER)]
    live = step_state(Step.LIVE)
    assert live.sign not in {state.sign for state in waiting}
    assert live.tone not in {state.tone for state in waiting}


def test_positions_in_the_queue() -> None:
    assert queue_place(2, 25) == "2nd of 25 in the queue"
    assert queue_place(1, 6) == "next of 6 in the queue"
    assert queue_place(1, 1) == "next in the queue"
