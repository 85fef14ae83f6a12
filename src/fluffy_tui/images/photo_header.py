"""Opens a picture file by its header: only the announced format, no bombs, size as seen upright, time taken."""

from __future__ import annotations

import functools
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image

from fluffy_tui.images.errors import DAMAGED, PhotoUnreadable, Unreadable
from fluffy_tui.images.file_format import HEAD_BYTES, describe, identify, is_complete, jpeg_segments, odd_jpeg
from fluffy_tui.images.jpeg.plain_header import plain_header
from fluffy_tui.images.limited_process import NeedsLimits, are_set
from fluffy_tui.images.pixel_limit import MOST_PIXELS, TOO_LARGE, too_large
from fluffy_tui.images.png_chunks import png_chunk, without_bombs
from fluffy_tui.images.regular_file import reading
from fluffy_tui.images.xmp_packet import xmp_packets

# Damaged EXIF; the picture is fine. Process-wide because Python 3.11 has no filters per thread.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

SIDEWAYS = frozenset({5, 6, 7, 8})
"""The orientations of EXIF in which the stored picture lies on its side."""

_YEARS = range(1800, 2200)
"""Cameras without a set clock, and programs without a date, write years outside of it."""

_SUBFILE_TYPE, _REDUCED, _DNG_VERSION = 0x00FE, 1, 0xC612

_TIMES = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized)
_OFFSETS = (ExifTags.Base.OffsetTimeOriginal, ExifTags.Base.OffsetTimeDigitized, ExifTags.Base.OffsetTime)
_EXIF_TIME = re.compile(r"\s*(\d{4})[:/-] ?(\d\d?)[:/-] ?(\d\d?)[ T]+(\d\d?): ?(\d\d?)(?:: ?(\d\d?))?")
_MIDNIGHT = 24
"""The hour at the end of a day, as some programs write it."""
_EXIF_OFFSET = re.compile(r"([+-])(\d\d?):?(\d\d)|Z")

_MOST_HOURS, _MOST_MINUTES = 15, 59
"""The largest offset of a zone from Greenwich."""

_SPARE = bytes(1 << 16)
"""Appended to EXIF data: Pillow ignores all fields after one whose value would end beyond them."""


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What is known of a picture without decoding it."""

    format: str
    """As Pillow names it: JPEG, MPO, PNG, WEBP, HEIF, AVIF, TIFF, GIF, BMP or JXL."""
    width: int
    """Pixels, as seen upright."""
    height: int
    """Pixels, as seen upright."""
    orientation: int
    """EXIF's, 1 to 8."""
    taken_at: datetime | None
    """By the camera's clock where it was taken, so without a zone."""
    has_zone: bool = False
    """Whether EXIF says in which time zone that was."""
    is_last_change: bool = False
    """Whether EXIF only says when the file was last changed, which cameras set and some editors set again."""
    xmp: tuple[bytes, ...] = ()
    """XMP packets as they are in the file, the main one first."""
    is_complete: bool = True
    """False where only decoding could tell whether the end of the picture is there."""


@dataclass(frozen=True, slots=True)
class OpenedPicture:
    """A picture that is opened, but not decoded yet."""

    picture: Image.Image
    exif: Image.Exif
    """Empty where there is none or it is damaged."""
    file: BinaryIO
    byte_size: int
    is_complete: bool
    """False where only decoding could tell."""

    @property
    def orientation(self) -> int:
        """EXIF's, 1 to 8; HEIC is turned by its decoder, which resets it to 1, as are TIFF and JPEG XL."""
        if self.picture.format == "TIFF" or (
            self.picture.format == "JXL" and not getattr(self.picture, "jpeg", 0)
        ):
            return 1
        value = self.exif.get(ExifTags.Base.Orientation)
        if isinstance(value, bytes) and len(value) == 1:
            (value,) = value  # a BYTE, where a SHORT should be; exiftool reads any number, too
        return value if isinstance(value, int) and 1 <= value <= 8 else 1

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height as seen upright."""
        width, height = self.picture.size
        return (height, width) if self.orientation in SIDEWAYS else (width, height)


def header_of(source: Path | bytes) -> PictureHeader:
    """Read the header of a picture file that is going to be decoded; to be called through `within_limits`."""
    with reading(source) as file:
        return _header(open_to_decode(file))


def read_header(file: BinaryIO) -> PictureHeader:
    """Read the header of an open picture file, whose position is moved.

    Raises:
        NeedsLimits: its header cannot be read without decoding it.
        PhotoUnreadable: it is no picture, damaged, cut short, or too large.
    """
    return _plain_header(file) or _header(open_picture(file))


def _plain_header(file: BinaryIO) -> PictureHeader | None:
    """Read the header of an ordinary JPEG without Pillow, which takes most of an import of small files."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if identify(file.read(HEAD_BYTES)) != "JPEG" or size > _LARGEST_FILE:
        return None
    segments = [*jpeg_segments(file)]
    header = plain_header(file, segments, size)
    if (
        header is None
        or not 0 < header.width * header.height <= MOST_PIXELS
        or odd_jpeg(file, segments)
        or not is_complete(file, "JPEG", size, segments)
    ):
        return None
    turned = header.orientation in SIDEWAYS
    return PictureHeader(
        "JPEG",
        header.height if turned else header.width,
        header.width if turned else header.height,
        header.orientation,
        *_time_of(header.texts),
        xmp=(header.xmp,) if header.xmp else (),
    )


def _header(opened: OpenedPicture) -> PictureHeader:
    with opened.picture as picture:
        width, height = opened.upright_size
        return PictureHeader(
            str(picture.format),
            width,
            height,
            opened.orientation,
            *_camera_time(opened.exif),
            xmp=xmp_packets(picture, opened.file, opened.byte_size),
            is_complete=opened.is_complete,
        )


def open_to_decode(file: BinaryIO) -> OpenedPicture:
    """Open a picture as `open_picture` does, where its decoder may run.

    Raises:
        NeedsLimits: it may not run here; what the first bytes say costs no second look at the header.
        PhotoUnreadable: it is no picture, damaged, cut short, or too large.
    """
    if not are_set():
        file.seek(0)
        if identify(file.read(HEAD_BYTES)) not in (*_BOUNDED, None):
            raise NeedsLimits(large=False)
    return open_picture(file)


def open_picture(file: BinaryIO) -> OpenedPicture:
    """Open a picture by its header, and make sure that its end is there too.

    Args:
        file: Open for reading; it has to stay open as long as the picture is used.

    Raises:
        PhotoUnreadable: it is no picture, damaged, cut short, or too large.
    """
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise PhotoUnreadable(Unreadable.EMPTY)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    picture_format = identify(head)
    if picture_format is None:
        if not any(head):  # a download that never began, or what a bad disk gave back
            raise PhotoUnreadable(Unreadable.DAMAGED)
        raise PhotoUnreadable(Unreadable.UNSUPPORTED, describe(head))
    largest = _LARGEST_READ_WHOLE if picture_format in _READ_WHOLE else _LARGEST_FILE
    if size > largest:
        raise PhotoUnreadable(Unreadable.FILE_TOO_LARGE, f"{largest >> 20:,}")
    segments = [*jpeg_segments(file)] if picture_format == "JPEG" else []
    if oddity := odd_jpeg(file, segments):
        raise PhotoUnreadable(Unreadable.UNUSUAL, oddity)
    if picture_format in _REGISTERED:
        _register(picture_format)
    if picture_format == "JXL" and not are_set():
        raise NeedsLimits(large=False)  # it is decoded as it is opened
    complete = is_complete(file, picture_format, size, segments)
    if complete is False:
        raise PhotoUnreadable(Unreadable.CUT_SHORT)
    try:
        shown = without_bombs(file, size) if picture_format == "PNG" else file
        shown.seek(0)
        picture = Image.open(shown, formats=[picture_format])
    except TOO_LARGE:
        raise too_large() from None
    except DAMAGED:
        if picture_format == "TIFF":
            raise PhotoUnreadable(Unreadable.UNSUPPORTED, "a camera raw file, or a damaged TIFF") from None
        raise PhotoUnreadable(Unreadable.DAMAGED) from None
    if picture.width * picture.height > MOST_PIXELS:
        raise too_large()
    if picture.width < 1 or picture.height < 1:
        raise PhotoUnreadable(Unreadable.DAMAGED)
    if picture_format == "TIFF":
        _refuse_raw(picture)
    return OpenedPicture(picture, _exif(picture, file, size), file, size, bool(complete))


_REGISTERED = ("HEIF", "JXL")
_LARGEST_FILE = 2 << 30
"""Bytes; as many pixels as are decoded, with 16 bits for each color and without compression, take no more."""
_READ_WHOLE = ("WEBP", "HEIF", "AVIF", "JXL")
"""The formats whose libraries take the whole file into memory, twice, even for the header."""
_LARGEST_READ_WHOLE = 256 << 20
_BOUNDED = ("JPEG", "PNG")
"""The formats whose header alone bounds what decoding takes."""


@functools.cache
def _register(picture_format: str) -> None:
    """Teach Pillow a format; that takes up to a tenth of a second, so only when a file needs it."""
    if picture_format == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    else:
        import_module("pillow_jxl")


def _refuse_raw(picture: Image.Image) -> None:
    """Refuse a TIFF whose first picture is only a raw file's small preview, or not a picture to look at."""
    tags = picture.getexif()
    if tags.get(_DNG_VERSION) or (tags.get(_SUBFILE_TYPE) or 0) & _REDUCED:
        raise PhotoUnreadable(Unreadable.UNSUPPORTED, "a camera raw file")
    if picture.mode in ("F", "I"):
        raise PhotoUnreadable(Unreadable.UNUSUAL, "a TIFF with 32 bits per colour")


def _exif(picture: Image.Image, file: BinaryIO, size: int) -> Image.Exif:
    """Parse the EXIF data alone.

    `getexif` of Pillow decodes a whole PNG to look for a late chunk, swallowing what the decoder raises, and
    takes the orientation from XMP where EXIF has none, as no other program does.
    """
    exif = Image.Exif()
    raw = picture.info.get("exif")
    try:
        if picture.format == "TIFF":
            return picture.getexif()
        if raw is None and picture.format == "PNG":
            text = picture.info.get("Raw profile type exif")  # ImageMagick's, from before PNG had eXIf
            raw = bytes.fromhex("".join(text.split("\n")[3:])) if text else png_chunk(file, size, b"eXIf")
        if raw:
            exif.load(raw + _SPARE)
    except DAMAGED:
        return Image.Exif()
    return exif


def _camera_time(exif: Image.Exif) -> tuple[datetime | None, bool, bool]:
    """Return when a picture was taken, whether a time zone is known, and whether it is only the last change.

    That is DateTimeOriginal, or else DateTimeDigitized, or else DateTime. EXIF 2.31 added an offset for each; many
    programs write only one of them.
    """
    tag = ExifTags.Base.DateTime
    try:
        fields = exif.get_ifd(ExifTags.IFD.Exif)
    except DAMAGED:
        fields = {}
    return _time_of({**fields, tag: exif.get(tag)})


def _time_of(fields: Mapping[int, object]) -> tuple[datetime | None, bool, bool]:
    """Return the same, given the fields of EXIF."""
    has_zone = any(_is_offset(fields[tag]) for tag in _OFFSETS if tag in fields)
    for tag in _TIMES:
        if moment := _exif_time(fields.get(tag)):
            return moment, has_zone, False
    moment = _exif_time(fields.get(ExifTags.Base.DateTime))
    return moment, moment is not None and has_zone, moment is not None


def _exif_time(time: object) -> datetime | None:
    """Read EXIF's "2024:05:01 12:30:00"; cameras without a set clock write zeros or blanks."""
    found = _EXIF_TIME.match(_text(time))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        moment = datetime(year, month, day, hour % _MIDNIGHT, minute, second) + timedelta(hour // _MIDNIGHT)
    except (ValueError, OverflowError):
        return None
    if hour > _MIDNIGHT:
        return None
    return moment if moment.year in _YEARS else None


def _is_offset(offset: object) -> bool:
    """Return whether something is EXIF's "+02:00"."""
    zone = _EXIF_OFFSET.match(_text(offset).strip())
    return zone is not None and int(zone[2] or 0) <= _MOST_HOURS and int(zone[3] or 0) <= _MOST_MINUTES


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else ""
