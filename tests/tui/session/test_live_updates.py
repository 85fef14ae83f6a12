"""What is read late never overwrites what happened in the meantime."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling import PersonaCounts, Step
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.session.messages import OverviewChanged
from fluffy_tui.tui.session.overview import WORKER_SILENT_AFTER
from tui.conftest import Running
from tui.fakes import MARKUP, NOW, FakeServices


class LateCounts:
    """Holds up every count from now on until `answer` is set."""

    def __init__(self, services: FakeServices) -> None:
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        self._counts = services.scheduling.counts
        services.scheduling.counts = self._late  # type: ignore[assignment, method-assign]

    async def _late(self) -> Mapping[int, PersonaCounts]:
        self.asked.set()
        await self.answer.wait()
        return await self._counts()


async def test_a_posts_step_is_shown_before_anything_is_counted(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        counts = LateCounts(services)
        services.scheduling.move(11, Step.SENDING)
        await counts.asked.wait()
        await driver.pilot.pause()
        assert "“waiting for its turn”  sending to Buffer" in driver.text("#status-strip")
        counts.answer.set()
        await driver.heard()


async def test_a_late_read_does_not_undo_the_choice_of_a_persona(
    running: Running, services: FakeServices
) -> None:
    async with running() as driver:
        counts = LateCounts(services)
        services.tell(PostChanged(1, 1))
        await counts.asked.wait()
        await driver.pilot.press("j", "j", "enter")
        while not isinstance(driver.app.screen, LibraryScreen):
            await driver.pilot.pause()
        counts.answer.set()
        await driver.settle()
        assert driver.app.context.overview.persona is not None
        assert driver.app.context.overview.persona.name == "sarah"


async def test_an_error_is_shown_and_reload_recovers(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        services.scheduling.error = FluffyError(f"No {MARKUP} room.", "Make some.")
        services.tell(PostChanged(4, 1))
        await driver.heard()
        assert f"No {MARKUP} room. Make some." in driver.notices()
        services.scheduling.error = None
        services.scheduling.all_posts.pop(4)
        await driver.press("ctrl+r")
        assert driver.app.context.overview.counts[1].failed == 0


async def test_a_starting_worker_is_checked_every_second(running: Running, services: FakeServices) -> None:
    services.workers.age, services.workers.is_starting = None, True
    async with running(persona="sarah") as driver:
        assert driver.text("#frame-header").endswith("● worker starting")
        services.workers.age = 1.0  # the first heartbeat sends no event
        async with asyncio.timeout(120):
            while "starting" in driver.text("#frame-header"):
                await driver.pilot.pause(0.05)
        assert "worker" not in driver.text("#frame-header")


async def test_a_heartbeat_draws_nothing_again_until_the_worker_is_silent_or_a_minute_has_passed(
    running: Running, services: FakeServices
) -> None:
    now = NOW
    async with running(persona="sarah", clock=lambda: now) as driver:
        updates, heard = driver.app.live_updates, list[object]()
        assert updates is not None

        async def after_check() -> int:
            heard.clear()
            updates.check_worker()
            await driver.settle()
            return heard.count(OverviewChanged())

        await after_check()
        driver.app.changes.subscribe(driver.app, heard.append, immediate=True)
        for services.workers.age in (1.0, 6.0, 29.0):
            assert await after_check() == 0
        services.workers.age = WORKER_SILENT_AFTER
        assert await after_check() > 0
        assert "worker silent for 30 s" in driver.text("#frame-header")
        services.workers.age = 1.0
        assert await after_check() > 0
        now += timedelta(seconds=59)
        assert await after_check() == 0
        now += timedelta(seconds=1)
        assert await after_check() == 1
