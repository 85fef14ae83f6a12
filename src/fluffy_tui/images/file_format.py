"""Which picture format a file's first bytes announce, and whether the file is complete; no pixel is decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from fluffy_tui.images.iso_boxes import read_items, top_boxes
from fluffy_tui.images.png_chunks import png_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

HEAD_BYTES = 64
"""How many first bytes `identify` wants; HEIF lists its compatible brands there."""

_PIECE = 1 << 20
_JPEG_END = b"\xff\xd9"
START_OF_SCAN = 0xDA
_FRAME_HEAD = 16
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
        scans = [start for marker, start, _ in jpeg_segments(file) if marker == START_OF_SCAN]
        if not scans:
            return False
        return _contains(file, _JPEG_END, scans[0], size) or None  # a few programs leave the end marker out
    if picture_format == "PNG":
        return any(kind == b"IEND" for kind, _, _ in png_chunks(file, size))
    if picture_format == "WEBP":
        file.seek(4)
        # Some writers leave out the last pad byte.
        return int.from_bytes(file.read(4), "little") + 8 <= size + 1
    return _pictures_fit(file, size)


def webp_chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, position and length of the data of each chunk, those of an animation's first picture too."""
    position, has_frame = 12, False
    while position + 8 <= size:
        file.seek(position)
        head = file.read(8)
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        yield kind, position + 8, min(length, size - position - 8)
        if kind == b"ANMF" and not has_frame:
            has_frame = True
            position += 8 + _FRAME_HEAD
        else:
            position += 8 + length + length % 2


def jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Yield marker, position and length, both with the marker, of each segment up to the first scan, with that.

    From there on an end marker cannot occur by chance.
    """
    position, junk = 2, 0
    while junk < _MOST_JUNK:
        file.seek(position)
        head = file.read(4)
        if len(head) < 4:
            return
        if head[0] != 0xFF or head[1] == 0xFF:  # junk or padding between segments, which decoders skip too
            position, junk = position + 1, junk + 1
            continue
        has_no_length = head[1] in (0x00, 0x01) or 0xD0 <= head[1] <= 0xD8
        length = 2 if has_no_length else 2 + int.from_bytes(head[2:], "big")
        yield head[1], position, length
        if head[1] == START_OF_SCAN:
            return
        position += length


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


def _pictures_fit(file: BinaryIO, size: int) -> bool | None:
    """Return whether every picture of an ISO base media file lies within it.

    Behind them may be anything: phones append data that is not in boxes.
    """
    try:
        items = read_items(file, size)
    except (ValueError, IndexError, struct.error):
        return None
    if items.coded:
        return items.end <= size
    return all(end <= size for _, _, end in top_boxes(file, size))
