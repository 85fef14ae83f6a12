"""An ordinary JPEG's header is read as Pillow reads it; of what is unusual Pillow decides alone."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import example, given, strategies as st
from PIL import ExifTags, Image, ImageCms

from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.images.file_format import jpeg_segments
from fluffy_tui.images.jpeg.plain_header import PlainHeader, plain_header
from fluffy_tui.images.photo_header import PictureHeader, header_of, read_header

TAGS = ExifTags.Base
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def jpeg(mode: str = "RGB", *, with_exif: bool = True, **options: object) -> bytes:
    """Return a small JPEG, with EXIF as cameras write it."""
    exif = Image.Exif()
    if with_exif:
        exif[TAGS.Orientation] = 6
        exif[TAGS.Make] = "Camera maker of some length"
        exif[TAGS.DateTime] = "2026:05:03 08:00:00"
        details = exif.get_ifd(ExifTags.IFD.Exif)
        details[TAGS.DateTimeOriginal] = "2026:05:01 12:30:00"
        details[TAGS.OffsetTimeOriginal] = "+02:00"
        details[TAGS.ExposureTime] = 0.01
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    target = io.BytesIO()
    Image.new(mode, (7, 5)).save(target, "JPEG", exif=exif, **options)
    return target.getvalue()


def plain(content: bytes) -> PlainHeader | None:
    """Return the plain header of a file's content."""
    file = io.BytesIO(content)
    return plain_header(file, [*jpeg_segments(file)], len(content))


def outcome(read: Callable[[], PictureHeader]) -> PictureHeader | Unreadable:
    """Return a header, or why there is none."""
    try:
        return read()
    except PhotoUnreadable as error:
        return error.reason


def assert_same(content: bytes) -> None:
    """Make sure that a header is read, or refused, as it is without the shorter way."""
    assert outcome(lambda: read_header(io.BytesIO(content))) == outcome(lambda: header_of(content))


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
ORDINARY = {
    "rgb": jpeg(),
    "grey": jpeg("L"),
    "cmyk": jpeg("CMYK"),
    "progressive": jpeg(progressive=True),
    "no exif": jpeg(with_exif=False),
    "xmp": jpeg(xmp=XMP),
    "profile": jpeg(icc_profile=PROFILE),
    "comment": jpeg(comment=b"a comment"),
    "dense": jpeg(dpi=(300, 300)),
}


@pytest.mark.parametrize("content", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_file_needs_no_pillow(content: bytes) -> None:
    found = plain(content)
    assert found is not None
    assert (found.width, found.height) == (7, 5)
    assert read_header(io.BytesIO(content)) == header_of(content)


def test_what_exif_and_xmp_say_is_returned() -> None:
    found = plain(jpeg(xmp=XMP))
    assert found is not None
    assert found.orientation == 6
    assert found.xmp == XMP
    assert found.texts == {
        TAGS.DateTime: "2026:05:03 08:00:00",
        TAGS.DateTimeOriginal: "2026:05:01 12:30:00",
        TAGS.OffsetTimeOriginal: "+02:00",
    }


def several() -> bytes:
    """Return a file with two pictures."""
    target = io.BytesIO()
    Image.new("RGB", (7, 5)).save(target, "MPO", save_all=True, append_images=[Image.new("RGB", (7, 5))])
    return target.getvalue()


def with_segment(marker: int, data: bytes) -> bytes:
    """Return a file with another segment in front."""
    segment = b"\xff" + bytes([marker]) + (len(data) + 2).to_bytes(2, "big") + data
    return jpeg()[:2] + segment + jpeg()[2:]


UNUSUAL = {
    "several pictures": several(),
    "exif twice": with_segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0"),
    "more xmp": with_segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40)),
    "photoshop": with_segment(0xED, b"Photoshop 3.0\x008BIM"),
    "a short Adobe segment": with_segment(0xEE, b"Adobe"),
    "a short JFIF segment": with_segment(0xE0, b"JFIF\0"),
    "half a table": with_segment(0xDB, bytes(30)),
    "an unknown marker": with_segment(0x4F, b"abc"),
    "two frames": with_segment(0xC0, b"\x08\0\x05\0\x07\x01\x01\x11\0"),
    "something between segments": jpeg()[:2] + b"\0\0" + jpeg()[2:],
}


@pytest.mark.parametrize("content", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_left_to_pillow(content: bytes) -> None:
    assert plain(content) is None
    assert_same(content)


@given(
    name=st.sampled_from(sorted(ORDINARY)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4),
    cut=st.none() | st.floats(0, 1),
)
@example(name="rgb", changes=[(0.0, 0)], cut=None)
def test_a_damaged_file_is_read_as_pillow_reads_it(
    name: str, changes: list[tuple[float, int]], cut: float | None
) -> None:
    content = bytearray(ORDINARY[name])
    head = min(content.index(b"\xff\xda") + 20, len(content))
    for where, value in changes:
        content[int(where * (head - 1))] = value
    if cut is not None:
        content = content[: int(cut * len(content))]
    assert_same(bytes(content))


@given(st.binary(max_size=200))
def test_any_exif_is_read_as_pillow_reads_it(data: bytes) -> None:
    content = jpeg(with_exif=False)
    for start in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        exif = b"Exif\0\0" + start + data
        segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
        assert_same(content[:2] + segment + content[2:])
