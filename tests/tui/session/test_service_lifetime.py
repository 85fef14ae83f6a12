"""The services are opened and closed by one task, whatever happens."""

from __future__ import annotations

import asyncio

import pytest

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.session.service_lifetime import ServiceLifetime
from tui.fakes import FakeServices, Opening


@pytest.fixture
def steps() -> list[str]:
    return []


@pytest.fixture
def lifetime(opening: Opening) -> ServiceLifetime:
    return ServiceLifetime(opening)


async def test_what_was_opened_is_closed(
    lifetime: ServiceLifetime, services: FakeServices, steps: list[str]
) -> None:
    assert await lifetime.open(steps.append) is services
    assert steps == ["starting the database", "checking the worker"]
    await lifetime.close()
    await lifetime.close()
    assert services.closed


async def test_opening_can_be_repeated_after_a_failure(
    lifetime: ServiceLifetime, opening: Opening, services: FakeServices, steps: list[str]
) -> None:
    opening.error = DatabaseUnavailable("Away.")
    with pytest.raises(DatabaseUnavailable):
        await lifetime.open(steps.append)
    opening.error = None
    assert await lifetime.open(steps.append) is services
    await lifetime.close()


async def test_closing_stops_an_opening_that_hangs(
    lifetime: ServiceLifetime, opening: Opening, steps: list[str]
) -> None:
    opening.gate.clear()
    waiting = asyncio.create_task(lifetime.open(steps.append))
    while not steps:
        await asyncio.sleep(0)
    await lifetime.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
