"""Opens a picture file with Pillow: only the announced format, no bombs, size as seen upright, time taken."""

from __future__ import annotations

import functools
import re
import struct
import warnings
import zlib
from datetime import datetime
from typing import TYPE_CHECKING

from PIL import ExifTags, Image

from fluffy_tui.core.pixel_limit import MOST_PIXELS, TOO_LARGE, TooManyPixels, refuse_too_large
from fluffy_tui.photos.ingest.file_format import is_complete, read_tail
from fluffy_tui.photos.model import PhotoUnreadable

if TYPE_CHECKING:
    from typing import BinaryIO

# Damaged EXIF; the picture is fine. Process-wide because Python 3.11 has no filters per thread.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

DAMAGED = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError,
    OverflowError, ZeroDivisionError, RuntimeError, MemoryError, struct.error, zlib.error, UserWarning,
)  # fmt: skip
"""What Pillow and its plugins raise for a damaged file (UserWarning where warnings are made errors)."""

SIDEWAYS = frozenset({5, 6, 7, 8})
"""The orientations of EXIF in which the stored picture lies on its side."""

_TAIL = 1 << 16
_EXIF_TIME = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_EXIF_OFFSET = re.compile(r"[+-]\d\d:\d\d|Z")


@functools.cache
def _register_heif() -> None:
    """Teach Pillow HEIC; pillow-heif takes a tenth of a second to import, so only when a file needs it."""
    import pillow_heif

    pillow_heif.register_heif_opener()


def open_picture(file: BinaryIO, picture_format: str, size: int) -> Image.Image:
    """Open a picture by its header, and make sure that its end is there too.

    Args:
        file: Open for reading; it has to stay open as long as the picture is used.
        picture_format: As `formats.identify` returns it.
        size: Of the file, in bytes.

    Raises:
        PhotoUnreadable: it is broken, cut short, or has too many pixels.
    """
    if picture_format == "HEIF":
        _register_heif()
    complete = is_complete(file, picture_format, size)
    if complete is False:
        raise PhotoUnreadable("The picture is cut short or broken; its end is missing.")
    try:
        file.seek(0)
        picture = Image.open(file, formats=[picture_format])
        refuse_too_large(picture)
        if complete is None:
            picture.load()
    except (TooManyPixels, *TOO_LARGE):
        raise PhotoUnreadable(
            f"The picture is too large: over {MOST_PIXELS // 1_000_000} million pixels."
        ) from None
    except DAMAGED:
        raise PhotoUnreadable("The picture is broken.") from None
    if picture.width < 1 or picture.height < 1:
        raise PhotoUnreadable("The picture has no pixels.")
    return picture


def read_exif(picture: Image.Image, file: BinaryIO, size: int) -> Image.Exif:
    """Return a picture's EXIF data without decoding its pixels; empty where there are none or they are damaged."""
    if picture.format == "PNG" and "exif" not in picture.info:
        late = _late_png_exif(read_tail(file, size, _TAIL))
        if late is not None:
            picture.info["exif"] = late
    try:
        # PngImageFile.getexif decodes the whole picture to look for a late chunk; the general one does not.
        return Image.Image.getexif(picture)
    except DAMAGED:
        return Image.Exif()


def _late_png_exif(tail: bytes) -> bytes | None:
    """Return an eXIf chunk that stands behind the picture data, where the PNG specification allows it too."""
    found = tail.rfind(b"eXIf")
    if found < 4:
        return None
    length = int.from_bytes(tail[found - 4 : found], "big")
    data = tail[found + 4 : found + 4 + length]
    checksum = tail[found + 4 + length : found + 8 + length]
    if zlib.crc32(b"eXIf" + data).to_bytes(4, "big") != checksum:
        return None  # chance bytes of the compressed picture
    return data


def orientation(exif: Image.Exif) -> int:
    """Return EXIF's orientation, 1 to 8; HEIC is turned by its decoder, which resets it to 1."""
    value = exif.get(ExifTags.Base.Orientation)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright_size(picture: Image.Image, exif: Image.Exif) -> tuple[int, int]:
    """Return width and height as seen upright."""
    if orientation(exif) in SIDEWAYS:
        return picture.height, picture.width
    return picture.width, picture.height


def taken_at(exif: Image.Exif) -> datetime | None:
    """Return when a picture was taken: DateTimeOriginal, or else DateTimeDigitized, each with its offset.

    EXIF 2.31 added the offsets; where there is none this machine's zone is taken.
    """
    try:
        fields = exif.get_ifd(ExifTags.IFD.Exif)
    except DAMAGED:
        return None
    return _exif_time(
        fields.get(ExifTags.Base.DateTimeOriginal), fields.get(ExifTags.Base.OffsetTimeOriginal)
    ) or _exif_time(
        fields.get(ExifTags.Base.DateTimeDigitized), fields.get(ExifTags.Base.OffsetTimeDigitized)
    )


def _exif_time(time: object, offset: object) -> datetime | None:
    """Read EXIF's "2024:05:01 12:30:00" and "+02:00"; cameras without a set clock write zeros or blanks."""
    found = _EXIF_TIME.match(_text(time))
    if found is None:
        return None
    try:
        moment = datetime(*map(int, found.groups()))  # type: ignore[arg-type]
        zone = _EXIF_OFFSET.match(_text(offset).strip())
        if zone is not None:
            return datetime.fromisoformat(moment.isoformat() + zone.group())
        return moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else ""
