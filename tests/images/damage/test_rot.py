"""Bits that flip and bytes that get lost in the picture data of sound files: what can be told is not passed over."""

from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fluffy_tui.images import PhotoUnreadable, decode_to_fit
from photos.photo_files import FORMATS  # registers HEIC

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning")]

MUTANTS = 60
WHOLE = 1000
"""More pixels a side than the picture has."""


def photo() -> Image.Image:
    """Return a picture with as much detail as a photo has: shades, an edge, and the noise of a sensor."""
    made = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn) for turn in (0, 90, 180)])
    made.paste((250, 240, 20), (60, 60, 150, 150))
    noise = np.random.default_rng(1).normal(128, 60, (made.height, made.width)).clip(0, 255)
    return Image.blend(made, Image.fromarray(noise.astype(np.uint8)).convert("RGB"), 0.2)


def saved(picture_format: str, **options: Any) -> bytes:
    target = io.BytesIO()
    if picture_format == "JXL":
        pytest.importorskip("pillow_jxl")
    made = photo().quantize(64) if picture_format == "GIF" else photo()
    made.save(target, picture_format, **options)
    return target.getvalue()


def mutant(chance: random.Random, content: bytes, start: int) -> bytes:
    """Return the content with one fault behind `start`, as bad memory, cards and transfers make them."""
    changed = bytearray(content)
    at = chance.randrange(start, len(content) - 16)
    end = min(len(content) - 16, at + chance.choice([1, 2, 16, 64, 512]))
    fault = chance.choice(["bit", "byte", "zeros", "noise", "lost"])
    if fault == "bit":
        changed[at] ^= 1 << chance.randrange(8)
    elif fault == "byte":
        changed[at] = (changed[at] + chance.randrange(1, 256)) % 256
    elif fault == "zeros":
        changed[at:end] = bytes(end - at)
    elif fault == "noise":
        changed[at:end] = chance.randbytes(end - at)
    else:
        del changed[at:]
    return bytes(changed)


def pixels(content: bytes) -> np.ndarray[Any, np.dtype[np.int16]]:
    return np.asarray(decode_to_fit(content, WHOLE, WHOLE)).astype(np.int16)


CASES: dict[str, tuple[str, dict[str, Any], bytes, float]] = {
    "png": ("PNG", {}, b"IDAT", 0),
    "jpeg xl": ("JXL", {}, b"", 0),
    "tiff, deflate": ("TIFF", {"compression": "tiff_adobe_deflate"}, b"", 0),
    "tiff, several strips": ("TIFF", {"compression": "tiff_adobe_deflate", "strip_size": 20_000}, b"", 0),
    "heic": ("HEIF", {}, b"mdat", 0.05),
    "heic in tiles": ("HEIF", {"tile_size": 64}, b"mdat", 0.05),
    "webp": ("WEBP", {"quality": 90}, b"VP8 ", 0.05),
    "gif": ("GIF", {}, b"\0\0\0\0\0\1\0\1", 0.2),
    "tiff, jpeg": ("TIFF", {"compression": "jpeg"}, b"", 0.7),
    "jpeg": ("JPEG", {}, b"\xff\xda", 0.7),
    "avif": ("AVIF", {}, b"mdat", 0.05),
    "avif in tiles": (
        "AVIF",
        {"tile_rows": 1, "tile_cols": 1, "autotiling": False, "subsampling": "4:4:4"},
        b"mdat",
        0.05,
    ),
    "webp without loss": ("WEBP", {"lossless": True}, b"VP8L", 1),
    "tiff as it is": ("TIFF", {}, b"", 1),
}
"""Format, how it is written, what comes before the picture data, and what share of faults cannot be told at most."""


@pytest.mark.parametrize("case", CASES)
def test_no_detectable_fault_is_passed_over(case: str) -> None:
    """Nothing crashes, nothing hangs, and where the format or its decoder can tell, no other picture is shown."""
    picture_format, options, before, most = CASES[case]
    content = saved(picture_format, **options)
    start = content.index(before) + 16
    sound = pixels(content)
    chance = random.Random(case)
    passed_over = 0
    for _ in range(MUTANTS):
        changed = mutant(chance, content, start)
        try:
            shown = pixels(changed)
        except PhotoUnreadable:
            continue
        passed_over += shown.shape != sound.shape or int(abs(shown - sound).max()) > 2
    assert passed_over <= most * MUTANTS


@pytest.mark.parametrize("picture_format", [*FORMATS, "GIF", "TIFF"])
@pytest.mark.parametrize("size", [(1, 1), (3, 700), (700, 3), (65, 64), (512, 512)])
@pytest.mark.parametrize("made", ["plain", "noisy"])
def test_sound_pictures_of_every_size_stay_sound(
    picture_format: str, size: tuple[int, int], made: str
) -> None:
    picture = Image.new("RGB", size, "teal") if made == "plain" else photo().resize(size)
    target = io.BytesIO()
    picture.save(
        target, picture_format, **({"compression": "tiff_adobe_deflate"} if picture_format == "TIFF" else {})
    )
    assert decode_to_fit(target.getvalue(), WHOLE, WHOLE).size == size
