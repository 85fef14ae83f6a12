"""Pictures made of half cells: two pixels per cell, one above the other, which any terminal can show."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from fluffy_tui.tui.photo.shades import shade_lines
from fluffy_tui.tui.ui.textual_fixes import LazyStrip

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from textual.color import Color as TextualColor
    from textual.strip import Strip

_COARSER = bytes(value & 0xF8 | value >> 5 for value in range(256))
"""Maps each brightness to one of 32."""

HalfCells = tuple[tuple[Segment, ...], ...]
"""Lines from top to bottom, with one segment per cell."""


def half_cells(image: Image.Image, shades: str = "") -> HalfCells:
    """Return an RGB picture as cells: one column per pixel, one line per two pixels.

    The shades, characters from dark to light, are used in place of colours: see `shades_on`.
    """
    width, height = image.size
    if shades:
        lines = shade_lines(image, width, (height + 1) // 2, shades)
        return tuple(tuple(map(Segment, line)) for line in lines)
    pixels = image.load()

    def cell(x: int, y: int) -> Segment:
        upper = Color.from_rgb(*pixels[x, y])  # type: ignore[index, misc]
        lower = Color.from_rgb(*pixels[x, y + 1]) if y + 1 < height else None  # type: ignore[index, misc]
        return Segment("▀", Style.from_color(upper, lower))

    return tuple(tuple(cell(x, y) for x in range(width)) for y in range(0, height, 2))


class PixelStrip(LazyStrip):
    """Two rows of pixels, written to a true-colour terminal as a single string.

    A picture of 90 × 30 cells would be 2,700 segments with as many styles and twice as many colours. Making them takes
    three times as long, and the garbage collector a tenth of a second to traverse those of a few pictures. So they are
    only made when the line is styled or exported.

    Args:
        pixels: The upper row, then the lower one; RGB, three bytes per pixel.
        few_colours: Whether the same colours occur again and again, so that caching their escape codes pays off.
    """

    __slots__ = ("_few_colours", "_pixels", "_rendered")

    def __init__(self, pixels: bytes, *, few_colours: bool = False) -> None:
        self._pixels = pixels
        self._few_colours = few_colours
        self._rendered = ""
        super().__init__(len(pixels) // 6)

    def make_segments(self) -> list[Segment]:
        return list(half_cells(self._image)[0]) if self.cell_length else []

    def crop(self, start: int, end: int | None = None) -> Strip:
        end = self.cell_length if end is None else min(end, self.cell_length)
        if start <= 0 and end == self.cell_length:
            return self
        rows = self._pixels[: len(self._pixels) // 2], self._pixels[len(self._pixels) // 2 :]
        cropped = b"".join(row[3 * max(0, start) : 3 * end] for row in rows)
        return PixelStrip(cropped, few_colours=self._few_colours)

    def dimmed(self, colour: TextualColor) -> PixelStrip:
        """Return the pixels under a translucent colour, in fewer colours, which nobody notices there."""
        if not self.cell_length:
            return self
        cover = Image.new("RGB", (self.cell_length, 2), colour.rgb)
        blended = Image.blend(self._image, cover, colour.a).tobytes()
        return PixelStrip(blended.translate(_COARSER), few_colours=True)

    def render(self, console: Console) -> str:
        if console.color_system != "truecolor":
            return super().render(console)
        if not self._rendered:
            code = _cached_code if self._few_colours else _code
            self._rendered = _render(self._pixels, code)
        return self._rendered

    @property
    def _image(self) -> Image.Image:
        return Image.frombytes("RGB", (self.cell_length, 2), self._pixels)


def _code(layer: int, colour: bytes) -> str:
    """Return the SGR code of a colour, with layer 38 for the foreground and 48 for the background."""
    return "\x1b[%d;2;%d;%d;%dm" % (layer, *colour)  # noqa: UP031 - twice as fast, thousands of times


_cached_code = lru_cache(maxsize=8_192)(_code)


def _render(pixels: bytes, code: Callable[[int, bytes], str]) -> str:
    """Return half blocks with their colours, each colour only where it changes."""
    middle = len(pixels) // 2
    parts = []
    upper_before = lower_before = b""
    for at in range(0, middle, 3):
        upper, lower = pixels[at : at + 3], pixels[middle + at : middle + at + 3]
        if upper != upper_before:
            parts.append(code(38, upper))
        if lower != lower_before:
            parts.append(code(48, lower))
        parts.append("▀")
        upper_before, lower_before = upper, lower
    return "".join(parts) + "\x1b[0m" if parts else ""
