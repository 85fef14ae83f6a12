"""Pictures made of half cells: two pixels per cell, one above the other, which any terminal can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from fluffy_tui.tui.photo.shades import shade_lines

if TYPE_CHECKING:
    from PIL.Image import Image

HalfCells = tuple[tuple[Segment, ...], ...]
"""Lines from top to bottom, with one segment per cell."""


def half_cells(image: Image, shades: str = "") -> HalfCells:
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
