"""What is read without decoding: time taken and orientation, wherever programs put them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from PIL import ExifTags, Image

from fluffy_tui.images import PhotoUnreadable, PictureHeader, Unreadable, decode_to_fit, read_header
from photos.photo_files import encoded, exif, picture

TAGS = ExifTags.Base


def header(content: bytes) -> PictureHeader:
    return read_header(io.BytesIO(content))


def with_times(times: Mapping[Any, str], *, modified: str | None = None) -> bytes:
    """Return a JPEG with these tags in its Exif IFD."""
    data = Image.Exif()
    data.get_ifd(ExifTags.IFD.Exif).update(times)
    if modified is not None:
        data[TAGS.DateTime] = modified
    return encoded(exif=data)


def late_exif_png(text_behind: int) -> bytes:
    """Return a PNG on its side, whose eXIf chunk follows the pixels, with that much text behind it."""
    plain, marked = encoded("PNG"), encoded("PNG", exif=exif(orientation=6))
    start = marked.index(b"eXIf") - 4
    chunk = marked[start : start + 12 + int.from_bytes(marked[start : start + 4], "big")]
    text = b"tEXt" + b"Comment\0" + b"x" * text_behind
    comment = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    return plain[:-12] + chunk + comment + plain[-12:]


@pytest.mark.parametrize("text_behind", [0, 100_000])
def test_exif_after_the_pixels_of_a_png_counts(text_behind: int) -> None:
    """However much follows it; preview and post read the same header."""
    content = late_exif_png(text_behind)
    assert (header(content).width, header(content).height) == (32, 48)
    assert decode_to_fit(content, 100, 100).size == (32, 48)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("kind", "letter"), [(1, "B"), (3, "H"), (4, "I"), (6, "b"), (7, "B"), (8, "h"), (9, "i"), (13, "I")]
)
def test_an_orientation_is_a_number_of_any_type(kind: int, letter: str, order: str) -> None:
    """Only SHORT is right; exiftool reads all of them."""
    value = struct.pack(f"{order}{letter}", 6).ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, 1)
    entry = struct.pack(f"{order}HHI", TAGS.Orientation, kind, 1) + value + bytes(4)
    target = io.BytesIO()
    Image.new("RGB", (48, 32)).save(target, "JPEG", exif=b"Exif\0\0" + head + entry)
    assert header(target.getvalue()).orientation == 6
    assert decode_to_fit(target.getvalue(), 100, 100).size == (32, 48)


def test_an_orientation_in_xmp_alone_is_ignored() -> None:
    """As browsers do; it describes what an editor has already done."""
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        b' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    )
    target = io.BytesIO()
    picture().save(target, "JPEG", xmp=packet)
    assert header(target.getvalue()).orientation == 1
    assert decode_to_fit(target.getvalue(), 100, 100).size == (48, 32)


@pytest.mark.parametrize(
    ("times", "modified", "taken"),
    [
        (
            {TAGS.DateTimeOriginal: "2024:05:01 12:30:15", TAGS.OffsetTimeOriginal: "Z"},
            None,
            (2024, 5, 1, 12),
        ),
        (
            {TAGS.DateTimeDigitized: "2024:05:01 12:30:15", TAGS.OffsetTimeDigitized: "+01:00"},
            None,
            (2024, 5, 1, 12),
        ),
        ({TAGS.OffsetTime: "+02:00"}, "2024:05:01 12:30:15", (2024, 5, 1, 12)),
        (
            {TAGS.DateTimeOriginal: "0000:00:00 00:00:00", TAGS.OffsetTime: "Z"},
            "2024:05:01 12:30:15",
            (2024, 5, 1, 12),
        ),
    ],
)
def test_the_first_sound_time_counts(
    times: Mapping[int, str], modified: str | None, taken: tuple[int, int, int, int]
) -> None:
    """Taken, else digitized, else written: by the camera's clock, whatever its offset."""
    assert header(with_times(times, modified=modified)).taken_at == datetime(*taken, 30, 15)


def test_a_bad_offset_does_not_cost_the_date() -> None:
    content = with_times({TAGS.DateTimeOriginal: "2024:05:01 12:30:15", TAGS.OffsetTimeOriginal: "+99:99"})
    assert header(content).taken_at == datetime(2024, 5, 1, 12, 30, 15)


@pytest.mark.parametrize("offset", ["", "+02:00", "-14:00"])
@pytest.mark.parametrize("year", ["0001", "1799", "9999"])
def test_a_time_out_of_range_is_no_time(year: str, offset: str) -> None:
    """Programs write the least or greatest time they know for none; with an offset it is no time at all."""
    content = with_times({TAGS.DateTimeOriginal: f"{year}:01:01 00:00:00", TAGS.OffsetTimeOriginal: offset})
    assert header(content).taken_at is None


def test_a_png_for_ios_is_refused_by_name() -> None:
    """Its pixels are not those of the PNG standard, and would come out as noise."""
    content = encoded("PNG")
    ios = content[:8] + struct.pack(">I", 4) + b"CgBI" + bytes(8) + content[8:]
    with pytest.raises(PhotoUnreadable, match="a PNG made for iOS only") as caught:
        header(ios)
    assert caught.value.reason is Unreadable.UNSUPPORTED


@pytest.mark.parametrize("offset", ["+02:00", "+2:00", "+0200", " +02:00"])
def test_an_offset_is_read_however_it_is_written(offset: str) -> None:
    times = {TAGS.DateTimeOriginal: "2024:05:01 12:30:15", TAGS.OffsetTimeOriginal: offset}
    found = header(with_times(times))
    assert (found.taken_at, found.has_zone) == (datetime(2024, 5, 1, 12, 30, 15), True)


@pytest.mark.parametrize("offset", ["+99:99", "+24:00", "+02:75", "   :  ", "UTC", "", "\x80"])
def test_a_nonsense_offset_costs_no_date(offset: str) -> None:
    times = {TAGS.DateTimeOriginal: "2024:05:01 12:30:15", TAGS.OffsetTimeOriginal: offset}
    assert header(with_times(times)).taken_at == datetime(2024, 5, 1, 12, 30, 15)


@pytest.mark.parametrize("year", ["0000", "0001", "1582", "9999"])
@pytest.mark.parametrize("offset", [None, "+02:00", "-12:00"])
def test_a_year_out_of_range_is_no_time(year: str, offset: str | None) -> None:
    """Moved to another zone it could not be shown, nor read from the database."""
    times = {TAGS.DateTimeOriginal: f"{year}:01:01 00:00:00"}
    if offset:
        times[TAGS.OffsetTimeOriginal] = offset
    assert header(with_times(times)).taken_at is None
    assert header(with_times(times, modified="2024:05:01 12:30:15")).taken_at is not None


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("2024:05:01 12:30", datetime(2024, 5, 1, 12, 30)),
        ("2024-05-01T12:30:15.25", datetime(2024, 5, 1, 12, 30, 15)),
        ("2024:05:01 12:30:61", None),
        ("2024:5:1 1:2:3", datetime(2024, 5, 1, 1, 2, 3)),
        ("2024: 5: 1  1: 2: 3", datetime(2024, 5, 1, 1, 2, 3)),
        ("2024:12:31 24:00:00", datetime(2025, 1, 1)),
        ("2024:12:31 25:00:00", None),
        ("9999:12:31 24:00:00", None),
        ("2023:02:29 12:30:15", None),
        ("2024:05:01", None),
    ],
)
def test_times_as_scanners_and_editors_write_them(text: str, taken: datetime | None) -> None:
    assert header(with_times({TAGS.DateTimeOriginal: text})).taken_at == taken


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", range(1, 13))
def test_a_damaged_field_costs_no_date(kind: int) -> None:
    """Its value would end behind the EXIF data; the fields after it are sound."""
    length = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}[kind]
    taken = b"2024:05:01 12:30:15\0"
    first = struct.pack("<HHHII", 2, 0x0131, kind, 4000 // length, 60)
    first += struct.pack("<HHIII", 0x8769, 4, 1, 38, 0)
    fields = struct.pack("<HHHIII", 1, 0x9003, 2, len(taken), 56, 0) + taken
    target = io.BytesIO()
    picture().save(target, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0" + first + fields)
    assert header(target.getvalue()).taken_at == datetime(2024, 5, 1, 12, 30, 15)
