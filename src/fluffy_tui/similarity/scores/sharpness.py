"""How sharp a picture or a face is where it is sharpest, however large its file is, and however noisy.

An edge that is blurred loses fine differences between neighbouring pixels, and keeps coarse ones. So sharpness is
measured by how the energy of fine differences compares with that of coarse ones, which does not depend on contrast.
Noise is not counted: the differences of one row are multiplied with those of the next.
An edge runs on from row to row, while noise of two rows has nothing in common and averages out. Grass and gravel
that are finer than a pixel look like noise in that, and blur would make edges of them. So what is left of the energy
without the noise of the flattest tiles counts as well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SIDE = 512
"""Pixels of the longer side at which all pictures are measured."""
_TILE = 32
_COARSE = 4
"""Pixels across that are averaged for the coarse differences."""
_SHARPEST = 0.1
"""Share of the tiles that counts: in most good photos, most of the picture is out of focus."""
_SHARPEST_OF_FACE = 0.4
"""The same of the tiles of faces: their skin has no edges."""
_LEAST_FACE = 0.1
"""Share of the longer side that a face must have: a smaller one has hardly a tile, and that is skin."""
_COVERED = 0.5
"""Share of a tile that faces cover, from which it is one of theirs."""
_CHANCE = 3.0
"""Standard deviations of what is left of noise in a tile."""
_FAINT = 0.5
"""Energy below which there are no edges; that of steps of less than one shade."""
_NOISE = 0.03
"""The same of a picture of nothing but noise, as a share of its energy."""
_FLATTEST = 25
"""Percent of the tiles with anything in them, whose energy is taken for noise; black bars and white skies have none."""
_SPREAD = 2.0
"""How much more noise than that other tiles may have."""


def sharpness(picture: Image.Image, faces: Sequence[tuple[float, float, float, float]] = ()) -> float:
    """Return how sharp an upright RGB picture is: 0 for all blur or nothing to see, and less than 100.

    Of good photos, blur of one in 500 of the longer side leaves about 40, and of one in 250 about 20. Takes a few
    milliseconds of one core. Of faces, the edges (left, upper, right, lower) are shares of width and height. Nothing
    else counts, unless they are too small to be measured.
    """
    luma = np.asarray(_at_one_size(picture.convert("L")), np.float32)
    # A strip has a tile too.
    luma = np.pad(luma, [(0, max(0, _TILE - length)) for length in luma.shape], "edge")
    shown = _covered(luma.shape, faces) if faces else None
    # Both directions count: a shaken camera leaves the edges along its movement sharp.
    across, down = (
        _ratio(np.ascontiguousarray(one), None if two is None else _means(two, _TILE))
        for one, two in ((luma, shown), (luma.T, None if shown is None else shown.T))
    )
    ratio = math.sqrt(across * down) if across > 0 < down else 0.0
    return 100 * (1 - 1 / math.sqrt(max(1.0, ratio)))


def _covered(shape: tuple[int, ...], faces: Sequence[tuple[float, float, float, float]]) -> Floats:
    """Return 1 for pixels that show faces which are large enough, and 0 for others."""
    height, width = shape
    shown = np.zeros(shape, np.float32)
    for left, upper, right, lower in faces:
        if max((right - left) * width, (lower - upper) * height) < _LEAST_FACE * SIDE:
            continue
        shown[round(upper * height) : round(lower * height), round(left * width) : round(right * width)] = 1
    return shown


def _at_one_size(picture: Image.Image) -> Image.Image:
    scale = SIDE / max(picture.size)
    if scale == 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _ratio(luma: Floats, shown: Floats | None) -> float:
    """Return fine over coarse energy of the differences between columns, in the tiles with the most fine energy.

    If faces cover enough of any tile, only these are looked at.

    What noise leaves by chance is subtracted: the energy of each row with itself, by the root of the tile's pixels.
    So is the noise of the flattest tiles, where texture that is finer than the rows is counted.
    """
    fine, whole = _energies(luma, _TILE)
    coarse, _ = _energies(_means(luma, _COARSE) / np.float32(_COARSE), _TILE // _COARSE)
    filled = whole[whole > _FAINT]
    noise = np.percentile(filled, _FLATTEST) if filled.size else 0.0
    fine = np.maximum(fine - whole * (_CHANCE / _TILE), whole - np.float32(_SPREAD * noise))
    tiles, share = np.arange(fine.size), _SHARPEST
    if shown is not None and (faces := np.flatnonzero(shown.ravel() >= _COVERED)).size:
        tiles, share = faces, _SHARPEST_OF_FACE
    most = tiles[np.argsort(fine[tiles])[-max(1, round(tiles.size * share)) :]]
    return float(fine[most].sum() / np.maximum(coarse[most], _FAINT + _NOISE * whole[most]).sum())


def _energies(values: Floats, side: int) -> tuple[Floats, Floats]:
    """Return for each tile of so many rows and columns the energy of edges, straight or slanting, and with noise."""
    steps = np.diff(np.pad(values, ((0, 1), (1, 2)), "edge"), axis=1)
    this, following = steps[:-1, 1:-1], steps[1:]
    width = this.shape[1]
    slanting = [_means(this * following[:, 1 + slant : 1 + slant + width], side) for slant in (-1, 0, 1)]
    return np.maximum.reduce(slanting).ravel(), _means(this * this, side).ravel()


def _means(values: Floats, side: int) -> Floats:
    """Return the means of squares of so many rows and columns; what is left at the edges is dropped."""
    rows, columns = (length // side for length in values.shape)
    bands = values[: rows * side, : columns * side].reshape(rows, side, columns * side).sum(1)
    means: Floats = bands.reshape(rows, columns, side).sum(2) / np.float32(side * side)
    return means
