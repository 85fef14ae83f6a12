"""Marks people in a picture that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

RADIUS = 13
"""Pixels; a cell of the terminal is ten wide, so that a marker is seen even where a cell is a pixel."""
CURRENT_RADIUS = 18
OUTLINE, OTHER, CURRENT = (16, 16, 16), (255, 255, 255), (255, 40, 150)


def draw_markers(image: Image, places: Sequence[tuple[float, float] | None], current: int) -> None:
    """Draw into an RGB picture a disc at each place, the current one larger, in another colour and above the others.

    The places are from the left and the top, in fractions of the picture as it is shown; None is left out.
    """
    from PIL import ImageDraw

    draw = ImageDraw.Draw(image)
    order = sorted(range(len(places)), key=lambda index: index == current)
    for index in order:
        if (place := places[index]) is None:
            continue
        middle = place[0] * image.width, place[1] * image.height
        radius, colour = (CURRENT_RADIUS, CURRENT) if index == current else (RADIUS, OTHER)
        box = [side + by for by in (-radius, radius) for side in middle]
        draw.ellipse(box, fill=colour, outline=OUTLINE, width=5)
