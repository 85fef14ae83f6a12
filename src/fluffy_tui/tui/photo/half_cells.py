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


def half_cells(
    image: Image, columns: int | None = None, lines: int | None = None, shades: str = ""
) -> HalfCells:
    """Return an RGB picture as cells: one column per pixel, one line per two pixels.

    Args:
        image: At most as wide as `columns` and twice as high as `lines`.
        columns: Centre the picture in this many; its own width by default.
        lines: Centre the picture in this many; half its own height by default.
        shades: Characters from dark to light, used in place of colours: see `shades_on`.
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

    shaded = shade_lines(image, image.width, (image.height + 1) // 2, shades) if shades else []

    def cell(x: int, y: int) -> Segment:
        if shaded:
            is_inside = 0 <= x < image.width and 0 <= y // 2 < len(shaded)
            return Segment(shaded[y // 2][x] if is_inside else " ")
        upper, lower = colour(x, y), colour(x, y + 1)
        if upper is not None:
            return Segment("▀", Style.from_color(upper, lower))
        return Segment("▄", Style.from_color(lower)) if lower is not None else Segment(" ")

    return tuple(
        tuple(cell(x, y) for x in range(-left, width - left)) for y in range(-top, height * 2 - top, 2)
    )
