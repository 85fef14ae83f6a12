"""Paintings: what is written to the terminal is what their lines contain, in whatever way they are read."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pyte
import pytest
from PIL import Image
from rich.console import Console
from rich.style import Style
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip

from fluffy_tui.tui.photo.painted_picture import PaintedPicture
from fluffy_tui.tui.photo.painter import (
    Painter,
    PictureArea,
    cell_pixels,
    paint_for_kitty,
    paint_half_cells,
    paint_shades,
    paint_sixels,
)
from settling import at_rest

if TYPE_CHECKING:
    from pathlib import Path

AREA = PictureArea(30, 10, Style.parse("on #102030"))


def console(colours: str = "truecolor") -> Console:
    """Return a console of a terminal with this colour system."""
    return Console(file=io.StringIO(), force_terminal=True, color_system=colours, width=30)  # type: ignore[arg-type]


def colourful(width: int, height: int) -> Image.Image:
    """Return a picture without two equal pixels side by side."""
    red, green = Image.linear_gradient("L"), Image.radial_gradient("L")
    return Image.merge("RGB", (red, green, red.rotate(90))).resize((width, height))


def drawn(strips: list[Strip], on: Console) -> list[list[tuple[str, str, str]]]:
    """Return what a terminal shows: character, foreground and background of each cell."""
    screen = pyte.Screen(AREA.width, AREA.height)
    stream = pyte.Stream(screen)
    for y, strip in enumerate(strips, 1):
        stream.feed(f"\x1b[{y};1H{strip.render(on)}")
    return [
        [(cell.data, cell.fg, cell.bg) for cell in (screen.buffer[y][x] for x in range(AREA.width))]
        for y in range(AREA.height)
    ]


@pytest.mark.parametrize(("background", "darkest"), [("#102030", " "), ("#f0f0f0", "█")])
def test_a_terminal_with_few_colours_gets_shades(background: str, darkest: str) -> None:
    on, area = console("standard"), PictureArea(30, 10, Style.parse(f"on {background}"))
    picture = Image.linear_gradient("L").resize((300, 200)).convert("RGB")
    lines = [strip.text for strip in paint_shades(picture, area, on).strips]
    assert [len(line) for line in lines] == [30] * 10
    assert set(lines[0]) == {darkest}, "the gradient begins in black"
    assert len(set("".join(lines))) == 5, "every shade is used"
    assert set(lines[-1]) == {" " if darkest == "█" else "█"}


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (1, 1), (2000, 10), (3, 900)])
def test_half_cells_look_the_same_written_at_once_and_cell_by_cell(size: tuple[int, int]) -> None:
    on = console()
    painting = paint_half_cells(colourful(*size), AREA, on)
    assert [strip.cell_length for strip in painting.strips] == [AREA.width] * AREA.height
    one_by_one = [Strip(list(strip)) for strip in painting.strips]
    assert drawn(painting.strips, on) == drawn(one_by_one, on)
    assert any(cell[0] == "▀" for line in drawn(painting.strips, on) for cell in line)


def test_a_cell_shows_as_many_pixels_as_the_terminal_has_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cell_pixels(paint_half_cells) == cell_pixels(paint_shades) == (1, 2)
    for size, pixels in (("", (10, 20)), ("9x", (10, 20)), ("12", (12, 12))):
        monkeypatch.setenv("TEXTUAL_CELL_WIDTH", size)
        monkeypatch.setenv("TEXTUAL_CELL_HEIGHT", size)
        assert cell_pixels(paint_for_kitty) == cell_pixels(paint_sixels) == pixels


def test_half_cells_can_be_cut_where_something_covers_them() -> None:
    on = console()
    whole = paint_half_cells(colourful(400, 300), AREA, on).strips
    cut = [Strip.join(strip.divide([7, 20, AREA.width])) for strip in whole]
    assert drawn(cut, on) == drawn(whole, on)


def test_half_cells_use_only_the_colours_of_the_terminal() -> None:
    on = console("256")
    written = "".join(strip.render(on) for strip in paint_half_cells(colourful(40, 30), AREA, on).strips)
    assert "38;5;" in written
    assert "38;2;" not in written


class Sent(io.StringIO):
    """What was written to the terminal directly."""

    def isatty(self) -> bool:
        """Return that it is a terminal."""
        return True


def test_kitty_gets_the_picture_once_and_deletes_it_on_release(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Sent()
    monkeypatch.setattr(sys, "__stdout__", sent)
    painting = paint_for_kitty(colourful(400, 300), AREA, console())
    commands = [part.split(";")[0] for part in sent.getvalue().split("\x1b_G")[1:]]
    assert commands[0].endswith("f=100,q=2")
    assert commands[-1].startswith("a=p,")
    assert "\x1b[c" not in sent.getvalue(), "the terminal is not queried while the app runs"
    lines = [strip for strip in painting.strips if chr(0x10EEEE) in strip.text]
    assert len(lines) == AREA.height
    assert {strip.cell_length for strip in painting.strips} == {AREA.width}
    sent.truncate(0)
    painting.release()
    assert sent.getvalue().count("a=d") == 1


def test_all_sixels_are_in_the_first_line_of_the_picture() -> None:
    on = console()
    painting = paint_sixels(colourful(300, 300), AREA, on)
    with_sixels = [y for y, strip in enumerate(painting.strips) if "\x1bP" in strip.render(on)]
    assert len(with_sixels) == 1
    below = painting.strips[with_sixels[0] + 1].render(on)
    assert "\x1b[20C" in below, "20 cells are skipped"
    assert {strip.cell_length for strip in painting.strips} == {AREA.width}


class Dialog(ModalScreen[None]):
    """Something that covers the picture."""


class PictureApp(App[None]):
    """Nothing but a picture."""

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.picture = PaintedPicture()
        self._painter = painter

    def compose(self) -> ComposeResult:
        """Yield the picture."""
        yield self.picture

    def paint(self) -> None:
        """Show a picture that fills the screen."""
        area = PictureArea(*self.picture.size, self.picture.rich_style)
        self.picture.painting = self._painter(colourful(300, 200), area, console())


def lines_of(picture: PaintedPicture) -> str:
    """Return what the picture writes now."""
    on = console()
    return "".join(strip.render(on) for strip in picture.render_lines(picture.size.region))


@pytest.mark.parametrize("painter", [paint_sixels, paint_half_cells])
async def test_only_text_is_visible_behind_a_dialog(painter: Painter) -> None:
    app = PictureApp(painter)
    async with app.run_test(size=(40, 12)) as pilot:
        app.paint()
        before = lines_of(app.picture)
        assert before.strip()
        await app.push_screen(Dialog())
        await pilot.pause()
        behind = lines_of(app.picture)
        assert behind == (before if painter is paint_half_cells else behind)
        assert "\x1bP" not in behind
        await app.pop_screen()
        await pilot.pause()
        assert lines_of(app.picture) == before


async def test_a_picture_that_no_longer_fits_is_cut_or_hidden() -> None:
    for painter, is_cut in ((paint_half_cells, True), (paint_sixels, False)):
        app = PictureApp(painter)
        async with app.run_test(size=(40, 12)) as pilot:
            app.paint()
            await pilot.resize_terminal(30, 8)
            await at_rest(app)
            lines = app.picture.render_lines(app.picture.size.region)
            assert [line.cell_length for line in lines] == [30] * 8
            assert any("▀" in line.text for line in lines) is is_cut


def test_a_screenshot_contains_the_picture(tmp_path: Path) -> None:
    async def save(app: PictureApp) -> None:
        async with app.run_test(size=(40, 12)) as pilot:
            app.paint()
            await pilot.pause()
            app.save_screenshot("shot.svg", str(tmp_path))

    import asyncio

    asyncio.run(save(PictureApp(paint_half_cells)))
    assert "▀" in (tmp_path / "shot.svg").read_text(encoding="utf-8")
