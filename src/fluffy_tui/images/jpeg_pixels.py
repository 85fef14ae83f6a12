"""The pixels of a JPEG, strictly: what libjpeg only warns of, and Pillow passes over, is damage here."""

from __future__ import annotations

import re
from typing import BinaryIO

from PIL import Image

from fluffy_tui.images.damage import jpeg_scans
from fluffy_tui.images.file_format import JPEG_FRAMES, START_OF_SCAN, jpeg_segments

_START_OF_IMAGE = b"\xff\xd8"
_SCAN = b"\xff\xda"
_END_OF_IMAGE = b"\xff\xd9"
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_JFIF, _ADOBE, _COMMENT = 0xE0, 0xEE, 0xFE
_COLOR_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}

_HARMLESS = "Invalid SOS parameters for sequential JPEG"
"""Some phones write these parameters, and every decoder ignores them."""

_STRAY = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
"""Some cameras pad their data. As libjpeg keeps its last warning only, the pictures are decoded again without the pad,
to see whether there was another one. A pad longer than this may be what is left of a hole in the data."""
_MOST_STRAY = 16

_MOST_BYTES = 1 << 29
"""Bytes of a file that are read; the largest pictures, and films after a picture, are shorter."""

MOST_SCANS = 200
"""Passes over a progressive picture; programs that try every way to save a byte write some sixty."""


class TooManyScans(ValueError):
    """Decoding would pass over the picture again and again: a few megabytes could take hours."""


def has_many_scans(file: BinaryIO) -> bool:
    """Return whether a JPEG is decoded in several passes: it is progressive, or its colours are stored apart."""
    colors = 0
    for marker, start, _ in jpeg_segments(file):
        file.seek(start)
        head = file.read(10)
        if marker in JPEG_FRAMES:
            if marker in _PROGRESSIVE:
                return True
            colors = head[9]
        elif marker == START_OF_SCAN:
            return head[4] < colors
    return False


def jpeg_pixels(
    file: BinaryIO, mode: str, size: tuple[int, int], eighths: int, *, has_end: bool, strict: bool
) -> Image.Image:
    """Decode a JPEG whole, or raise.

    Args:
        file: Open for reading; its position is moved.
        mode: L, RGB or CMYK, as Pillow reads it from the header.
        size: Width and height of the whole picture.
        eighths: How many eighths of both are decoded: 1 to 8.
        has_end: Whether there is an end marker. A few programs leave it out; libjpeg then warns of a picture that is
            not whole only if it is given one.
        strict: Whether to raise for damaged data, as far as anything can be made of them at all.

    Raises:
        TooManyScans: it would take too long.
        ValueError: the data are damaged.
    """
    end = b"" if has_end else _END_OF_IMAGE
    if has_many_scans(file) and _scans(_without_metadata(file)) > MOST_SCANS:
        raise TooManyScans
    file.seek(0)
    if not strict:
        return _decode(file.read(_MOST_BYTES) + end, mode, size, eighths, strict=False)
    content = file.read(_MOST_BYTES) + end
    if jpeg_scans.have_hole(content):
        raise ValueError("the coded data have a hole")
    try:
        return _decode(content, mode, size, eighths)
    except ValueError:
        content = _without_metadata(file) + end
    try:
        return _decode(content, mode, size, eighths)
    except ValueError as error:
        stray = _STRAY.search(str(error))
        stop = content.find(_END_OF_IMAGE, content.find(_SCAN))
        if stray is None or int(stray[1]) > _MOST_STRAY:
            raise
        return _decode(content[: stop - int(stray[1])] + _END_OF_IMAGE, mode, size, eighths)


def _scans(content: bytes) -> int:
    first = content.find(_SCAN)
    return content.count(_SCAN, first, content.find(_END_OF_IMAGE, first))


def _without_metadata(file: BinaryIO) -> bytes:
    """Return what is needed of a file; libjpeg warns of a damaged profile as of damaged pixels."""
    segments = [segment for segment in jpeg_segments(file) if not _is_metadata(segment[0])]
    pieces = [_START_OF_IMAGE]
    for marker, start, length in segments:
        file.seek(start)
        pieces.append(file.read(_MOST_BYTES if marker == START_OF_SCAN else length))
    return b"".join(pieces)


def _is_metadata(marker: int) -> bool:
    """Return whether a segment has no influence on the pixels, as JFIF's and Adobe's have."""
    return marker == _COMMENT or (0xE0 <= marker <= 0xEF and marker not in (_JFIF, _ADOBE))


def _decode(
    content: bytes, mode: str, size: tuple[int, int], eighths: int, *, strict: bool = True
) -> Image.Image:
    import numpy as np
    import simplejpeg

    width, height = (-(-side * eighths // 8) for side in size)
    options = {"colorspace": _COLOR_SPACES[mode], "min_width": width, "min_height": height}
    try:
        values = simplejpeg.decode_jpeg(content, **options, strict=strict)
    except ValueError as error:
        if _HARMLESS not in str(error):
            raise
        values = simplejpeg.decode_jpeg(content, **options, strict=False)
    if mode == "CMYK":  # stored as light, not as ink, by convention of Adobe's
        np.invert(values, out=values)
    return Image.fromarray(values[:, :, 0] if mode == "L" else values, mode)
