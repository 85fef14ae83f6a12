"""A photo pixel by pixel."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fluffy_tui.photos import Photo
from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
from fluffy_tui.tui.zoom import ZoomScreen
from tui.library.library_driver import photos

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices

SIZE = (400, 300)
Box = tuple[int, int, int, int]


@pytest.fixture
def decoded(services: FakeServices) -> list[Box]:
    """Give the first photo a pixel of its own color at every place, and return the parts that are decoded."""
    photo = services.photos.photos[40]
    picture = Image.new("RGB", SIZE)
    picture.putdata([(x % 256, y % 256, x // 256) for y in range(SIZE[1]) for x in range(SIZE[0])])
    path = photo.path.with_suffix(".png")
    picture.save(path)
    services.photos.photos[40] = replace(photo, path=path, width=SIZE[0], height=SIZE[1])
    found: list[Box] = []
    part = services.photos.part

    def noting(photo: Photo, box: Box, size: tuple[int, int]) -> object:
        found.append(box)
        return part(photo, box, size)

    services.photos.part = noting  # type: ignore[method-assign]
    return found


def zoomed(driver: Driver) -> Any:
    return driver.screen.query_one("ZoomedPhoto")


def pixel(driver: Driver, column: int, line: int) -> tuple[int, int]:
    """Return the place in the photo of what the upper half of a cell shows."""
    strip = zoomed(driver)._picture.painting.strips[line]
    color = [segment for segment in strip if segment.text == "▀"][column].style.color.triplet
    return color.red + 256 * color.blue, color.green


def words(driver: Driver) -> str:
    return str(zoomed(driver).border_subtitle)


async def test_every_half_cell_is_a_pixel_of_the_photo(running: Running, decoded: list[Box]) -> None:
    async with running(persona="sarah", size=(82, 24)) as driver:
        await driver.press("plus")
        width, height = zoomed(driver).content_size
        left, upper = (SIZE[0] - width) // 2, (SIZE[1] - height * 2) // 2
        assert words(driver) == (
            f"100 % · x {left}–{left + width - 1} · y {upper}–{upper + height * 2 - 1} of 400×300"
        )
        assert pixel(driver, 0, 0) == (left, upper)
        assert pixel(driver, width - 1, height - 1) == (left + width - 1, upper + height * 2 - 2)
        await driver.press("right", "l", "left", "h", "l", "j", "down", "k", "up", "j")
        left, upper = left + width // 2, upper + height
        assert pixel(driver, 0, 0) == (left, upper)
        assert f"x {left}–" in words(driver)
        assert len(decoded) == 1, "what is around the part was decoded with it"
        await driver.press("plus")
        assert words(driver).startswith("200 % ")
        assert pixel(driver, 0, 0) == pixel(driver, 1, 0) == (left + width // 4, upper + height // 2)
        await driver.press("minus", "minus", "equals_sign", "minus", "minus", "minus")
        assert words(driver) == "12.5 % · x 0–399 · y 0–299 of 400×300"
        await driver.press("escape")
        assert photos(driver).highlighted_id == 40


async def test_it_opens_from_the_full_screen_and_returns_there(running: Running, decoded: list[Box]) -> None:
    async with running(persona="sarah", size=(60, 18)) as driver:
        await driver.press("Z", "equals_sign")
        assert isinstance(driver.screen, ZoomScreen)
        assert len(decoded) == 1
        await driver.pilot.resize_terminal(100, 30)
        await driver.settle()
        width, height = zoomed(driver).content_size
        assert pixel(driver, 0, 0) == ((SIZE[0] - width) // 2, (SIZE[1] - height * 2) // 2)
        driver.app._switch_pictures(RendererChoice("shades", ""))
        await driver.settle()
        assert set("".join(strip.text for strip in zoomed(driver)._picture.painting.strips)) <= set(" ░▒▓█")
        await driver.press("escape")
        assert driver.screen.maximized is not None


async def test_keys_move_on_while_a_part_is_decoded(
    running: Running, services: FakeServices, decoded: list[Box]
) -> None:
    part, gate = services.photos.part, threading.Event()

    def slow(photo: Photo, box: Box, size: tuple[int, int]) -> object:
        gate.wait()
        return part(photo, box, size)

    services.photos.part = slow  # type: ignore[method-assign]
    async with running(persona="sarah", size=(82, 24)) as driver:
        await driver.pilot.press("plus")
        while not isinstance(driver.screen, ZoomScreen) or not words(driver):
            await driver.pilot.pause()
        assert "loading IMG_2040" in driver.screen_text()
        before = words(driver)
        await driver.pilot.press("right")
        while words(driver) == before:
            await driver.pilot.pause()
        gate.set()
        await driver.settle()
        left = int(words(driver).split()[4].split("–")[0])
        assert pixel(driver, 0, 0)[0] == left, "what is wanted by now"


async def test_a_photo_that_cannot_be_shown_says_why(running: Running, services: FakeServices) -> None:
    services.photos.photos[40].path.write_bytes(b"broken")
    async with running(persona="sarah") as driver:
        await driver.press("plus")
        assert "cannot be read: the picture is damaged" in driver.screen_text()
        await driver.press("right", "plus")
        assert "cannot be read: the picture is damaged" in driver.screen_text()
    async with running(persona="sarah", preview="off") as driver:
        await driver.press("plus")
        assert "Pictures are off in this terminal." in driver.screen_text()
        await driver.press("right", "escape")
        assert photos(driver).has_focus
