"""What was read late never undoes what happened meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fluffy_tui.core.changes import PostChanged
from fluffy_tui.scheduling import PersonaCounts, Step
from fluffy_tui.tui.screens.library import LibraryScreen

from .conftest import Running
from .fakes import FakeServices


async def test_a_posts_step_is_shown_before_anything_is_counted(
    running: Running, services: FakeServices
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()
    counts = services.scheduling.counts

    async def late() -> Mapping[int, PersonaCounts]:
        asked.set()
        await answer.wait()
        return await counts()

    async with running(persona="sarah") as driver:
        services.scheduling.counts = late  # type: ignore[assignment, method-assign]
        services.scheduling.move(11, Step.SENDING)
        await asked.wait()
        await driver.pilot.pause()
        assert "“waiting for its turn”  sending to Buffer" in driver.text("#status-strip")
        answer.set()
        await driver.heard()


async def test_a_late_reading_does_not_unchoose_the_persona(running: Running, services: FakeServices) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()
    counts = services.scheduling.counts

    async def late() -> Mapping[int, PersonaCounts]:
        asked.set()
        await answer.wait()
        return await counts()

    async with running() as driver:
        services.scheduling.counts = late  # type: ignore[assignment, method-assign]
        services.tell(PostChanged(1, 1))
        await asked.wait()
        await driver.pilot.press("j", "j", "enter")
        while not isinstance(driver.app.screen, LibraryScreen):
            await driver.pilot.pause()
        answer.set()
        await driver.settle()
        assert driver.app.context.overview.persona is not None
        assert driver.app.context.overview.persona.name == "sarah"
