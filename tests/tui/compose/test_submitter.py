"""Submissions run once, outlive their screen, and always have an answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.media import Fit, Framing
from fluffy_tui.scheduling import ChannelChoice, Post, PostPhoto, Reason, ScheduleResult
from fluffy_tui.tui.compose.submitter import Submitter, submit_draft
from fluffy_tui.tui.session.drafts import Draft
from fluffy_tui.tui.session.overview import Overview
from tui.fakes import CHANNELS, NOW, FakeServices

LATER = NOW + timedelta(hours=1)


class FakeApp:
    """Runs workers as tasks of its own."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def run_worker(self, work: Any, **_: object) -> None:
        """Start a worker."""
        self.tasks.append(asyncio.ensure_future(work))


async def test_a_job_runs_as_a_worker_of_the_app_and_is_busy_until_it_ends() -> None:
    app, gate = FakeApp(), asyncio.Event()
    screen: Any = SimpleNamespace(app=app)
    submitter = Submitter(screen)
    assert not submitter.is_busy
    submitter.start(_wait(gate), "waiting")
    await asyncio.sleep(0)
    assert submitter.is_busy
    gate.set()
    await app.tasks[0]
    assert not submitter.is_busy


async def test_a_job_that_fails_leaves_room_for_the_next() -> None:
    app = FakeApp()
    screen: Any = SimpleNamespace(app=app)
    submitter = Submitter(screen)
    submitter.start(_fail(), "failing")
    with pytest.raises(RuntimeError):
        await app.tasks[0]
    assert not submitter.is_busy


async def test_a_draft_is_submitted_whole(services: FakeServices) -> None:
    context: Any = SimpleNamespace(services=services, overview=Overview(), update_overview=lambda **_: None)
    photo = services.photos.photos[40]
    draft = Draft(
        "fog",
        share_mode=ShareMode.CUSTOM_SCHEDULED,
        at=LATER,
        first_comment="#pier",
        ai_label=True,
        ai_assisted=True,
    )
    channels = [ChannelChoice(CHANNELS[0].id, "fog here")]
    cover = PostPhoto(photo.id, photo.sha256, "a pier", Framing(Fit.CROP))
    other = PostPhoto(39, services.photos.photos[39].sha256)
    result = await submit_draft(context, [cover, other], draft, channels)
    assert result.ok
    assert services.scheduling.submitted == [
        {
            "photos": (cover, other),
            "photo": photo,
            "caption": "fog",
            "alt_text": "a pier",
            "share_mode": ShareMode.CUSTOM_SCHEDULED,
            "at": LATER,
            "framing": Framing(Fit.CROP),
            "channels": channels,
            "first_comment": "#pier",
            "ai_generated": True,
            "ai_assisted": True,
        }
    ]


async def test_a_new_post_can_be_undone_before_its_event_has_come(services: FakeServices) -> None:
    before, shown = services.scheduling.all_posts[11], list[Post]()
    context: Any = SimpleNamespace(
        services=services,
        overview=Overview(strip=(before,)),
        update_overview=lambda *, strip: shown.extend(strip),
    )
    photo = services.photos.photos[40]
    result = await submit_draft(context, [PostPhoto(photo.id, photo.sha256)], Draft("fog"), ["channel-1"])
    assert shown == [result.post, before]


async def test_whatever_goes_wrong_is_an_answer(services: FakeServices) -> None:
    context: Any = SimpleNamespace(services=services, overview=Overview(), update_overview=lambda **_: None)
    photo = services.photos.photos[40]
    photos = [PostPhoto(photo.id, photo.sha256)]
    refusal = ScheduleResult(False, None, "No channel.", Reason.NO_CHANNEL)
    services.scheduling.refusal = refusal
    assert await submit_draft(context, photos, Draft("fog"), []) == refusal
    services.scheduling.error = DatabaseUnavailable("The database does not answer.")
    away = await submit_draft(context, photos, Draft("fog"), [])
    assert (away.ok, away.code, away.reason) == (False, None, "The database does not answer.")
    services.scheduling.error = RuntimeError("password=hunter2")
    unforeseen = await submit_draft(context, photos, Draft("fog"), [])
    assert not unforeseen.ok
    assert "hunter2" not in unforeseen.reason


async def _wait(gate: asyncio.Event) -> None:
    await gate.wait()


async def _fail() -> None:
    raise RuntimeError("failed")
