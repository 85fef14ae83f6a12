"""A worker whose computer's clock is wrong: what waits goes by the database's clock, and what is due by Buffer's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import Step
from other_clock import needs_faketime, other_clock

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

pytestmark = [pytest.mark.servers, needs_faketime]


@pytest.mark.parametrize("seconds", [-600, -15, 600])
async def test_an_unanswered_create_is_searched_for_with_growing_pauses(
    place: Workplace, tmp_path: Path, seconds: int
) -> None:
    place.stand_in.faults.add(Kind.DROP_BEFORE, operation="createPost")
    clock = other_clock(timedelta(seconds=seconds))
    worker = place.worker_process_with(
        tmp_path / "worker.log", clock, first_lookup=1.0
    )  # to which Buffer's is known
    await place.arrived()
    worker.release()
    assert await worker.ended() == 0
    assert len(place.in_buffer()) == 1
    created = [
        number for number, request in enumerate(place.stand_in.requests) if "createPost" in request.fields
    ]
    assert len(created) == 2
    assert created[1] - created[0] < 12, "searched for until it is certain that nothing arrived"


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_time_is_reached_by_buffers_clock(place: Workplace, tmp_path: Path, minutes: int) -> None:
    worker = place.worker_process_with(tmp_path / "worker.log", other_clock(timedelta(minutes=minutes)))
    at = place.stand_in.clock.now().replace(microsecond=0) + timedelta(minutes=5)
    submitted = await place.schedule(
        await place.photo(), "in five minutes", share_mode=ShareMode.CUSTOM_SCHEDULED, at=at
    )
    post = await place.until(submitted.id, lambda now: now.step in (Step.ACCEPTED, Step.FAILED))
    assert (post.step, post.scheduled_at) == (Step.ACCEPTED, at)
    worker.release()
    assert await worker.ended() == 0
