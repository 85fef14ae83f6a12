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


def half_cells(image: Image, columns: int | None = None, lines: int | None = None) -> HalfCells:
    """Return an RGB picture as it is drawn: as many columns as it has pixels, and half as many lines.

    Args:
        image: At most as wide as `columns` and twice as high as `lines`.
        columns: Those to put it in the middle of, with nothing around it.
        lines: The same.
    """
    width, height = columns or image.width, lines or (image.height + 1) // 2
    left = (width - image.width) // 2
    top = (height * 2 - image.height) // 2 if lines else 0
    pixels = image.load()

    def colour(x: int, y: int) -> Color | None:
        if pixels is None or not (0 <= x < image.width and 0 <= y < image.height):
            return None
        red, green, blue = pixels[x, y]  # type: ignore[misc]
        return Color.from_rgb(red, green, blue)

    def cell(x: int, y: int) -> Segment:
        over, under = colour(x, y), colour(x, y + 1)
        if over is not None:
            return Segment("▀", Style.from_color(over, under))
        return Segment("▄", Style.from_color(under)) if under is not None else Segment(" ")

    return tuple(
        tuple(cell(x, y) for x in range(-left, width - left)) for y in range(-top, height * 2 - top, 2)
    )
