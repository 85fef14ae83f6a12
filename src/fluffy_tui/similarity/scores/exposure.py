"""How much of a picture is clipped: so light or so dark that nothing can be seen there, and nothing be recovered."""

from __future__ import annotations

from functools import reduce

from PIL import Image, ImageChops

_WHITE = 252
"""Shade of 255 from which all colours together count as white."""
_BLACK = 8
"""Shade up to which they count as black, which no screen tells from it by daylight."""


def clipped(picture: Image.Image) -> tuple[float, float]:
    """Return the shares of an upright RGB picture that are white and black, each from 0 to 1."""
    colours = picture.split()
    white = sum(reduce(ImageChops.darker, colours).histogram()[_WHITE:])
    black = sum(reduce(ImageChops.lighter, colours).histogram()[: _BLACK + 1])
    pixels = picture.width * picture.height
    return white / pixels, black / pixels
