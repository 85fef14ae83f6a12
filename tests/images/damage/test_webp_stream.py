"""A WebP is decoded once, and its pixels are Pillow's."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from fluffy_tui.images import PhotoUnreadable, decode


def noise(mode: str, size: tuple[int, int]) -> Image.Image:
    return Image.merge(mode, [Image.effect_noise(size, 60 + band) for band in range(len(mode))])


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize(
    "options", [{}, {"lossless": True}, {"lossless": True, "exact": True}, {"quality": 1}]
)
@pytest.mark.parametrize("extra", [{}, {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0", "xmp": b"<x/>" * 99}])
@pytest.mark.parametrize("size", [(61, 47), (1, 1)])
def test_the_pixels_are_those_of_pillow(
    mode: str, size: tuple[int, int], options: dict[str, Any], extra: dict[str, bytes]
) -> None:
    file = io.BytesIO()
    noise(mode, size).save(file, "WEBP", **options, **extra)
    whole = file.getvalue() + b"junk behind the picture"
    for content in (file.getvalue(), whole):
        for known in (False, True):
            pixels = decode(content, is_known_whole=known).pixels
            with Image.open(io.BytesIO(content)) as pillow:
                assert (pixels.mode, pixels.tobytes()) == (pillow.mode, pillow.tobytes())


def test_an_animation_of_one_picture_is_sound() -> None:
    """Programs that write animations write one of a single picture, too."""
    file = io.BytesIO()
    noise("RGB", (61, 47)).save(file, "WEBP", save_all=True, append_images=[noise("RGB", (61, 47))])
    content = file.getvalue()[: file.getvalue().rindex(b"ANMF")]
    one = b"RIFF" + (len(content) - 8).to_bytes(4, "little") + content[8:]
    for known in (False, True):
        with Image.open(io.BytesIO(one)) as pillow:
            assert getattr(pillow, "is_animated", None) is False
            assert decode(one, is_known_whole=known).pixels.tobytes() == pillow.tobytes()


def test_what_the_decoder_does_not_need_was_misread() -> None:
    file = io.BytesIO()
    noise("RGB", (160, 120)).save(file, "WEBP")
    told = 0
    for place in range(100, len(file.getvalue()), len(file.getvalue()) // 20):
        content = bytearray(file.getvalue())
        content[place] ^= 16
        try:
            decode(bytes(content))
        except PhotoUnreadable:
            told += 1
    assert told > 15
