"""Which picture format a file's first bytes announce, and whether its end is there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

HEAD_BYTES = 64
"""How many first bytes `identify` wants; HEIF lists its compatible brands there."""

_PIECE = 1 << 20
_JPEG_END = b"\xff\xd9"
_PNG_END = b"IEND\xaeB`\x82"
_START_OF_SCAN = 0xDA
_MOST_JUNK = 1 << 16

_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF or camera raw file"),
    (b"MM\0*", "a TIFF or camera raw file"),
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
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
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
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


def what_it_is(head: bytes) -> str:
    """Say in a few words what a file is that is no picture to import."""
    for signature, words in _OTHERS:
        if head.startswith(signature):
            return words
    if head[4:8] == b"ftyp":
        return "a video"
    return "something else"


def is_complete(file: BinaryIO, picture_format: str, size: int) -> bool | None:
    """Tell whether the end of a picture file is there, without decoding it.

    Args:
        file: Open for reading; its position is moved.
        picture_format: As `identify` returns it.
        size: Of the file, in bytes.

    Returns:
        None where only decoding could tell.
    """
    if picture_format == "JPEG":
        scan = _start_of_scan(file)
        return scan is not None and _holds(file, _JPEG_END, scan, size)
    if picture_format == "PNG":
        return _holds(file, _PNG_END, 8, size)
    if picture_format == "WEBP":
        file.seek(4)
        return (
            int.from_bytes(file.read(4), "little") + 8 <= size + 1
        )  # some writers leave out the last pad byte
    return _boxes_fit(file, size)


def _start_of_scan(file: BinaryIO) -> int | None:
    """Return where a JPEG's compressed data begin; behind there an end marker cannot occur by chance."""
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
        stands_alone = head[1] in (0x00, 0x01) or 0xD0 <= head[1] <= 0xD8
        position += 2 if stands_alone else 2 + int.from_bytes(head[2:], "big")
    return None


def _holds(file: BinaryIO, end_mark: bytes, start: int, size: int) -> bool:
    """Tell whether `end_mark` occurs at or behind `start`; searched from the end, where it nearly always is.

    Phones append videos and makers' notes behind the picture, so it need not be the very last thing.
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
    """Tell whether every box of an ISO base media file lies within the file."""
    for end in _box_ends(file, size):
        if end is None:
            return None
        if end > size:
            return False
    return True


def _box_ends(file: BinaryIO, size: int) -> Iterator[int | None]:
    """Yield where each top-level box ends; None for one whose length cannot be known from its header."""
    position = 0
    while position < size:
        file.seek(position)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 0:
            yield None
            return
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # not a box; the writer's padding, or a broken file
            yield None
            return
        position += length
        yield position


def read_tail(file: BinaryIO, size: int, length: int) -> bytes:
    """Return the last `length` bytes of a file."""
    file.seek(max(0, size - length), os.SEEK_SET)
    return file.read(length)
