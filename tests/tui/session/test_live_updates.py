"""What was read late never undoes what happened meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fluffy_tui.core.app_events import PostChanged
from fluffy_tui.scheduling import PersonaCounts, Step
from fluffy_tui.tui.library.screen import LibraryScreen
from tui.conftest import Running
from tui.fakes import FakeServices


class LateCounts:
    """Has the services count only when they are let, from now on."""

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


async def test_a_late_reading_does_not_unchoose_the_persona(running: Running, services: FakeServices) -> None:
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
