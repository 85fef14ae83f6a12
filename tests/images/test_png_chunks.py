"""Texts and profiles of megabytes, as editors write them, and bombs: the picture is read all the same."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from fluffy_tui.images import PhotoUnreadable, decode, png_xmp, read_header
from fluffy_tui.images.png_chunks import MOST_TEXT
from photos.photo_files import encoded

XMP = b"XML:com.adobe.xmp\0"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(made: bytes, *, behind: bool = False) -> bytes:
    content = encoded("PNG", width=80, height=40)
    position = len(content) - 12 if behind else content.index(b"IDAT") - 4
    return content[:position] + made + content[position:]


NOISE = random.Random(1).randbytes(50_000).replace(b"\0", b"")
BOMB = zlib.compress(bytes(50_000_000))
TEXTS = {
    "history of 2 MB": chunk(b"iTXt", XMP + b"\1\0\0\0" + zlib.compress(b"<xmp/>" * 350_000)),
    "incompressible history": chunk(b"iTXt", XMP + b"\1\0\0\0" + zlib.compress(NOISE + b"GPSLatitude")),
    "plain history": chunk(b"iTXt", XMP + b"\0\0\0\0" + b"<xmp/>" * 350_000),
    "bomb": chunk(b"zTXt", b"Comment\0\0" + BOMB),
    "bomb in XMP": chunk(b"iTXt", XMP + b"\1\0\0\0" + BOMB),
    "bomb in a profile": chunk(b"iCCP", b"icc\0\0" + BOMB),
    "no stream at all": chunk(b"iTXt", XMP + b"\1\0\0\0" + b"x" * 50_000),
    "long comment": chunk(b"tEXt", b"Comment\0" + b"x" * 5_000_000),
}


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("text", TEXTS)
def test_a_long_text_is_no_obstacle(text: str, behind: bool) -> None:
    content = with_chunk(TEXTS[text], behind=behind)
    assert read_header(io.BytesIO(content)).width == 80
    assert decode(content).pixels.tobytes() == decode(with_chunk(b"")).pixels.tobytes()


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"pHYs"])
def test_damage_in_what_is_not_shown_is_no_damage_of_the_picture(kind: bytes, behind: bool) -> None:
    """Every viewer shows it; Pillow looks at the checksums of texts as well."""
    damaged = bytearray(chunk(kind, XMP + b"\0\0\0\0<xmp/>"))
    damaged[-6] ^= 1
    content = with_chunk(bytes(damaged), behind=behind)
    assert read_header(io.BytesIO(content)).width == 80
    assert decode(content).pixels.tobytes() == decode(with_chunk(b"")).pixels.tobytes()


@pytest.mark.parametrize("kind", [b"iCCP", b"gAMA", b"eXIf", b"tRNS"])
def test_damage_in_what_changes_the_picture_is_reported(kind: bytes) -> None:
    damaged = bytearray(chunk(kind, b"icc\0\0" + zlib.compress(b"profile")))
    damaged[-6] ^= 1
    with pytest.raises(PhotoUnreadable):
        decode(with_chunk(bytes(damaged)))


@pytest.mark.parametrize("behind", [False, True])
def test_a_long_history_is_read(behind: bool) -> None:
    """It may say that the picture was made with AI, or where it was taken."""
    content = with_chunk(TEXTS["incompressible history"], behind=behind)
    assert decode(content).has_location
    assert len(png_xmp(io.BytesIO(content))) == len(NOISE) + len(b"GPSLatitude")
    for text in ("history of 2 MB", "plain history"):
        assert len(png_xmp(io.BytesIO(with_chunk(TEXTS[text], behind=behind)))) == 2_100_000


@pytest.mark.parametrize("text", ["bomb", "no stream at all", "bomb in XMP"])
def test_no_more_is_unpacked_than_a_text_may_have(text: str) -> None:
    assert len(png_xmp(io.BytesIO(with_chunk(TEXTS[text])))) in (0, MOST_TEXT)


def test_a_profile_of_a_megabyte_is_used() -> None:
    """Some printers' profiles are that long; this one swaps red and green, to show."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    noise = Image.effect_noise((1200, 1200), 90).tobytes()
    data = b"icc\0\0" + zlib.compress(struct.pack(">I", len(swapped) + len(noise)) + swapped[4:] + noise)
    assert len(noise) < MOST_TEXT
    decoded = decode(with_chunk(chunk(b"iCCP", data)))
    red, green, _ = decoded.resized((80, 40)).getpixel((10, 20))  # type: ignore[misc]
    assert green > 150 > red
