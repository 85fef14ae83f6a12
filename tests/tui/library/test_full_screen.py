"""A photo fills the terminal, with every key of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tui.pressing import pictured

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def preview(driver: Driver) -> Any:
    return driver.screen.query_one("PhotoPreview")


@pytest.mark.parametrize("size", [(140, 45), (80, 24), (60, 18)])
async def test_a_photo_fills_the_terminal(
    running: Running, services: FakeServices, size: tuple[int, int]
) -> None:
    async with running(persona="sarah", size=size) as driver:
        await driver.press("Z")
        footer = driver.screen.query_one("KeysFooter").size.height
        assert preview(driver).outer_size == (size[0], size[1] - footer)
        await pictured(driver.pilot)
        assert preview(driver).painting.area == preview(driver).area
        await driver.press("Z")
        assert driver.screen.maximized is None
        assert services.photos.photos[40].name in driver.screen_text()
        assert services.photos.photos[39].name in driver.screen_text()


async def test_every_key_of_the_library_works_there(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        first, second = services.photos.photos[40].name, services.photos.photos[39].name
        await driver.press("Z", "j")
        assert preview(driver).border_title == second
        await driver.press("k")
        assert preview(driver).border_title == first
        await driver.press("p", "k")
        assert preview(driver).border_subtitle == "✓ picked"
        await driver.press("x", "k")
        assert preview(driver).border_subtitle == "✗ rejected"
        await driver.press("escape")
        assert driver.screen.maximized is None
        await driver.press("j")
        assert preview(driver).border_title == second


async def test_without_photos_it_says_why(running: Running) -> None:
    async with running(persona="[/b][red") as driver:
        await driver.press("Z")
        assert driver.screen.maximized is None
        assert driver.notices() == ["No photos yet."]
