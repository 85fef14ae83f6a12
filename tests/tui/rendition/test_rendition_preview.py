"""The picture as posted takes the place of the file's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def preview(driver: Driver) -> Any:
    return driver.screen.query_one("PhotoPreview")


async def test_the_file_is_shown_while_the_post_is_rendered(
    running: Running, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_render, render = threading.Event(), services.planning.preview_rendition

    def held(*photo: Any, **options: Any) -> Any:
        may_render.wait()
        return render(*photo, **options)

    monkeypatch.setattr(services.planning, "preview_rendition", held)
    async with running(persona="sarah") as driver:
        name = services.photos.photos[40].name
        await driver.pilot.press("enter")
        while preview(driver).shown is None:
            await driver.pilot.pause()
        assert (preview(driver).border_title, preview(driver).border_subtitle) == (name, "rendering…")
        may_render.set()
        await driver.settle()
        assert preview(driver).border_title == "picture as posted"
        assert "JPEG" in preview(driver).border_subtitle
