"""The picture of the post under the cursor: the list goes ahead, and what is found too late is not shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.tui.photo.photo_preview import PhotoPreview

if TYPE_CHECKING:
    from tui.conftest import Running
    from tui.fakes import FakeServices


@pytest.mark.parametrize("tab", ["2", "4"])
async def test_a_photo_that_is_found_after_the_cursor_has_gone_back_is_not_shown(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    by_ids, found, asked = services.photos.by_ids, asyncio.Event(), asyncio.Event()

    async def slow(ids: Any) -> Any:
        asked.set()
        await found.wait()
        return await by_ids(ids)

    async with running(persona="sarah") as driver:
        await driver.press(tab, "g")
        preview = driver.screen.query_one(PhotoPreview)
        assert preview.photo is not None
        first = preview.photo.id
        with monkeypatch.context() as patch:
            patch.setattr(services.photos, "by_ids", slow)
            await driver.pilot.press("j")
            await asked.wait()
            await driver.pilot.press("k")
            found.set()
            await driver.settle()
        assert preview.photo.id == first
        await driver.press("j")
        assert preview.photo.id != first
