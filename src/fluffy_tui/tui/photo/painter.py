"""Paints pictures for the terminal in a thread, so that showing one costs the event loop next to nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PIL.Image import Image, Quantize, Resampling
from rich.segment import ControlType, Segment
from textual.strip import Strip

from fluffy_tui.tui.photo.half_cells import PixelStrip
from fluffy_tui.tui.photo.shades import shade_lines, shades_on
from fluffy_tui.tui.ui.joined_strip import JoinedStrip

if TYPE_CHECKING:
    from types import ModuleType

    from rich.console import Console
    from rich.style import Style

_UNTOUCHED = [(ControlType.CURSOR_FORWARD, 0)]
"""Marks a segment as a control sequence, which is written unchanged."""
_library_lock = threading.Lock()
_kitty_lock = threading.Lock()
"""Keeps the chunks of two pictures from being interleaved."""


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class PictureArea:
    """The cells that a picture is painted for.

    A painting fills all of them, with blank cells around the picture, so the layout never depends on its shape.
    """

    width: int
    """Cells."""
    height: int
    """Cells."""
    style: Style
    """Style of the blank cells."""


@dataclass(frozen=True, slots=True)
class Painting:
    """A picture as lines for the terminal."""

    image: Image
    """The source."""
    area: PictureArea
    strips: list[Strip]
    """One per line of the area, each as wide as the area."""
    is_text: bool
    """Whether it consists of coloured characters only, which can be tinted and covered like any other text."""
    release: Callable[[], None] = _nothing
    """Frees the memory that the terminal uses for it."""


Painter = Callable[["Image", PictureArea, "Console"], Painting]
"""Paints an RGB picture; takes 20 to 100 ms of processor time, so call it in a thread."""


def paint_half_cells(image: Image, area: PictureArea, console: Console) -> Painting:
    """Paint with coloured half blocks, which work in any terminal with 256 colours or more."""
    width, height = _fitted_size(image, area)
    small = image.resize((width, height * 2), Resampling.BOX if width < image.width else Resampling.BICUBIC)
    left = (area.width - width) // 2
    before = Strip.blank(left, area.style)
    after = Strip.blank(area.width - width - left, area.style)
    pixels, size = small.tobytes(), width * 6
    rows = (PixelStrip(pixels[at : at + size]) for at in range(0, len(pixels), size))
    lines = [JoinedStrip((before, row, after)) for row in rows]
    for line in lines:
        line.render(console)  # here in the thread: each pixel strip keeps what it has rendered
    return Painting(image, area, _middle(lines, area), is_text=True)


def paint_shades(image: Image, area: PictureArea, console: Console) -> Painting:
    """Paint with shade characters, which need no colours."""
    width, height = _fitted_size(image, area)
    texts = shade_lines(image, width, height, shades_on(area.style.bgcolor))
    lines = [Strip([Segment(text, area.style)], width) for text in texts]
    return Painting(image, area, _centred(lines, width, area), is_text=True)


def paint_for_kitty(image: Image, area: PictureArea, console: Console) -> Painting:
    """Send the picture to the terminal in kitty's graphics protocol and paint the placeholders that show it."""
    picture = _library().TGPImage(image, "auto", "auto")
    with _kitty_lock:
        lines = _lines(picture, area, console)

    def release() -> None:
        with _kitty_lock:
            _delete(picture)

    width = max((line.cell_length for line in lines), default=0)
    return Painting(image, area, _centred(lines, width, area), is_text=False, release=release)


def _delete(picture: Any) -> None:
    """Make the terminal delete a picture and its data.

    The library's own `cleanup` frees nothing: its command names no picture, and then the terminal deletes all visible
    pictures except those shown by placeholders: https://sw.kovidgoyal.net/kitty/graphics-protocol/#deleting-images
    """
    if picture.terminal_image_id and sys.__stdout__ is not None:
        sys.__stdout__.write(f"\x1b_Ga=d,d=I,i={picture.terminal_image_id},q=2\x1b\\")
        sys.__stdout__.flush()
        picture.terminal_image_id = None


def paint_sixels(image: Image, area: PictureArea, console: Console) -> Painting:
    """Paint as Sixels, all in the picture's first line; the lines below only move the cursor across them.

    Text that is written over part of the picture later covers that part.

    The library gets the picture in its final size and colours: in full colour it would look at each byte of it in
    Python first, which takes longer than the rest of its preparation.
    """
    across, down = cell_pixels(paint_sixels)
    columns, rows = _fitted_size(image, area, down / across)
    paletted = image.resize((columns * across, rows * down)).quantize(method=Quantize.FASTOCTREE)
    segments = list(console.render(_library().SixelImage(paletted, columns, rows), _options(area, console)))
    sixels = next(segment.text for segment in segments if segment.text.startswith("\x1bP"))
    blanks = [segment.text for segment in segments if segment.text.startswith(" ")]
    width, height = len(blanks[0].rstrip("\n")), len(blanks)
    forward = f"\x1b[{width}C"
    texts = [f"\x1b7{sixels}\x1b8{forward}", *[forward] * (height - 1)]
    lines = [Strip([Segment(text, None, _UNTOUCHED)], width) for text in texts]
    return Painting(image, area, _centred(lines, width, area), is_text=False)


def cell_pixels(renderer: Painter) -> tuple[int, int]:
    """Return how many pixels a cell shows, across and down."""
    if renderer in (paint_half_cells, paint_shades):
        return 1, 2
    sizes = (os.environ.get(f"TEXTUAL_CELL_{side}", "") for side in ("WIDTH", "HEIGHT"))
    width, height = (int(size) if size.isdigit() else 0 for size in sizes)
    return width or 10, height or 20  # as textual-image, which reads the same variables


def _fitted_size(image: Image, area: PictureArea, cell_ratio: float = 2.0) -> tuple[int, int]:
    """Return the largest columns × lines for a picture, given how many times as high as wide a cell is."""
    scale = min(area.width / image.width, area.height * cell_ratio / image.height)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale / cell_ratio))


def _centred(lines: list[Strip], width: int, area: PictureArea) -> list[Strip]:
    left = (area.width - width) // 2
    before = Strip.blank(left, area.style)
    after = Strip.blank(area.width - width - left, area.style)
    return _middle([Strip([*before, *line, *after], area.width) for line in lines], area)


def _middle(lines: Sequence[Strip], area: PictureArea) -> list[Strip]:
    top = (area.height - len(lines)) // 2
    blank = Strip.blank(area.width, area.style)
    return [*[blank] * top, *lines, *[blank] * (area.height - top - len(lines))]


def _options(area: PictureArea, console: Console) -> Any:
    return console.options.update_dimensions(area.width, area.height)


def _lines(picture: Any, area: PictureArea, console: Console) -> list[Strip]:
    """Return what the library renders, line by line; a placeholder is four characters in one cell."""
    segments = console.render(picture, _options(area, console))
    return [
        Strip([Segment(segment.text.rstrip("\n"), segment.style)], len(segment.text.rstrip("\n")) // 4)
        for segment in segments
        if segment.text.strip("\n")
    ]


def _library() -> ModuleType:
    """Return textual-image's renderables, imported for the first picture.

    While it is imported, the library queries the terminal. `terminal_query` has done that before the app started, and
    by now the answer would be read as typed keys, so standard output is hidden meanwhile. NumPy, which takes most of
    the import's time, is imported before that.
    """
    with _library_lock:
        if "textual_image.widget" not in sys.modules:
            with contextlib.suppress(ImportError):
                import_module("numpy")
            with _no_terminal():
                import_module("textual_image.widget")  # also caches the cell size
        from textual_image import renderable

        found: ModuleType = renderable
        return found


@contextlib.contextmanager
def _no_terminal() -> Iterator[None]:
    stdout: Any = sys.__stdout__
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - not a path in the file system
        sys.__stdout__ = nowhere  # type: ignore[misc]
        try:
            yield
        finally:
            sys.__stdout__ = stdout  # type: ignore[misc]
