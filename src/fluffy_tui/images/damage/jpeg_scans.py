"""Whether the scans of a JPEG have holes: zeros that a disk has lost decode as some picture, mostly without a warning.

A plain area may be all zeros, too, but only if zeros are the code for "no more coefficients in this block". Where they
are the code for a coefficient, as in the usual tables, whole rows of blocks would have to be equal noise.
"""

from __future__ import annotations

from collections.abc import Iterator

from fluffy_tui.images.file_format import JPEG_FRAMES

_HOLE = bytes(512)
_TABLES, _SCAN, _END = 0xC4, 0xDA, 0xD9
_HUFFMAN_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_NOT_AN_END = frozenset({0x00, 0xFF, *range(0xD0, 0xD8)})
"""What follows an FF within the data of a scan: stuffing, padding and restarts."""
_SYMBOLS_AT = 17
_LENGTHS = 16
_SIZE = 0x0F


def have_hole(content: bytes) -> bool:
    """Return whether a scan has a run of zeros that its codes cannot mean (ITU-T T.81, annexes F and G).

    Raises:
        IndexError, KeyError: the structure of the file is damaged.
    """
    hole = content.find(_HOLE, content.find(bytes((0xFF, _SCAN))))
    if hole < 0:
        return False
    zeros: dict[int, int] = {}
    """The symbol whose code is all zeros, by table."""
    for marker, start, length, end in _segments(content):
        if marker in JPEG_FRAMES and marker not in _HUFFMAN_FRAMES:
            return False
        if marker == _TABLES:
            zeros |= _first_symbols(content[start : start + length])
        if marker == _SCAN:
            hole = content.find(_HOLE, start + length, end)
            if hole >= 0 and _codes_coefficient(content[start : start + length], zeros):
                return True
    return False


def _segments(content: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield marker, position and length of each segment's content, and where the data after it end."""
    position = 2
    while position + 4 <= len(content):
        if content[position] != 0xFF or content[position + 1] == 0xFF:
            position += 1
            continue
        marker = content[position + 1]
        if marker == _END:
            return
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        end = position + 2 + length
        if marker == _SCAN:
            while (end := content.find(b"\xff", end)) >= 0 and content[end + 1] in _NOT_AN_END:
                end += 1 if content[end + 1] == 0xFF else 2
            end = len(content) if end < 0 else end
        yield marker, position + 4, length - 2, end
        position = end


def _first_symbols(tables: bytes) -> dict[int, int]:
    """Return the first symbol of each table by class and number: the shortest code, of zeros alone."""
    found, at = {}, 0
    while at < len(tables):
        count = sum(tables[at + 1 : at + 1 + _LENGTHS])
        found[tables[at]] = tables[at + _SYMBOLS_AT]
        at += _SYMBOLS_AT + count
    return found


def _codes_coefficient(scan: bytes, zeros: dict[int, int]) -> bool:
    """Return whether zeros in this scan are coefficients of some colour's blocks.

    Not so where only the mean of blocks is coded, or what refines an earlier scan: there they may be single bits.
    """
    colors = scan[0]
    last, approximation = scan[2 + 2 * colors : 4 + 2 * colors]
    if last == 0 or approximation >> 4:
        return False
    tables = [0x10 | scan[2 + 2 * color] & 0x0F for color in range(colors)]
    return any(zeros[table] & _SIZE for table in tables)
