"""Where a screenshot or a page has strokes and where it has none: tells the words of one layout from those of another.

PDQ sees where there is text, not which. So of pictures that are mostly of a few shades, 128 × 128 parts are looked at:
some certainly have strokes, in others and all around them there certainly are none, and of the rest nothing is said.
Two files of the same picture, in whatever size and quality, never contradict each other in that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

SIDE = 128
"""Parts in each direction."""
_PIXELS = 4
"""Pixels of a part in each direction; some are made from neighbours where the picture has fewer."""
_SHADES, _SPREAD = 4, 2
"""Shades that a flat picture is mostly of, and how far around each still is that one: JPEG blurs them."""
_FLAT = 0.6
"""Share of a picture that is of these shades; of chats and pages it is .74 and more."""
_WRITTEN = 0.02
"""Share of its parts that have strokes; logos have less."""
_STROKE, _BLANK = 80, 16
"""Shades between the lightest and the darkest pixel of a part, from which there is a stroke, and below which none.

In between is room for what blur and compression do: at an eighth of its size, text has no strokes, but is not blank.
"""


@dataclass(frozen=True, slots=True)
class Strokes:
    """Which parts of a picture have strokes, and which have none around them, as texts of zeros and ones."""

    written: str
    blank: str


def strokes(picture: Image.Image) -> Strokes | None:
    """Return where a picture has strokes; None for one that is not mostly flat, or has nothing written on it."""
    grey = picture.convert("L")
    if not _is_flat(np.array(grey.histogram(), np.float64) / (grey.width * grey.height)):
        return None
    side = SIDE * _PIXELS
    pixels = np.asarray(grey.resize((side, side), Image.Resampling.BILINEAR), np.int16)
    parts = pixels.reshape(SIDE, _PIXELS, SIDE, _PIXELS)
    contrast = parts.max((1, 3)) - parts.min((1, 3))
    written = contrast >= _STROKE
    if written.mean() < _WRITTEN:
        return None
    around = np.lib.stride_tricks.sliding_window_view(np.pad(contrast, 1, "edge"), (3, 3))
    return Strokes(_text(written), _text(around.max((2, 3)) < _BLANK))


def _is_flat(shares: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    """Return whether a picture is mostly of a few shades, given the share of each."""
    left, found = shares.copy(), 0.0
    for _ in range(_SHADES):
        around = np.convolve(left, np.ones(2 * _SPREAD + 1), "same")
        shade = int(around.argmax())
        found += float(around[shade])
        left[max(0, shade - _SPREAD) : shade + _SPREAD + 1] = 0
    return found >= _FLAT


def _text(parts: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    return (parts.ravel() + np.uint8(ord("0"))).tobytes().decode()
