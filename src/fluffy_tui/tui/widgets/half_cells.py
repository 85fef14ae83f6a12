"""Pictures drawn from half cells: two pixels in each cell, one over the other, which any terminal can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    from PIL.Image import Image

HalfCells = tuple[tuple[Segment, ...], ...]
"""One line of segments below the other, one segment a cell."""


def half_cells(image: Image) -> HalfCells:
    """Return an RGB picture as it is drawn: as many columns as it has pixels, and half as many lines."""
    pixels = image.load()
    if pixels is None:
        return ()

    def colour(x: int, y: int) -> Color:
        red, green, blue = pixels[x, y]  # type: ignore[misc]
        return Color.from_rgb(red, green, blue)

    def cell(x: int, y: int) -> Segment:
        below = colour(x, y + 1) if y + 1 < image.height else None
        return Segment("▀", Style.from_color(colour(x, y), below))

    return tuple(tuple(cell(x, y) for x in range(image.width)) for y in range(0, image.height, 2))
