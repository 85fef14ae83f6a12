"""Which picture format a file's first bytes announce, and whether the file is complete; no pixel is decoded."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

HEAD_BYTES = 64
"""How many first bytes `identify` wants; HEIF lists its compatible brands there."""

_PIECE = 1 << 20
_JPEG_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_MOST_JUNK = 1 << 16
_MOST_EXIF = 1 << 20

_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF or camera raw file"),
    (b"MM\0*", "a TIFF or camera raw file"),
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"\x89PNG\r\n\x1a\n", "a PNG made for iOS only"),
    (b"<?xml", "XML text"),
    (b"<svg", "an SVG"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)


def identify(head: bytes) -> str | None:
    """Return Pillow's name of the picture format that begins with `head`, or None.

    The signatures are those of ISO/IEC 10918-1 (JPEG), the PNG and WebP container specifications, and the
    brands of ISO/IEC 23008-12 (HEIF) and of the AV1 Image File Format.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] != b"CgBI":
        return "PNG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    return _identify_brands(head)


def _identify_brands(head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[start : start + 4] for start in range(16, end - 3, 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    if brands & {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}:
        return "HEIF"
    return None


def describe(head: bytes) -> str:
    """Return in a few words what a file is that `identify` does not know."""
    for signature, words in _OTHERS:
        if head.startswith(signature):
            return words
    if head[4:8] == b"ftyp":
        return "a video"
    return "something else"


def is_complete(file: BinaryIO, picture_format: str, size: int) -> bool | None:
    """Return whether the end of a picture file is there, without decoding it.

    Args:
        file: Open for reading; its position is moved.
        picture_format: As `identify` returns it.
        size: Of the file, in bytes.

    Returns:
        None where only decoding could tell.
    """
    if picture_format == "JPEG":
        scan = _start_of_scan(file)
        return scan is not None and _contains(file, _JPEG_END, scan, size)
    if picture_format == "PNG":
        return any(kind == b"IEND" for kind, _, _ in _png_chunks(file, size))
    if picture_format == "WEBP":
        file.seek(4)
        # Some writers leave out the last pad byte.
        return int.from_bytes(file.read(4), "little") + 8 <= size + 1
    return _boxes_fit(file, size)


def late_png_exif(file: BinaryIO, size: int) -> bytes | None:
    """Return an eXIf chunk that follows the pixels, where the PNG specification allows it too."""
    for kind, position, length in _png_chunks(file, size):
        if kind == b"eXIf" and length <= _MOST_EXIF:
            file.seek(position)
            content = file.read(length + 4)
            data, checksum = content[:length], content[length:]
            return data if zlib.crc32(b"eXIf" + data).to_bytes(4, "big") == checksum else None
    return None


def _png_chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, position and length of the data of each chunk that lies within the file, up to the last."""
    position = 8
    while position + 12 <= size:
        file.seek(position)
        head = file.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if position + 12 + length > size:
            return
        yield kind, position + 8, length
        if kind == b"IEND":
            return
        position += 12 + length


def _start_of_scan(file: BinaryIO) -> int | None:
    """Return where a JPEG's compressed data begin; from there on an end marker cannot occur by chance."""
    position, junk = 2, 0
    while junk < _MOST_JUNK:
        file.seek(position)
        head = file.read(4)
        if len(head) < 4:
            return None
        if head[0] != 0xFF or head[1] == 0xFF:  # junk or padding between segments, which decoders skip too
            position, junk = position + 1, junk + 1
            continue
        if head[1] == _START_OF_SCAN:
            return position
        has_no_length = head[1] in (0x00, 0x01) or 0xD0 <= head[1] <= 0xD8
        position += 2 if has_no_length else 2 + int.from_bytes(head[2:], "big")
    return None


def _contains(file: BinaryIO, end_mark: bytes, start: int, size: int) -> bool:
    """Return whether `end_mark` occurs from `start` on; searched from the end, where it nearly always is.

    Phones append videos and makers' notes to the picture, so it need not be the very last thing.
    """
    stop = size
    while stop > start:
        begin = max(start, stop - _PIECE)
        file.seek(begin)
        if end_mark in file.read(stop - begin + len(end_mark) - 1):
            return True
        stop = begin
    return False


def _boxes_fit(file: BinaryIO, size: int) -> bool | None:
    """Return whether every box of an ISO base media file lies within the file.

    Once the description and the pixels have been seen whole, the rest may be anything: phones append data that
    is not in boxes.
    """
    position, seen = 0, set[bytes]()
    while position < size:
        file.seek(position)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # up to the end of the file, or not a box
            return None
        position += length
        if position > size:
            return None if {b"meta", b"mdat"} <= seen else False
        seen.add(kind)
    return True
