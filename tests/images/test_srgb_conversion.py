"""Colour profiles: which apply to which pixels."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageCms

from fluffy_tui.images import decode_to_fit
from fluffy_tui.images.srgb_conversion import to_srgb


def grey_profile() -> bytes:
    """Return an ICC profile for grey pixels with a gamma of 1, which makes middle grey much lighter in sRGB."""
    white = b"XYZ \0\0\0\0" + b"".join(round(x * 65536).to_bytes(4, "big") for x in (0.9642, 1.0, 0.8249))
    curve = b"curv\0\0\0\0" + (1).to_bytes(4, "big") + (256).to_bytes(2, "big") + b"\0\0"
    text = b"desc\0\0\0\0" + (5).to_bytes(4, "big") + b"grey\0" + bytes(78)
    text += bytes(-len(text) % 4)
    tags, body, start = b"", b"", 128 + 4 + 3 * 12
    for name, data in ((b"desc", text), (b"wtpt", white), (b"kTRC", curve)):
        tags += name + (start + len(body)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += data
    size = start + len(body)
    head = size.to_bytes(4, "big") + b"lcms" + bytes.fromhex("02400000") + b"mntrGRAYXYZ "
    head += bytes(12) + b"acsp" + bytes(28) + white[8:20]
    return head.ljust(128, b"\0") + (3).to_bytes(4, "big") + tags + body


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_a_grey_profile_in_an_rgb_picture_is_ignored(picture_format: str) -> None:
    """Or the picture would be posted grey."""
    target = io.BytesIO()
    Image.new("RGB", (40, 40), (220, 40, 40)).save(target, picture_format, icc_profile=grey_profile())
    color = decode_to_fit(target.getvalue(), 20, 20).getpixel((5, 5))
    assert isinstance(color, tuple)
    assert all(abs(a - b) < 8 for a, b in zip(color, (220, 40, 40), strict=True))


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_profile_applies_to_grey_pixels(mode: str) -> None:
    color = to_srgb(Image.new("L", (4, 4), 128).convert(mode), grey_profile()).getpixel((1, 1))
    assert color == (188, 188, 188)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_an_srgb_profile_changes_nothing(mode: str) -> None:
    """Editors embed it in grey pictures, too."""
    pixels = Image.new("L", (4, 4), 128).convert(mode)
    assert to_srgb(pixels, srgb_profile()).getpixel((1, 1)) == (128, 128, 128)


def test_an_rgb_profile_in_a_cmyk_picture_is_ignored() -> None:
    pixels = Image.new("RGB", (4, 4), (220, 40, 40)).convert("CMYK")
    assert to_srgb(pixels, srgb_profile()).getpixel((1, 1)) == (220, 40, 40)
