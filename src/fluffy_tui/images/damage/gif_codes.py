"""Whether the codes of a GIF's first picture give as many pixels as it has: the format has no checksums."""

from __future__ import annotations

from typing import BinaryIO

_EXTENSION, _PICTURE = 0x21, 0x2C
_HAS_COLORS, _COLORS = 0x80, 7
_MOST_CODES, _MOST_BITS = 4096, 12
_MOST_BYTES = 64 << 20


def fills_picture(file: BinaryIO) -> bool:
    """Return whether the first picture's codes give exactly its pixels; the position in the file is moved.

    Raises:
        IndexError: the file ends too early.
    """
    file.seek(10)
    _skip_colors(file, file.read(3)[0])
    while (kind := file.read(1)[0]) == _EXTENSION:
        file.read(1)
        _blocks(file)
    if kind != _PICTURE:
        return False
    place = file.read(9)
    _skip_colors(file, place[8])
    bits = file.read(1)[0]
    pixels = int.from_bytes(place[4:6], "little") * int.from_bytes(place[6:8], "little")
    return bits < _MOST_BITS and _pixels(_blocks(file), bits) == pixels


def _skip_colors(file: BinaryIO, flags: int) -> None:
    if flags & _HAS_COLORS:
        file.read(3 << ((flags & _COLORS) + 1))


def _blocks(file: BinaryIO) -> bytes:
    joined = bytearray()
    while (length := file.read(1)[0]) and len(joined) < _MOST_BYTES:
        joined += file.read(length)
    return bytes(joined)


def _pixels(data: bytes, bits: int) -> int | None:
    """Return how many pixels the codes stand for, or None for a code that no encoder writes there (GIF 89a, F)."""
    clear = 1 << bits
    lengths = [1] * clear + [0, 0]  # of the row of pixels for which each code stands
    width, previous, pixels = bits + 1, 0, 0
    buffer = held = 0
    for byte in data:
        buffer |= byte << held
        held += 8
        while held >= width:
            code = buffer & ((1 << width) - 1)
            buffer >>= width
            held -= width
            if code == clear:
                del lengths[clear + 2 :]
                width, previous = bits + 1, 0
                continue
            if code == clear + 1:
                return pixels
            if code < len(lengths):
                length = lengths[code]
            elif code == len(lengths) and previous:
                length = previous + 1
            else:
                return None
            pixels += length
            if previous and len(lengths) < _MOST_CODES:
                lengths.append(previous + 1)
                if len(lengths) == 1 << width and width < _MOST_BITS:
                    width += 1
            previous = length
    return pixels
