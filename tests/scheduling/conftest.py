"""Fixtures for scheduling: a workplace with a stand-in Buffer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.demo import ManualClock, StandIn
from scheduling.workplace import Workplace, workplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def clock() -> ManualClock | None:
    """Return the stand-in's clock; None for the real one."""
    return None


@pytest.fixture
async def stand_in(tmp_path: Path, clock: ManualClock | None) -> AsyncIterator[StandIn]:
    """Yield a running stand-in that serves `tmp_path/media`."""
    async with StandIn(media=tmp_path / "media", clock=clock) as running:
        yield running


@pytest.fixture
async def place(database_url: str, tmp_path: Path, stand_in: StandIn) -> AsyncIterator[Workplace]:
    """Yield an open workplace."""
    async with workplace(database_url, tmp_path, stand_in, tmp_path / "media") as opened:
        yield opened
