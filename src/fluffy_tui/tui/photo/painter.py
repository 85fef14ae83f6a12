"""Pictures made ready for the terminal, in a thread: showing one then costs the event loop next to nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PIL.Image import Resampling
from rich.segment import ControlType, Segment
from textual.strip import Strip

from fluffy_tui.tui.photo.pixel_strip import PixelStrip

if TYPE_CHECKING:
    from types import ModuleType

    from PIL.Image import Image
    from rich.console import Console
    from rich.style import Style

_UNTOUCHED = [(ControlType.CURSOR_FORWARD, 0)]
"""Marks a segment as one that is to be written as it is."""
_library_lock = threading.Lock()
_kitty_lock = threading.Lock()
"""The parts of one picture must not be sent between those of another."""


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where a picture will be shown.

    A painting has all of it, with blank cells around the picture, so that no layout changes with a picture's shape.
    """

    width: int
    """Cells."""
    height: int
    """Cells."""
    style: Style
    """Of the blank cells."""


@dataclass(frozen=True, slots=True)
class Painting:
    """A picture as lines of a terminal."""

    image: Image
    """What was painted."""
    canvas: Canvas
    strips: list[Strip]
    """As many and as wide as the canvas has room for."""
    is_text: bool
    """Whether it is made of coloured characters only, which may be tinted and covered like any others."""
    forget: Callable[[], None] = _nothing
    """Frees what the terminal keeps of it."""


Painter = Callable[["Image", Canvas, "Console"], Painting]
"""Makes an RGB picture ready; takes some 20 to 100 ms of processor time, so it is called in a thread."""


def paint_half_cells(image: Image, canvas: Canvas, console: Console) -> Painting:
    """Paint with coloured half blocks, which any terminal can show."""
    width, height = _fitting(image, canvas)
    small = image.resize((width, height * 2), Resampling.BOX if width < image.width else Resampling.BICUBIC)
    left = (canvas.width - width) // 2
    before = Strip.blank(left, canvas.style)
    behind = Strip.blank(canvas.width - width - left, canvas.style)
    pixels, line = small.tobytes(), width * 6
    lines = [PixelStrip(pixels[at : at + line], before, behind) for at in range(0, len(pixels), line)]
    for strip in lines:
        strip.render(console)  # kept by the strip
    return Painting(image, canvas, _in_the_middle(lines, canvas), is_text=True)


def paint_for_kitty(image: Image, canvas: Canvas, console: Console) -> Painting:
    """Send the picture to the terminal by kitty's protocol, and return the placeholders that show it."""
    picture = _library().TGPImage(image, "auto", "auto")
    with _kitty_lock:
        lines = _lines(picture, canvas, console)

    def forget() -> None:
        with _kitty_lock:
            _free(picture)

    width = max((line.cell_length for line in lines), default=0)
    return Painting(image, canvas, _centred(lines, width, canvas), is_text=False, forget=forget)


def _free(picture: Any) -> None:
    """Have the terminal delete a picture with its data: what the library's own `cleanup` sends frees nothing.

    It leaves out what is to be deleted, which then is all that is on the screen but for placeholders' pictures:
    https://sw.kovidgoyal.net/kitty/graphics-protocol/#deleting-images
    """
    if picture.terminal_image_id and sys.__stdout__ is not None:
        sys.__stdout__.write(f"\x1b_Ga=d,d=I,i={picture.terminal_image_id},q=2\x1b\\")
        sys.__stdout__.flush()
        picture.terminal_image_id = None


def paint_sixels(image: Image, canvas: Canvas, console: Console) -> Painting:
    """Paint as Sixels, all of them in the picture's first line; the lines below leave them alone.

    What is written over a part of them afterwards, line by line as the screen is, covers them.
    """
    segments = list(console.render(_library().SixelImage(image, "auto", "auto"), _options(canvas, console)))
    sixels = next(segment.text for segment in segments if segment.text.startswith("\x1bP"))
    blanks = [segment.text for segment in segments if segment.text.startswith(" ")]
    width, height = len(blanks[0].rstrip("\n")), len(blanks)
    forward = f"\x1b[{width}C"
    texts = [f"\x1b7{sixels}\x1b8{forward}", *[forward] * (height - 1)]
    lines = [Strip([Segment(text, None, _UNTOUCHED)], width) for text in texts]
    return Painting(image, canvas, _centred(lines, width, canvas), is_text=False)


def _fitting(image: Image, canvas: Canvas) -> tuple[int, int]:
    """Return columns and lines of a picture as large as possible, taking a cell for twice as high as wide."""
    scale = min(canvas.width / image.width, canvas.height * 2 / image.height)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale / 2))


def _centred(lines: list[Strip], width: int, canvas: Canvas) -> list[Strip]:
    left = (canvas.width - width) // 2
    before = Strip.blank(left, canvas.style)
    behind = Strip.blank(canvas.width - width - left, canvas.style)
    return _in_the_middle([Strip([*before, *line, *behind], canvas.width) for line in lines], canvas)


def _in_the_middle(lines: Sequence[Strip], canvas: Canvas) -> list[Strip]:
    top = (canvas.height - len(lines)) // 2
    blank = Strip.blank(canvas.width, canvas.style)
    return [*[blank] * top, *lines, *[blank] * (canvas.height - top - len(lines))]


def _options(canvas: Canvas, console: Console) -> Any:
    return console.options.update_dimensions(canvas.width, canvas.height)


def _lines(picture: Any, canvas: Canvas, console: Console) -> list[Strip]:
    """Return what the library draws, line by line; a placeholder is one cell with three characters."""
    segments = console.render(picture, _options(canvas, console))
    return [
        Strip([Segment(segment.text.rstrip("\n"), segment.style)], len(segment.text.rstrip("\n")) // 4)
        for segment in segments
        if segment.text.strip("\n")
    ]


def _library() -> ModuleType:
    """Return textual-image's renderables, imported when the first picture needs them.

    The library asks the terminal what it can do while it is imported. That was asked before the app began, and
    now the answer would be taken for typing, so the terminal is hidden from it. NumPy, most of the import's
    time, comes before that.
    """
    with _library_lock:
        if "textual_image.widget" not in sys.modules:
            with contextlib.suppress(ImportError):
                import_module("numpy")
            with _no_terminal():
                import_module("textual_image.widget")  # looks up how large a cell is, too, and keeps it
        from textual_image import renderable

        found: ModuleType = renderable
        return found


@contextlib.contextmanager
def _no_terminal() -> Iterator[None]:
    stdout: Any = sys.__stdout__
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - os.devnull is no path of ours
        sys.__stdout__ = nowhere  # type: ignore[misc]
        try:
            yield
        finally:
            sys.__stdout__ = stdout  # type: ignore[misc]
