"""Decisions made faster than they can be stored."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fluffy_tui.photos import Photo, Verdict
from fluffy_tui.tui.library.triage import Triage

if TYPE_CHECKING:
    from fluffy_tui.tui.ports import PhotosPort

NOW = datetime(2027, 1, 12, tzinfo=UTC)


class SlowStore:
    """Takes a while for each decision."""

    def __init__(self) -> None:
        self.stored: list[tuple[int, Verdict]] = []

    async def decide(self, photo_id: int, verdict: Verdict) -> None:
        """Store a decision, after others had a turn."""
        await asyncio.sleep(0)
        self.stored.append((photo_id, verdict))
        await asyncio.sleep(0)


def photo(number: int) -> Photo:
    """Return a photo that exists in memory only."""
    path = Path(f"/photos/{number}.jpg")
    return Photo(number, 1, path, f"{number:064}", 1, 4, 5, "JPEG", NOW, NOW, None, None, NOW)


async def test_each_decision_is_stored_once_in_order_however_fast_they_are_made() -> None:
    store = SlowStore()
    triage = Triage(cast("PhotosPort", store))
    storing = []
    for number in range(5):
        triage.decide(photo(number), Verdict.PICK, number, NOW)
        storing.append(asyncio.ensure_future(triage.store()))  # as a key does
        await asyncio.sleep(0)
    await asyncio.gather(*storing)
    assert store.stored == [(number, Verdict.PICK) for number in range(5)]
    assert not any(triage.is_storing(number) for number in range(5))
