"""Which colours the numbers of a picture mean: by profile, by the numbers of H.273, by measures or by EXIF."""

from __future__ import annotations

import io
import struct
import zlib

import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageCms

from fluffy_tui.images import decode, decode_to_fit
from fluffy_tui.images.icc_profile import (
    ADOBE_COLORS,
    SRGB_COLORS,
    profile_by_measures,
    profile_by_numbers,
)

pillow_heif.register_heif_opener()

SHADE = (180, 90, 60)
BT709, BT2020, P3 = 1, 9, 12
SRGB_CURVE, LINEAR, PQ, HLG = 13, 8, 16, 18


def png(*chunks: tuple[bytes, bytes], color: tuple[int, int, int] = SHADE, **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 40), color).save(target, "PNG", **options)
    content = target.getvalue()
    added = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return content[:33] + added + content[33:]


def cicp(primaries: int, transfer: int) -> tuple[bytes, bytes]:
    return b"cICP", bytes([primaries, transfer, 0, 1])


def gama(gamma: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(100_000 / gamma))


def chrm(colors: tuple[float, ...]) -> tuple[bytes, bytes]:
    *primaries, white_x, white_y = (round(value * 100_000) for value in colors)
    return b"cHRM", struct.pack(">8I", white_x, white_y, *primaries)


def shown(content: bytes) -> tuple[int, int, int]:
    color = decode_to_fit(content, 20, 20).getpixel((10, 10))
    assert isinstance(color, tuple)
    red, green, blue = color
    return red, green, blue


def near(one: tuple[int, int, int], other: tuple[int, int, int], tolerance: int = 3) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))


def swapped() -> bytes:
    """Return a profile that swaps what red and green mean."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


def test_numbers_without_names_are_srgb() -> None:
    assert shown(png()) == SHADE


@pytest.mark.parametrize(
    "chunks",
    [
        [cicp(BT709, SRGB_CURVE)],
        [cicp(BT709, 1)],
        [cicp(2, 2)],
        [gama(2.2)],
        [gama(1 / 0.45455), chrm(SRGB_COLORS)],
        [gama(1.0), (b"sRGB", b"\0")],
        [gama(1e5)],
        [(b"gAMA", bytes(4))],
        [gama(1 / 0.45455), chrm((0.0,) * 8)],
    ],
)
def test_what_says_srgb_or_nonsense_changes_nothing(chunks: list[tuple[bytes, bytes]]) -> None:
    assert shown(png(*chunks)) == SHADE


def test_the_numbers_of_p3_are_those_of_its_profile() -> None:
    """(220, 40, 40) in sRGB, in the numbers of Display P3."""
    assert near(shown(png(cicp(P3, SRGB_CURVE), color=(203, 60, 52))), (220, 40, 40), 4)


def test_linear_light_is_brightened() -> None:
    assert near(shown(png(cicp(BT709, LINEAR), color=(128, 55, 13))), (188, 128, 63))
    assert near(shown(png(gama(1.0), color=(128, 55, 13))), (188, 128, 63))


def test_the_measures_of_adobe_rgb_are_converted() -> None:
    content = png(gama(563 / 256), chrm(ADOBE_COLORS), color=(128, 200, 60))
    red, green, _ = shown(content)
    assert red < 110
    assert green >= 200


def test_numbers_outrank_an_embedded_profile_in_png() -> None:
    """So the third edition of PNG has it."""
    assert near(shown(png(icc_profile=swapped())), (90, 180, 60), 12)
    assert near(shown(png(cicp(BT709, SRGB_CURVE), icc_profile=swapped())), SHADE)


def test_a_profile_outranks_measures() -> None:
    assert near(shown(png(gama(1.0), icc_profile=swapped())), (90, 180, 60), 12)


def adobe_exif(*, by_index: bool) -> Image.Exif:
    exif = Image.Exif()
    fields = exif.get_ifd(ExifTags.IFD.Exif)
    fields[ExifTags.Base.ColorSpace] = 0xFFFF if by_index else 2
    if by_index:
        fields[ExifTags.IFD.Interop] = {1: "R03"}
    return exif


@pytest.mark.parametrize("by_index", [False, True])
def test_adobe_rgb_may_be_said_in_exif_alone(by_index: bool) -> None:
    """As cameras do, whose pictures would be posted pale."""
    target = io.BytesIO()
    exif = adobe_exif(by_index=by_index)
    Image.new("RGB", (40, 40), (128, 200, 60)).save(target, "JPEG", quality=95, exif=exif)
    assert shown(target.getvalue())[0] < 110
    Image.new("RGB", (40, 40), (128, 200, 60)).save(
        target := io.BytesIO(), "JPEG", exif=exif, icc_profile=srgb()
    )
    assert near(shown(target.getvalue()), (128, 200, 60), 6)


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def encode_pq(share: float) -> int:
    """Return the value of a light, as a share of paper white."""
    power = (share * 203 / 10_000) ** 0.1593017578125
    value: float = 255 * ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    return round(value)


@pytest.mark.parametrize(("share", "value"), [(0.0, 0), (0.05, 63), (0.2141, 127), (0.5, 188), (0.8, 231)])
def test_what_is_darker_than_paper_keeps_its_shade_in_hdr(share: float, value: int) -> None:
    grey = encode_pq(share)
    assert near(shown(png(cicp(BT2020, PQ), color=(grey,) * 3)), (value,) * 3, 6)


def test_lights_roll_off_in_hdr() -> None:
    """None is clipped: what is brighter stays brighter, up to white."""
    greys = [
        shown(png(cicp(BT2020, PQ), color=(encode_pq(share),) * 3))[0] for share in (0.8, 1.0, 1.5, 3.0, 49.0)
    ]
    assert greys == sorted(greys)
    assert greys[0] < greys[1] < greys[2]
    assert greys[-1] >= 254


def test_hlg_has_its_paper_white_at_three_quarters() -> None:
    assert near(
        shown(png(cicp(BT2020, HLG), color=(191,) * 3)),
        shown(png(cicp(BT2020, PQ), color=(encode_pq(1),) * 3)),
        4,
    )


@pytest.mark.parametrize("primaries", range(256))
def test_every_profile_that_is_made_can_be_used(primaries: int) -> None:
    for transfer in (1, 4, 5, SRGB_CURVE, LINEAR, PQ, HLG):
        profile = profile_by_numbers(primaries, transfer)
        if profile is not None:
            ImageCms.ImageCmsProfile(io.BytesIO(profile))


def test_measures_that_are_no_colours_make_no_profile() -> None:
    assert profile_by_measures((0.3, 0.3) * 4, 2.2) is None
    assert profile_by_measures((1e9, 1e-9) * 4, 2.2) is None


def test_the_profile_travels_with_the_picture() -> None:
    assert decode(png()).profile is None
    assert decode(png(cicp(P3, SRGB_CURVE))).profile == profile_by_numbers(P3, SRGB_CURVE)


@pytest.mark.parametrize("picture_format", ["AVIF", "HEIF"])
@pytest.mark.parametrize(
    ("numbers", "color"),
    [
        ((P3, SRGB_CURVE), (203, 60, 52)),
        ((BT2020, PQ), (encode_pq(0.716),) * 3),
        ((BT709, SRGB_CURVE), SHADE),
    ],
)
def test_the_numbers_of_a_box_are_those_of_a_chunk(
    picture_format: str, numbers: tuple[int, int], color: tuple[int, int, int]
) -> None:
    """HEIC and AVIF name their colours as PNG does."""
    target = io.BytesIO()
    options: dict[str, object] = (
        {"quality": 100, "subsampling": "4:4:4"} if picture_format == "AVIF" else {"quality": -1}
    )
    Image.new("RGB", (64, 64), color).save(target, picture_format, **options)
    content = bytearray(target.getvalue())
    box = content.index(b"colrnclx") + 8
    content[box : box + 4] = struct.pack(">HH", *numbers)
    assert near(shown(bytes(content)), shown(png(cicp(*numbers), color=color)), 4)
