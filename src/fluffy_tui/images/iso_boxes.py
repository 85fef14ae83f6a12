"""The boxes of a HEIC or AVIF file: where its coded pictures lie, and which colours their numbers mean."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_MOST_META = 16 << 20
"""Bytes of a description; that of a grid of a thousand tiles takes some 60,000."""

_MOST_BOXES = 10_000
_MOST_PIECES = 100_000

_CODED = frozenset({b"hvc1", b"av01"})
_IN_FILE = 0


class Nclx(NamedTuple):
    """Colours by their numbers in ITU-T H.273."""

    primaries: int
    transfer: int


@dataclass(slots=True)
class Items:
    """What a file's description says of its items."""

    coded: list[list[tuple[int, int]]] = field(default_factory=list)
    """Position and length of every piece of each HEVC or AV1 picture: tiles, alpha and thumbnails too."""
    nclx: Nclx | None = None
    """Of the picture that is shown."""
    length_size: int = 4
    """Bytes before each unit of HEVC data that say how long it is."""

    @property
    def end(self) -> int:
        """The first position behind all pictures."""
        return max((start + length for pieces in self.coded for start, length in pieces), default=0)


def read_items(file: BinaryIO, size: int) -> Items:
    """Read where the pictures of a file lie; empty where it has no description.

    Args:
        file: Open for reading; its position is moved.
        size: Of the file, in bytes.

    Raises:
        ValueError, IndexError, struct.error: the description is damaged.
    """
    for kind, start, end in top_boxes(file, size):
        if kind == b"meta" and end <= size and end - start <= _MOST_META:
            file.seek(start + 4)
            return _items(file.read(end - start - 4), size)
    return Items()


def top_boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the content of each box, up to what is no box; the last may end behind the file."""
    position = 0
    for _ in range(_MOST_BOXES):
        file.seek(position)
        head = file.read(16)
        length, kind, start = int.from_bytes(head[:4], "big"), head[4:8], position + 8
        if length == 1:
            length, start = int.from_bytes(head[8:16], "big"), position + 16
        if length == 0:
            length = size - position
        if length < start - position or position >= size:
            return
        yield kind, start, position + length
        position += length


def _items(meta: bytes, size: int) -> Items:
    boxes = {kind: (start, end) for kind, start, end in _boxes(meta, 0, len(meta))}
    found = Items()
    kinds = _kinds(meta, *boxes.get(b"iinf", (0, 0)))
    for item, pieces in _places(meta, *boxes.get(b"iloc", (0, 0))):
        if kinds.get(item) in _CODED and pieces:
            found.coded.append([(start, length or size - start) for start, length in pieces])
    if b"iprp" in boxes:
        _read_properties(meta, boxes, found)
    return found


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        length = int.from_bytes(data[start : start + 4], "big")
        if length < 8 or start + length > end:
            return
        yield data[start + 4 : start + 8], start + 8, start + length
        start += length


def _kinds(data: bytes, start: int, end: int) -> dict[int, bytes]:
    """Read an `iinf` box: the kind of each item."""
    kinds: dict[int, bytes] = {}
    if start < end:
        first = start + (6 if data[start] == 0 else 8)
        for _, entry, _ in _boxes(data, first, end):
            wide = data[entry] >= 3
            (item,) = struct.unpack_from(">I" if wide else ">H", data, entry + 4)
            kind = entry + (10 if wide else 8)
            kinds[item] = data[kind : kind + 4]
    return kinds


def _places(data: bytes, start: int, end: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Read an `iloc` box: the pieces of each item that lie in the file itself."""
    if start >= end:
        return
    reader = _Reader(data, start)
    version = reader.number(4) >> 24
    sizes = reader.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    left = _MOST_PIECES  # they may take no bytes at all
    for _ in range(reader.number(wide)):
        item = reader.number(wide)
        method = reader.number(2) & 15 if version else _IN_FILE
        reader.number(2)
        base = reader.number(base_size)
        pieces = []
        left -= (count := reader.number(2))
        if left < 0:
            raise ValueError("too many pieces")
        for _ in range(count):
            reader.number(index_size)
            pieces.append((base + reader.number(offset_size), reader.number(length_size)))
        yield item, pieces if method == _IN_FILE else []


def _read_properties(data: bytes, boxes: dict[bytes, tuple[int, int]], found: Items) -> None:
    """Read the colours of the main picture; of a grid whose tiles alone have some, those of the first tile."""
    inside = {kind: (start, end) for kind, start, end in _boxes(data, *boxes[b"iprp"])}
    properties = list(_boxes(data, *inside.get(b"ipco", (0, 0))))
    colors = {
        number: Nclx(*struct.unpack_from(">HH", data, start + 4))
        for number, (kind, start, _) in enumerate(properties, 1)
        if kind == b"colr" and data[start : start + 4] == b"nclx"
    }
    for kind, start, _ in properties:
        if kind == b"hvcC":
            found.length_size = (data[start + 21] & 3) + 1
    if colors and b"pitm" in boxes and b"ipma" in inside:
        start, _ = boxes[b"pitm"]
        (main,) = struct.unpack_from(">I" if data[start] else ">H", data, start + 4)
        own = [number for number in _associated(data, *inside[b"ipma"]).get(main, ()) if number in colors]
        found.nclx = colors[own[0] if own else min(colors)]


def _associated(data: bytes, start: int, end: int) -> dict[int, list[int]]:
    """Read an `ipma` box: the numbers of each item's properties."""
    reader = _Reader(data, start)
    head = reader.number(4)
    wide_item, wide_number = 4 if head >> 24 else 2, 2 if head & 1 else 1
    found = {}
    for _ in range(reader.number(4)):
        item = reader.number(wide_item)
        mask = 0x7FFF if wide_number == 2 else 0x7F
        found[item] = [reader.number(wide_number) & mask for _ in range(reader.number(1))]
    return found


class _Reader:
    """Big-endian numbers, one after the other."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def number(self, size: int) -> int:
        piece = self._data[self._position : self._position + size]
        if len(piece) < size:
            raise ValueError("the box ends too early")
        self._position += size
        return int.from_bytes(piece, "big")
