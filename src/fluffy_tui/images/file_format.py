"""Which picture format a file's first bytes announce, and whether the file is complete; no pixel is decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Literal

from fluffy_tui.images.iso_boxes import read_items, top_boxes
from fluffy_tui.images.png_chunks import png_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO, TypeAlias

    Segment: TypeAlias = tuple[int, int, int]

HEAD_BYTES = 256
"""How many first bytes `identify` wants; HEIF lists its compatible brands there."""

_PIECE = 1 << 20
_JPEG_END = b"\xff\xd9"
_PNG_END = b"IEND\xaeB`\x82"
START_OF_SCAN = 0xDA
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LOSSLESS = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF})
_FRAME_HEAD = 16
_MOST_SEGMENTS = 1 << 16
"""Segments of a JPEG before its pixels, and bytes of junk between them; the longest metadata take some thousand."""
_MOST_CHUNKS = 1 << 16
"""Chunks of a WebP; an animation has one for each picture."""

_JXL = (b"\xff\x0a", b"\0\0\0\x0cJXL ")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BIG_TIFF = 43
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})

_OTHERS = (
    (b"II*\0\x10\0\0\0CR", "a Canon raw file"),
    (b"IIU\0", "a Panasonic raw file"),
    (b"IIRO", "an Olympus raw file"),
    (b"FUJIFILMCCD-RAW", "a Fujifilm raw file"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000"),
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"\x89PNG\r\n\x1a\n", "a PNG made for iOS only"),
    (b"<?xml", "XML text"),
    (b"<svg", "an SVG"),
    (b"<!DOCTYPE", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
)
_BRANDS = {b"crx ": "a Canon raw file", b"avci": "an AVC picture", b"jxs ": "a JPEG XS"}


def identify(head: bytes) -> str | None:
    """Return Pillow's name of the picture format that begins with `head`, or None.

    The signatures are those of ISO/IEC 10918-1 (JPEG), the PNG and WebP container specifications, ISO/IEC 18181-2
    (JPEG XL), TIFF 6.0, GIF 89a, and the brands of ISO/IEC 23008-12 (HEIF) and of the AV1 Image File Format.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] != b"CgBI":
        return "PNG"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(_JXL):
        return "JXL"
    if head.startswith(_TIFF) and head[8:10] != b"CR":
        return "TIFF"
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return _identify_brands(head)


def _identify_brands(head: bytes) -> str | None:
    if head[4:8] != b"ftyp" or head[8:12] in _BRANDS:
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[start : start + 4] for start in range(16, end - 3, 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    if brands & {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}:
        return "HEIF"
    return None


def describe(head: bytes) -> str:
    """Return in a few words what a file is, if `identify` does not know it."""
    for signature, words in _OTHERS:
        if head.startswith(signature):
            return words
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "a video")
    return "something else"


def is_complete(
    file: BinaryIO, picture_format: str, size: int, segments: Sequence[Segment] = ()
) -> bool | None:
    """Return whether the end of a picture file of `size` bytes is there, or None where only decoding could tell.

    The segments are those of a JPEG. The position in the file is moved.
    """
    if picture_format == "JPEG":
        scans = [start for marker, start, _ in segments if marker == START_OF_SCAN]
        if not scans:
            return False
        return _contains(file, _JPEG_END, scans[0], size) or None  # a few programs leave the end marker out
    if picture_format == "PNG":
        if any(kind == b"IEND" for kind, _, _ in png_chunks(file, size)):
            return True
        file.seek(max(0, size - len(_PNG_END)))
        return None if file.read(len(_PNG_END)) == _PNG_END else False  # then there is a hole before it
    if picture_format == "WEBP":
        file.seek(4)
        # Some writers leave out the last pad byte.
        return int.from_bytes(file.read(4), "little") + 8 <= size + 1
    if picture_format in ("HEIF", "AVIF"):
        return _pictures_fit(file, size)
    if picture_format == "TIFF":
        return _tags_fit(file, size)
    return True  # a decoder tells, when the picture is first shown


def odd_jpeg(file: BinaryIO, segments: Iterable[Segment]) -> str | None:
    """Return in a few words what makes a JPEG one that no photo program writes and none here can decode, or None."""
    for marker, start, _ in segments:
        if marker in JPEG_FRAMES:
            file.seek(start)
            precision = file.read(5)[4:]
            if precision and precision[0] != 8:
                return f"a JPEG with {precision[0]} bits per colour"
            return "a lossless JPEG" if marker in _LOSSLESS else None
    return None


def webp_chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, position and length of the data of each chunk, those of an animation's first picture too."""
    position, has_frame = 12, False
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        yield kind, position + 8, min(length, size - position - 8)
        if kind == b"ANMF" and not has_frame:
            has_frame = True
            position += 8 + _FRAME_HEAD
        else:
            position += 8 + length + length % 2


def jpeg_segments(file: BinaryIO) -> Iterator[Segment]:
    """Yield marker, position and length, both with the marker, of each segment up to the first scan, with that.

    From there on an end marker cannot occur by chance.
    """
    position = 2
    for _ in range(_MOST_SEGMENTS):
        file.seek(position)
        head = file.read(4)
        if len(head) < 4:
            return
        if head[0] != 0xFF or head[1] == 0xFF:  # junk or padding between segments, which decoders skip too
            position += 1
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
        if file.read(stop - begin + len(end_mark) - 1).rfind(end_mark) >= 0:
            return True
        stop = begin
    return False


def _tags_fit(file: BinaryIO, size: int) -> bool:
    """Return whether the first tags of a TIFF lie within it; most programs write them after the pixels."""
    file.seek(0)
    head = file.read(16)
    order: Literal["little", "big"] = "little" if head[:1] == b"I" else "big"
    is_big = int.from_bytes(head[2:4], order) == _BIG_TIFF
    return int.from_bytes(head[8:16] if is_big else head[4:8], order) < size


def _pictures_fit(file: BinaryIO, size: int) -> bool | None:
    """Return whether every picture of an ISO base media file lies within it.

    Anything may follow them: phones append data that is not in boxes.
    """
    try:
        items = read_items(file, size)
    except (ValueError, IndexError, struct.error):
        return None
    if items.coded:
        return items.end <= size
    return all(end <= size for _, _, end in top_boxes(file, size))
