"""A workplace whose persona has themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.demo import StandIn
from scheduling.workplace import Workplace, workplace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Workplace]:
    """Yield an open workplace."""
    async with (
        StandIn(media=tmp_path / "media") as stand_in,
        workplace(database_url, tmp_path, stand_in, tmp_path / "media") as opened,
    ):
        yield opened
