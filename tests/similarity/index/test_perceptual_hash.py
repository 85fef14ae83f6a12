"""PDQ on NumPy, bit for bit what Meta's reference gives, so that hashes stored before stay comparable."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from fluffy_tui.similarity.index.perceptual_hash import pdq, picture_bits

REFERENCE: dict[str, list[str | int]] = json.loads((Path(__file__).parent / "pdq_reference.json").read_text())
"""Hash and quality of each picture that `made` makes, from pdqhash 0.2.8 with Meta's own code in it."""


def made(name: str) -> NDArray[np.uint8]:
    """Make the picture of a name such as `smooth 256x171 12`, by integer arithmetic alone: the same everywhere."""
    kind, size, number = name.split()
    width, height = map(int, size.split("x"))
    block = int(number)
    across, down = np.arange(width), np.arange(height)[:, None]
    if kind == "flat":
        return np.full((height, width, 3), block, np.uint8)
    if kind == "ramp":
        shades = (across * 255 // max(1, width - 1) + down * block) % 256
        return np.repeat(shades[..., None], 3, axis=2).astype(np.uint8)
    if kind == "checks":
        shades = (across // block + down // block) % 2 * 255
        return np.repeat(shades[..., None], 3, axis=2).astype(np.uint8)
    rows, columns = -(-height // block) + 1, -(-width // block) + 1
    random = hashlib.shake_128(name.encode()).digest(rows * columns * 3)
    tiles = np.frombuffer(random, np.uint8).reshape(rows, columns, 3).astype(np.int64)
    if kind == "grey":
        tiles[:] = tiles[..., :1]
    blocks = tiles.repeat(block, 0).repeat(block, 1)
    if kind == "smooth":
        for axis in (0, 1):
            count = blocks.shape[axis]
            around = blocks.take(range(-block, count), axis, mode="wrap")
            sums = np.cumsum(around, axis)
            blocks = (sums.take(range(block, block + count), axis) - sums.take(range(count), axis)) // block
    return blocks[:height, :width].astype(np.uint8)


@pytest.mark.slow
def test_every_picture_has_the_hash_and_the_quality_of_the_reference() -> None:
    """From one pixel to larger than any thumbnail, grey, flat, noisy and smooth."""
    assert len(REFERENCE) > 150
    for name, (expected, quality) in REFERENCE.items():
        bits, worth = pdq(made(name))
        assert np.packbits(bits).tobytes().hex() == expected, name
        assert worth == quality, name


@pytest.mark.parametrize("layout", ["upside down", "every second column", "in Fortran's order"])
def test_the_hash_does_not_depend_on_the_layout_in_memory(layout: str) -> None:
    """The order of additions decides the last bit, and NumPy takes it from the layout where it may."""
    whole = made("smooth 256x192 24")
    view = {
        "upside down": whole[::-1],
        "every second column": whole.repeat(2, axis=1)[:, ::2],
        "in Fortran's order": np.asfortranarray(whole),
    }[layout]
    assert pdq(view)[0].tolist() == pdq(np.ascontiguousarray(view))[0].tolist()


@pytest.mark.slow
def test_an_edited_copy_has_nearly_the_same_bits() -> None:
    """Smaller and brighter, it differs in a few of 256 bits; another picture in about half of them."""
    picture = Image.fromarray(made("smooth 640x480 60"))
    copy = ImageEnhance.Brightness(picture.resize((320, 240))).enhance(1.2)
    other = Image.fromarray(made("smooth 640x480 61"))

    def apart(one: Image.Image, two: Image.Image) -> int:
        return sum(a != b for a, b in zip(picture_bits(one).pdq, picture_bits(two).pdq, strict=True))

    assert apart(picture, copy) <= 31
    assert apart(picture, other) > 80
    assert picture_bits(picture).pdq_quality >= 50


def test_texts_have_the_length_of_their_columns() -> None:
    bits = picture_bits(Image.fromarray(made("grey 300x200 20")))
    assert (len(bits.pdq), len(bits.dhash)) == (256, 128)
    assert set(bits.pdq + bits.dhash) == {"0", "1"}
