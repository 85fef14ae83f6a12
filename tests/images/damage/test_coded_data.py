"""Damage that decoders pass over: no picture is shown or posted that is not as it was written."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image, ImageDraw

from fluffy_tui.images import (
    PhotoUnreadable,
    Unreadable,
    decode,
    decode_part,
    decode_to_fit,
    decoder,
    limited_process,
)
from fluffy_tui.images.iso_boxes import read_items
from photos.photo_files import FORMATS

pytestmark = pytest.mark.slow


HOLES = {"zeros": b"\0", "ones": b"\xff"}


def saved(made: Image.Image, picture_format: str, **options: object) -> bytes:
    target = io.BytesIO()
    made.save(target, picture_format, **options)
    return target.getvalue()


def noisy() -> Image.Image:
    return Image.effect_noise((400, 300), 70).convert("RGB")


def assert_damaged(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable) as caught:
        decode(content)
    assert caught.value.reason in (Unreadable.DAMAGED, Unreadable.CUT_SHORT)


@pytest.mark.parametrize("hole", HOLES)
@pytest.mark.parametrize("picture_format", FORMATS)
@pytest.mark.parametrize("share", [3, 20])
def test_a_hole_in_the_data_is_damage(picture_format: str, hole: str, share: int) -> None:
    """As a bad card or an interrupted download leaves; most decoders only guess on."""
    content = bytearray(saved(noisy(), picture_format))
    start, length = len(content) // 2, len(content) // share
    content[start : start + length] = HOLES[hole] * length
    assert_damaged(bytes(content))


def test_cameras_may_fill_the_data_of_a_heic_up() -> None:
    """With a unit of ones, which is no hole."""
    content = saved(noisy(), "HEIF")
    [[(start, length)]] = [
        one.pieces for one in read_items(io.BytesIO(content), len(content)).coded if one.is_shown
    ]
    assert start + length == len(content)
    filler = b"\x4c\x01" + b"\xff" * 4000 + b"\x80"
    unit = len(filler).to_bytes(4, "big") + filler
    head = content[: content.index(b"mdat")].replace(
        length.to_bytes(4, "big"), (length + len(unit)).to_bytes(4, "big")
    )
    assert head != content[: len(head)]
    filled = head[:-4] + (len(content) - len(head) + 4 + len(unit)).to_bytes(4, "big")
    assert decode(filled + content[len(head) :] + unit).size == (400, 300)


@pytest.mark.parametrize("options", [{}, {"optimize": True}], ids=str)
def test_no_place_of_a_lost_sector_in_a_jpeg_is_passed_over(options: dict[str, object]) -> None:
    """As many blocks may be read from it as were there, by chance; then libjpeg warns of nothing."""
    content = saved(Image.effect_noise((1000, 750), 70).convert("RGB"), "JPEG", quality=88, **options)
    for start in range(content.index(b"\xff\xda") + 1000, len(content) - 2000, len(content) // 25):
        changed = bytearray(content)
        changed[start : start + 1024] = bytes(1024)
        assert_damaged(bytes(changed))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}], ids=str)
@pytest.mark.parametrize("color", ["black", "white", "#7f7f7f", "#123456"])
def test_a_plain_jpeg_has_no_holes_however_it_is_written(options: dict[str, object], color: str) -> None:
    plain = Image.new("RGB", (3000, 2000), color)
    ImageDraw.Draw(plain).rectangle((1000, 500, 1400, 900), "red")
    for made in (plain, plain.convert("L")):
        assert decode(saved(made, "JPEG", **options), at_least=0.1).size == (3000, 2000)


LOSSLESS: dict[str, tuple[str, dict[str, object], Image.Image]] = {
    "lzw": ("TIFF", {"compression": "tiff_lzw"}, noisy()),
    "packbits": ("TIFF", {"compression": "packbits"}, noisy()),
    "zstandard": ("TIFF", {"compression": "zstd"}, noisy()),
    "fax": ("TIFF", {"compression": "group4"}, noisy().convert("1")),
}
"""Format, how it is written, and a picture that is no easier to compress than a photo."""


@pytest.mark.parametrize("case", LOSSLESS)
@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_sector_that_was_lost_is_damage_where_nothing_is_said_twice(case: str, place: float) -> None:
    picture_format, options, made = LOSSLESS[case]
    content = bytearray(saved(made, picture_format, **options))
    start = int(len(content) * place)
    content[start : start + 1024] = bytes(1024)
    assert_damaged(bytes(content))


@pytest.mark.parametrize("case", LOSSLESS)
@pytest.mark.parametrize("drawn", ["nothing", "a line", "squares"])
def test_plain_pictures_without_loss_have_no_lost_sectors(case: str, drawn: str) -> None:
    """They are mostly white or black, and much of their data may be equal."""
    picture_format, options, made = LOSSLESS[case]
    for color in ("black", "white"):
        plain = Image.new("RGB", (2400, 1800), color)
        draw = ImageDraw.Draw(plain)
        if drawn == "a line":
            draw.line((0, 0, 2400, 1800), "red" if made.mode == "RGB" else "grey", 3)
        if drawn == "squares":
            for place in range(0, 2400, 16):
                draw.rectangle((place, 0, place + 8, 1800), "grey")
        content = saved(plain.convert(made.mode), picture_format, **options)
        assert decode(content, at_least=0.1).size == (2400, 1800)


@pytest.mark.parametrize("picture_format", FORMATS)
@pytest.mark.parametrize("color", ["black", "white", "#123456"])
@pytest.mark.parametrize("has_text", [False, True])
def test_a_picture_of_one_colour_has_no_holes(picture_format: str, color: str, has_text: bool) -> None:
    """Its data are short, and may be full of zeros."""
    plain = Image.new("RGB", (1600, 1200), color)
    if has_text:
        ImageDraw.Draw(plain).text((300, 800), "Hello", fill="red")
    assert decode(saved(plain, picture_format), at_least=0.1).size == (1600, 1200)


def test_a_large_plain_webp_is_whole() -> None:
    """The only format with long runs of zeros in its data."""
    assert decode(saved(Image.new("RGB", (5000, 4000), "white"), "WEBP"), at_least=0.1).size == (5000, 4000)


def test_a_webp_without_loss_may_be_full_of_zeros() -> None:
    """Written in a hurry, a plain pixel is one bit: a page of text has 36 kilobytes of them."""
    page = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(page).text((5, 5), "Hello world " * 9, fill="black")
    content = saved(page, "WEBP", lossless=True, method=0)
    assert bytes(10_000) in content
    assert decode(content).size == (640, 480)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "I;16"])
def test_a_wrong_checksum_is_damage(mode: str) -> None:
    """Even where the pixels still decode: somewhere they are wrong."""
    made = Image.new("I;16", (80, 80), 0x1234) if mode == "I;16" else noisy().convert(mode)
    content = bytearray(saved(made, "PNG"))
    content[content.index(b"IEND") - 6] ^= 1
    assert_damaged(bytes(content))


def test_pixel_data_that_do_not_end_are_damage() -> None:
    """With the right checksum of the chunk: so a program wrote a buffer that was half empty."""
    content = saved(noisy().convert("L"), "PNG")
    start = content.index(b"IDAT") + 4
    length = int.from_bytes(content[start - 8 : start - 4], "big")
    data = content[start : start + length // 2] + bytes(length - length // 2)
    chunk = b"IDAT" + data
    forged = (
        content[: start - 4] + chunk + zlib.crc32(chunk).to_bytes(4, "big") + content[start + length + 4 :]
    )
    assert_damaged(forged)


@pytest.mark.parametrize("picture_format", [*FORMATS, "GIF", "TIFF"])
def test_whole_bytes_are_looked_at_once(picture_format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture is the same, whether its data are looked at or not."""
    monkeypatch.setattr(limited_process._here, "is_limited", True, raising=False)
    content = saved(noisy(), picture_format)
    looked_at = decode_to_fit(content, 100, 100)
    monkeypatch.setattr(decoder, "is_whole", None)
    assert decode_to_fit(content, 100, 100, is_known_whole=True) == looked_at
    box = (100.0, 60.0, 300.0, 260.0)
    assert decode_part(content, box, (200, 200), is_known_whole=True).size == (200, 200)


def test_a_jpeg_is_decoded_strictly_at_any_time() -> None:
    """That costs nothing."""
    content = bytearray(saved(noisy(), "JPEG"))
    content[len(content) // 2 : -2] = bytes(len(content) - len(content) // 2 - 2)
    with pytest.raises(PhotoUnreadable):
        decode_to_fit(bytes(content), 100, 100, is_known_whole=True)
