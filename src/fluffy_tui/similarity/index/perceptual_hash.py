"""Perceptual hashes: bits that stay nearly the same when a picture is resized, recompressed or recoloured.

PDQ is Meta's hash for finding the same picture again (github.com/facebook/ThreatExchange, pdq/hashing.pdf). This is
the algorithm on NumPy, bit for bit: hashes that were stored before stay comparable. That takes 32-bit numbers,
added up in the order in which the reference does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from fluffy_tui.similarity.index.strokes import Strokes, strokes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_PDQ_BOX = (256, 256)
"""PDQ reads 64 × 64 averages; from a small picture it is ten times as fast and differs by 4 bits at most."""

_SIDE = 64
"""Rows and columns of the averages that PDQ transforms."""
_TERMS = 16
"""Frequencies in each direction that it keeps: the lowest but for the constant one."""
_LEAST_SIDE = 5
"""A picture with fewer rows or columns has no hash."""


@dataclass(frozen=True, slots=True)
class PictureBits:
    """The hashes of one picture, as texts of zeros and ones."""

    pdq: str
    """256 bits."""
    pdq_quality: int
    """0 to 100; low where there is little to see."""
    dhash: str
    """128 bits: 64 for brighter-to-the-right, 64 for brighter-below."""
    strokes: Strokes | None = None
    """Where a screenshot or a page has strokes; None for other pictures."""


def picture_bits(picture: Image.Image) -> PictureBits:
    """Return the hashes of an upright RGB picture; takes a few milliseconds of one core."""
    small = picture.copy()
    small.thumbnail(_PDQ_BOX, Image.Resampling.LANCZOS)
    bits, quality = pdq(np.asarray(small))
    return PictureBits(
        pdq=_text(bits), pdq_quality=quality, dhash=_dhash(small.convert("L")), strokes=strokes(picture)
    )


def pdq(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], int]:
    """Return the 256 bits of a picture in RGB, the highest frequency first, and how much they are worth: 0 to 100."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    luma = (red * 0.299 + green * 0.587 + blue * 0.114).astype(np.float32)
    height, width = luma.shape
    if min(height, width) < _LEAST_SIDE:
        return np.zeros(_TERMS * _TERMS, np.bool_), 0
    averages = luma
    if (height, width) != (_SIDE, _SIDE):
        # Two box filters in a row make a tent; each call leaves the picture on its other side.
        once = _averaged(_averaged(luma.T))
        averages = _averaged(_averaged(once, _centres(width)), _centres(height)).T
    columns = _sum_first(_COSINES[:, :, None], averages[:, None, :])
    frequencies = _sum_first(columns.T[:, :, None], _COSINES[:, None, :]).ravel()
    median = np.partition(frequencies, _TERMS * _TERMS // 2 - 1)[_TERMS * _TERMS // 2 - 1]
    return (frequencies > median)[::-1], _quality(averages)


def _cosines() -> Floats:
    """Return the first frequencies of the discrete cosine transform, one a column."""
    scale, step = float(np.float32(math.sqrt(2 / _SIDE))), math.pi / 2 / _SIDE
    rows = [
        [scale * math.cos(step * (term + 1) * (2 * place + 1)) for term in range(_TERMS)]
        for place in range(_SIDE)
    ]
    return np.array(rows, np.float32)


_COSINES = _cosines()


def _averaged(values: Floats, wanted: Any = slice(None)) -> Floats:
    """Average along the first axis in a sliding window, and return the wanted averages on their side."""
    order, places, counts = _sliding_window(len(values))
    sums = np.concatenate([values, -values])[order]
    lines = iter(sums)
    total = next(lines)
    for line in lines:
        total = np.add(total, line, out=line)
    averages: Floats = sums[places[wanted]] / counts[wanted, None]
    return averages.T


@lru_cache(maxsize=512)
def _sliding_window(length: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return how a window slides along `length` values whose negatives follow them.

    Returns:
        Which of them to add up one after the other, after which of these sums each average is taken, and of how
        many values.
    """
    size = -(-length // (2 * _SIDE))
    ahead = (size + 2) // 2 - 1
    order, places, counts = [], [], []
    count = 0
    for centre in range(-ahead, length):
        entering, leaving = centre + ahead, centre + ahead - size
        if entering < length:
            order.append(entering)
            count += 1
        if leaving >= 0:
            order.append(length + leaving)
            count -= 1
        if centre >= 0:
            places.append(len(order) - 1)
            counts.append(count)
    return np.array(order), np.array(places), np.array(counts, np.float32)


def _centres(length: int) -> list[int]:
    return [int((place + 0.5) * length / _SIDE) for place in range(_SIDE)]


def _sum_first(one: Floats, other: Floats) -> Floats:
    """Multiply, and add up along the first axis: in C's order of memory NumPy does that one by one."""
    total: Floats = np.add.reduce(np.multiply(one, other, order="C"), axis=0)
    return total


def _quality(averages: Floats) -> int:
    """Count the steps between neighbours, in hundredths of the range and without those below one."""
    steps = 0
    for axis in (0, 1):
        differences = np.diff(averages, axis=axis) * np.float32(100) / np.float32(255)
        steps += int(np.abs(differences.astype(np.int32)).sum())
    return min(100, steps // 90)


def _dhash(grey: Image.Image) -> str:
    wide = np.asarray(grey.resize((9, 8), Image.Resampling.LANCZOS), dtype=np.int16)
    tall = np.asarray(grey.resize((8, 9), Image.Resampling.LANCZOS), dtype=np.int16)
    return _text(wide[:, 1:] > wide[:, :-1]) + _text(tall[1:, :] > tall[:-1, :])


def _text(bits: NDArray[np.bool_]) -> str:
    return "".join("1" if bit else "0" for bit in bits.ravel().tolist())
