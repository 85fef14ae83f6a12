"""Finds damage that decoders silently ignore: wrong checksums, misread data, and holes as bad cards leave.

Entropy-coded data look like noise, so how long a run of equal bytes can be in them is known for every format. In
uncompressed formats it can only be known whether all of their bytes are there.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from fluffy_tui.images.damage import av1_stream, gif_codes, hevc_stream, tiff_strips, webp_stream
from fluffy_tui.images.file_format import webp_chunks
from fluffy_tui.images.iso_boxes import CodedPicture, read_items
from fluffy_tui.images.png_chunks import png_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from PIL import Image

_PIECE = 1 << 20
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})

_DEFLATE_HOLE = bytes(64)
"""Drawings may have as many zeros, so this is only a reason to look closer."""
_HEVC_NEVER = bytes(3)
"""What cannot occur within a unit of HEVC data (ITU-T H.265, 7.4.2): the encoder puts a 3 between."""
_HEVC_FILLER = b"\x4c"
"""Begins a unit of ones without a meaning (table 7-1, FD_NUT): some cameras fill their data up to whole sectors."""
_MOST_PAD = 8
"""Zeros that some programs leave after a unit."""
_ERASED = b"\xff" * 64
"""Flash memory that was erased and not written again; no format has such runs."""
_VP8_HOLE = 64
_VP8_PIXELS_A_ZERO = 5_000
"""Pictures of a single colour have a zero for every 10,000 pixels."""
_WEBP_ANIMATION = 2
"""The flag of an extended header by which the pictures are in frames, which libwebp's decoder refuses."""


def is_whole(picture: Image.Image, file: BinaryIO, size: int) -> bool:
    """Return whether the coded data of a picture are as they were written, as far as that can be told.

    The picture is not loaded. The position in its file of `size` bytes is moved.

    Raises:
        ValueError, IndexError, struct.error, zlib.error: the structure of the file is damaged.
    """
    match picture.format:
        case "PNG":
            return _is_png(file, size)
        case "WEBP":
            return all(
                webp_stream.is_used_up(kind, data) for kind, data, _ in _webp_data(picture, file, size)
            )
        case "HEIF":
            return _is_heif(file, size)
        case "AVIF":
            return all(
                av1_stream.decodes(_joined(file, one)) for one in read_items(file, size).coded if one.is_shown
            )
        case "GIF":
            return gif_codes.fills_picture(file)
        case "TIFF":
            return tiff_strips.are_whole(picture, file)
    return True


def _is_png(file: BinaryIO, size: int) -> bool:
    """Return whether the checksums are right; that of the whole pixel data where a hole makes it worth the time."""
    has_hole = False
    for kind, start, length in png_chunks(file, size):
        if kind in _CRITICAL:
            checksum = zlib.crc32(kind)
            for piece in _pieces(file, start, length):
                checksum = zlib.crc32(piece, checksum)
                has_hole = has_hole or (kind == b"IDAT" and _DEFLATE_HOLE in piece)
            if file.read(4) != checksum.to_bytes(4, "big"):
                return False
    return not has_hole or _inflates(file, size)


def _inflates(file: BinaryIO, size: int) -> bool:
    """Return whether the compressed pixels end where they should; raises `zlib.error` where they are wrong."""
    stream = zlib.decompressobj()
    for kind, start, length in png_chunks(file, size):
        if kind == b"IDAT":
            for piece in _pieces(file, start, length):
                stream.decompress(piece, _PIECE)
                while stream.unconsumed_tail:
                    stream.decompress(stream.unconsumed_tail, _PIECE)
    return stream.eof


def _pieces(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    file.seek(start)
    while length > 0 and (piece := file.read(min(length, _PIECE))):
        yield piece
        length -= len(piece)


def still_webp(
    picture: Image.Image, file: BinaryIO, size: int, *, is_known_whole: bool
) -> Image.Image | None:
    """Return the pixels of a WebP, decoded so that damage is seen; None for an animation, even of one picture.

    Args:
        picture: Opened, but not loaded.
        file: Open for reading; its position is moved.
        size: Of the file, in bytes.
        is_known_whole: Whether nobody has to look for damage.

    Raises:
        ValueError: the data are damaged.
    """
    if _read(file, 12, 4) == b"VP8X" and _read(file, 20, 1)[0] & _WEBP_ANIMATION:
        return None
    ends = [size] if is_known_whole else [end for _, _, end in _webp_data(picture, file, size)]
    if len(ends) != 1:
        return None
    content = _read(file, 0, size)
    return webp_stream.decoded(content, ends[0], picture.mode, picture.size, is_known_whole=is_known_whole)


def _webp_data(picture: Image.Image, file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the kind of the chunks that are pictures, their data, and where in the file these end.

    Raises:
        ValueError: the data have a hole.
    """
    hole = bytes(_VP8_HOLE + picture.width * picture.height // _VP8_PIXELS_A_ZERO)
    for kind, start, length in webp_chunks(file, size):
        if kind in (b"VP8 ", b"VP8L"):
            data = _read(file, start, length)
            if kind == b"VP8 " and (hole in data or _ERASED in data):
                raise ValueError("the coded data have a hole")
            yield kind, data, start + length


def _is_heif(file: BinaryIO, size: int) -> bool:
    """Return whether all parts of the main picture are whole units of data that decode without a complaint."""
    parts = [(one.configuration, _joined(file, one)) for one in read_items(file, size).coded if one.is_shown]
    return all(_are_units(*part) for part in parts) and hevc_stream.all_decode(parts)


def _are_units(configuration: bytes, data: bytes) -> bool:
    """Return whether HEVC data are whole units, each preceded by its length, without a hole."""
    length_size = (configuration[21] & 3) + 1
    position = 0
    while position < len(data):
        start = position + length_size
        position = start + int.from_bytes(data[position:start], "big")
        if position > len(data):
            return False
        if data[start : start + 1] == _HEVC_FILLER:
            continue
        if (
            data.find(_HEVC_NEVER, start, position - _MOST_PAD) >= 0
            or data.find(_ERASED, start, position) >= 0
        ):
            return False
    return True


def _joined(file: BinaryIO, picture: CodedPicture) -> bytes:
    return b"".join(_read(file, start, length) for start, length in picture.pieces)


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)
