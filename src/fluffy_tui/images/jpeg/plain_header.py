"""The header of a JPEG as cameras and phones write it, read in a third of the time that Pillow takes.

Whatever is unusual in a file is left to Pillow: then there is no plain header.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO, TypeAlias

    _Entry: TypeAlias = tuple[int, int, bytes]

_ORIENTATION, _CHANGED, _EXIF_IFD = 0x0112, 0x0132, 0x8769
_TIMES = frozenset({0x9003, 0x9004, 0x9010, 0x9011, 0x9012})
"""When the photo was taken and digitized, and the offsets of these times and of the last change."""
_ASCII, _SHORT, _LONG = 2, 3, 4
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
"""Bytes of a value of each type."""
_TIFF_HEAD = 8

_APP1, _SCAN = 0xE1, 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_PASSED_OVER = frozenset({0xC4, 0xDD, 0xFE, *range(0xE3, 0xED), 0xEF})
"""Huffman tables, restart intervals, comments, and what programs have put there for themselves."""
_HEAD, _FRAME, _LEAST = 4, 6, 7
_EXIF, _XMP, _MORE_XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/"
_ICC, _SEVERAL = b"ICC_PROFILE\0", b"MPF\0"


@dataclass(frozen=True, slots=True)
class PlainHeader:
    """What a plain JPEG says about itself."""

    width: int
    """Pixels, as stored."""
    height: int
    """Pixels, as stored."""
    orientation: int
    """EXIF's, or 1."""
    texts: dict[int, str]
    """EXIF's times and their offsets, by tag."""
    xmp: bytes
    """The main packet; empty without one."""


def plain_header(file: BinaryIO, segments: Iterable[tuple[int, int, int]], size: int) -> PlainHeader | None:
    """Return the header of a JPEG, or None if only Pillow can tell.

    Args:
        file: Open for reading; its position is moved.
        segments: Marker, position and length, both with the marker, of each segment up to the first scan, with that.
        size: Of the file, in bytes.
    """
    frame, exif, xmp, end = b"", None, None, 2
    for marker, start, length in segments:
        if start != end or length < _HEAD or start + length > size:
            return None
        end += length
        if marker in _PASSED_OVER or marker == _SCAN:
            continue
        file.seek(start + _HEAD)
        data = file.read(length - _HEAD)
        if marker in _FRAMES and not frame:
            frame = data
        elif marker == _APP1 and data.startswith(_EXIF) and exif is None:
            exif = data[len(_EXIF) :]
        elif marker == _APP1 and data.startswith(_XMP) and xmp is None:
            xmp = data[len(_XMP) :]
        elif not _is_usual(marker, data):
            return None
    fields = _exif_fields(exif) if exif is not None else (1, {})
    if (
        fields is None
        or len(frame) < _FRAME
        or len(frame) != _FRAME + 3 * frame[5]
        or frame[5] not in (1, 3, 4)
    ):
        return None
    height, width = struct.unpack_from(">HH", frame, 1)
    return PlainHeader(width, height, *fields, xmp or b"")


def _is_usual(marker: int, data: bytes) -> bool:
    """Return whether a segment is of a kind that Pillow accepts silently, and that says nothing of interest."""
    match marker:
        case 0xDB:
            return _are_tables(data)
        case 0xE0:
            return not data.startswith(b"JFIF") or len(data) >= _LEAST
        case 0xE1:
            return not data.startswith((_EXIF, _XMP, _MORE_XMP))
        case 0xE2:
            return not data.startswith(_SEVERAL) and (not data.startswith(_ICC) or len(data) > len(_ICC) + 1)
        case 0xED:
            return not data.startswith(b"Photoshop")
        case 0xEE:
            return not data.startswith(b"Adobe") or len(data) >= _LEAST
    return False


def _are_tables(data: bytes) -> bool:
    """Return whether these are whole quantization tables."""
    position = 0
    while position < len(data):
        position += 65 if data[position] < 0x10 else 129
    return position == len(data)


def _exif_fields(data: bytes) -> tuple[int, dict[int, str]] | None:
    """Return orientation and times, or None if anything in EXIF is unusual."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < _TIFF_HEAD:
        return None
    main = _directory(data, order, *struct.unpack_from(f"{order}L", data, 4))
    if main is None:
        return None
    within = main.get(_EXIF_IFD)
    details: dict[int, _Entry] | None = {}
    if within is not None:
        if within[:2] != (_LONG, 1):
            return None
        details = _directory(data, order, *struct.unpack_from(f"{order}L", within[2]))
    orientation = main.get(_ORIENTATION, (_SHORT, 1, struct.pack(f"{order}H", 1)))
    if details is None or orientation[:2] != (_SHORT, 1):
        return None
    turned: int = struct.unpack_from(f"{order}H", orientation[2])[0]
    times = {tag: entry for tag, entry in details.items() if tag in _TIMES}
    if _CHANGED in main:
        times[_CHANGED] = main[_CHANGED]
    if any(type_ != _ASCII for type_, _, _ in times.values()):
        return None
    texts = {tag: value.removesuffix(b"\0").decode("latin-1") for tag, (_, _, value) in times.items()}
    return (turned if 1 <= turned <= 8 else 1), texts


def _directory(data: bytes, order: str, start: int) -> dict[int, _Entry] | None:
    """Return type, count and bytes of each value in a directory of EXIF, or None if anything is unusual."""
    if start + 2 > len(data):
        return None
    (count,) = struct.unpack_from(f"{order}H", data, start)
    if start + 2 + 12 * count > len(data):
        return None
    found: dict[int, _Entry] = {}
    together = 0
    for position in range(start + 2, start + 2 + 12 * count, 12):
        tag, type_, number = struct.unpack_from(f"{order}HHL", data, position)
        size = number * _SIZES.get(type_, 0)
        where = position + 8
        if size > 4:
            (where,) = struct.unpack_from(f"{order}L", data, where)
        together += size
        if not size or where + size > len(data) or together > len(data) or tag in found:
            return None
        found[tag] = type_, number, data[where : where + size]
    return found
