"""Photos as a grid of small pictures, with the cursor, the selection and the keys of the list."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from fluffy_tui.photos import Photo
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
from tui.library.library_driver import photos, stack, title, toasts, verdict

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices

TILE_PIXELS = 180
"""Width of a tile's picture in a terminal of 80 columns."""


def cursor(driver: Driver) -> int | None:
    """Return the photo under the cursor."""
    return photos(driver).highlighted_id


def tile(driver: Driver, id_: int) -> list[str]:
    """Return the lines of a photo's tile as they are on the screen."""
    view, lines = photos(driver).view, driver.screen_text().splitlines()
    place = photos(driver).rows.ids.index(id_) - view.visible.start
    row, column = divmod(place, view.grid.columns)
    left, top = photos(driver).content_region.offset
    left, top = left + column * view.grid.width, top + row * view.grid.height
    return [line[left : left + view.grid.width] for line in lines[top : top + view.grid.height]]


def label(driver: Driver, id_: int) -> str:
    """Return the text of a photo's tile with single blanks."""
    return " ".join(tile(driver, id_)[-1].split())


def has_picture(driver: Driver, id_: int) -> bool:
    return any("▀" in line for line in tile(driver, id_))


@pytest.fixture
def decoded(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the photos that are decoded for tiles from now on; a preview that nobody waits for may come late."""
    found: list[int] = []
    thumbnail = services.photos.thumbnail

    def noting(photo: Photo, width: int, height: int) -> object:
        if width == TILE_PIXELS:
            found.append(photo.id)
        return thumbnail(photo, width, height)

    monkeypatch.setattr(services.photos, "thumbnail", noting)
    return found


async def test_the_cursor_moves_in_two_dimensions_and_is_the_lists(running: Running) -> None:
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("j", "T")
        assert photos(driver).view.grid.columns == 4
        assert cursor(driver) == 39
        await driver.press("l", "right", "h", "left", "j")
        assert cursor(driver) == 35
        await driver.press("up", "k")
        assert cursor(driver) == 39, "there is no row above the first"
        await driver.press("ctrl+d")
        assert cursor(driver) == 31
        await driver.press("G")
        assert cursor(driver) == 4
        await driver.press("down", "k", "l", "l", "j")
        assert cursor(driver) == 4, "the last row is shorter"
        await driver.press("T")
        assert photos(driver).view.grid.columns == 1
        assert cursor(driver) == 4
        assert driver.screen.query_one("PhotoPreview").border_title == "IMG_2004.JPG"
        await driver.press("l", "h", "h", "right", "left")
        assert cursor(driver) == 13, "in a list they go to the next and the previous photo"


@pytest.mark.parametrize("size", [(140, 45), (80, 24), (60, 18)])
async def test_tiles_show_what_the_list_shows(
    running: Running, services: FakeServices, size: tuple[int, int]
) -> None:
    stack(services, 39, 20, 21)
    services.similarity.failures[38] = "The picture is damaged."
    services.photos.photos[38].path.write_bytes(b"broken")
    async with running(persona="sarah", size=size) as driver:
        await driver.press("T", "p", "space", "x", "z")
        assert verdict(services, 40) == "pick"
        assert label(driver, 40) == "IMG_2040.JPG ✓"
        assert label(driver, 39) == "● IMG_2039.JPG ▸2"
        assert label(driver, 38) == "▌ IMG_2038.JPG !"
        assert [has_picture(driver, id_) for id_ in (40, 39, 38)] == [True, True, False]
        assert any("no picture" in line for line in tile(driver, 38))
        assert "1 picked · 0 rejected" in driver.screen_text()
        await driver.press("v", "v")
        assert "picked" in title(driver)
        assert photos(driver).rows.ids.tolist() == [40]
        await driver.press("enter", "escape", "escape")
        assert has_picture(driver, 39)
        await driver.press("tab")
        assert photos(driver).view.grid.columns == 1


async def test_only_what_is_shown_and_a_row_more_is_decoded(
    running: Running, services: FakeServices, decoded: list[int]
) -> None:
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("T")
        del decoded[:]
        driver.screen.query_one("LibraryLayout").sheet.pictures.draw_with(None)
        await driver.press("T")
        assert "Pictures are off in this terminal." in toasts(driver)
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("T")
        assert set(decoded) >= set(range(29, 41)), "two rows, and one below"
        assert min(decoded) >= 29
        del decoded[:]
        await driver.press("j")
        assert decoded == [], "the cursor has only moved"
        await driver.press("j")
        assert sorted(decoded) == [25, 26, 27, 28], "scrolled by one row"
        await driver.press("G", "g")
        del decoded[:]
        await driver.press("l", "p", "space")
        assert decoded == []


async def test_the_mouse_moves_the_cursor_and_scrolls_by_whole_rows(running: Running) -> None:
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("T")
        await driver.pilot.click(PhotoList, offset=(45, 12))
        await driver.settle()
        assert cursor(driver) == 34
        here = photos(driver)
        for event, top in ((MouseScrollDown, 1), (MouseScrollDown, 2), (MouseScrollUp, 1)):
            here.post_message(event(here, 5, 5, 0, 1, 0, False, False, False))
            await driver.settle()
            assert here.view.top == top
        assert [label(driver, id_) for id_ in (36, 32)] == ["IMG_2036.JPG", "IMG_2032.JPG"]


@pytest.mark.parametrize(("preview", "sign"), [("kitty", chr(0x10EEEE)), ("sixel", "\x1bP"), ("shades", "░")])
async def test_every_way_of_drawing_pictures_is_used(
    running: Running, monkeypatch: pytest.MonkeyPatch, preview: str, sign: str
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(sys, "__stdout__", _Terminal(sent))
    async with running(persona="sarah", size=(80, 24), preview=preview) as driver:
        await driver.press("T")
        drawn = written(photos(driver), driver)
        assert drawn.count(sign) >= 8
        assert (sum("a=p" in text for text in sent) >= 12) == (preview == "kitty")
        await driver.press("question_mark")
        is_text = preview == "shades"
        assert (sign in written(photos_below(driver), driver)) == is_text, "a dialog tints it"
        await driver.press("escape")
        assert sign in written(photos(driver), driver)
        driver.app._switch_pictures(RendererChoice("half-cell", ""))
        await driver.settle()
        drawn = written(photos(driver), driver)
        assert "▀" in drawn
        assert sign not in drawn, "the terminal is another one now"
    assert sum("a=d" in text for text in sent) == sum("a=p" in text for text in sent), "the terminal is freed"


class _Terminal:
    def __init__(self, sent: list[str]) -> None:
        self.write = sent.append

    def flush(self) -> None:
        """Do nothing."""

    def isatty(self) -> bool:
        """Return that it is a terminal."""
        return True


def photos_below(driver: Driver) -> PhotoList:
    """Return the list behind a dialog."""
    return driver.app.screen_stack[-2].query_one(PhotoList)


def written(widget: Any, driver: Driver) -> str:
    """Return what a widget writes to the terminal."""
    lines = widget.render_lines(widget.outer_size.region)
    return "".join(line.render(driver.app.console) for line in lines)
