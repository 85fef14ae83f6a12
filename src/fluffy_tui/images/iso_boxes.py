"""The boxes of a HEIC or AVIF file: where its coded pictures lie, and which colours their numbers mean."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

_MOST_META = 16 << 20
"""Bytes of a description; that of a grid of a thousand tiles takes some 60,000."""

_MOST_BOXES = 10_000
_MOST_PIECES = 100_000

_CODED = frozenset({b"hvc1", b"av01"})
_IN_FILE = 0


class CodedPicture(NamedTuple):
    """An HEVC or AV1 picture of a file: what is shown, one of its tiles, its alpha or its thumbnail."""

    pieces: list[tuple[int, int]]
    """Position and length of each."""
    configuration: bytes = b""
    """The content of its `hvcC` box; empty for AV1."""
    is_shown: bool = True
    """Whether it is part of the file's main picture, not a thumbnail, a depth map or another view."""


class Nclx(NamedTuple):
    """Colours by their numbers in ITU-T H.273."""

    primaries: int
    transfer: int


@dataclass(slots=True)
class Items:
    """What a file's description says about its items."""

    coded: list[CodedPicture] = field(default_factory=list)
    nclx: Nclx | None = None
    """The colours of the picture that is shown."""

    @property
    def end(self) -> int:
        """The first position after all pictures."""
        return max((start + length for one in self.coded for start, length in one.pieces), default=0)


def read_items(file: BinaryIO, size: int) -> Items:
    """Read where the pictures of a file of `size` bytes lie; empty where it has no description.

    Raises:
        ValueError, IndexError, struct.error: the description is damaged.
    """
    for kind, start, end in top_boxes(file, size):
        if kind == b"meta" and end <= size and end - start <= _MOST_META:
            file.seek(start + 4)
            return _items(file.read(end - start - 4), size)
    return Items()


def top_boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the content of each box, up to what is no box; the last may end beyond the file."""
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
    inside = {kind: (start, end) for kind, start, end in _boxes(meta, *boxes.get(b"iprp", (0, 0)))}
    properties = [(kind, meta[start:end]) for kind, start, end in _boxes(meta, *inside.get(b"ipco", (0, 0)))]
    owned = _associated(meta, *inside[b"ipma"]) if b"ipma" in inside else {}
    configurations = {number: data for number, (kind, data) in enumerate(properties, 1) if kind == b"hvcC"}
    found = Items()
    main = _main(meta, *boxes.get(b"pitm", (0, 0)))
    alphas = {
        number
        for number, (kind, data) in enumerate(properties, 1)
        if kind == b"auxC" and (b":alpha" in data or b":auxid:1" in data)
    }
    transparent = {item for item, numbers in owned.items() if alphas.intersection(numbers)}
    shown = _shown(meta, *boxes.get(b"iref", (0, 0)), main, transparent)
    kinds = _kinds(meta, *boxes.get(b"iinf", (0, 0)))
    for item, pieces in _places(meta, *boxes.get(b"iloc", (0, 0))):
        if kinds.get(item) in _CODED and pieces:
            own = next((number for number in owned.get(item, ()) if number in configurations), 0)
            placed = [(start, length or size - start) for start, length in pieces]
            configuration = configurations.get(own, b"")
            found.coded.append(CodedPicture(placed, configuration, main is None or item in shown))
    if main is not None and owned:
        found.nclx = _colors(properties, owned.get(main, []))
    return found


def _main(data: bytes, start: int, end: int) -> int | None:
    """Read a `pitm` box: the item that is the file's main picture."""
    if start >= end:
        return None
    (item,) = struct.unpack_from(">I" if data[start] else ">H", data, start + 4)
    return int(item)


def _shown(data: bytes, start: int, end: int, main: int | None, transparent: set[int]) -> set[int]:
    """Read an `iref` box: the items that the main picture is made of, those with its transparency included."""
    made_of: dict[int, list[int]] = {}
    for kind, place, stop in _boxes(data, start + 4, end) if start < end else ():
        reader, wide = _Reader(data[:stop], place), 4 if data[start] else 2
        item = reader.number(wide)
        others = [reader.number(wide) for _ in range(reader.number(2))]
        if kind == b"dimg":
            made_of.setdefault(item, []).extend(others)
        elif kind == b"auxl" and item in transparent:
            for other in others:
                made_of.setdefault(other, []).append(item)
    shown: set[int] = set()
    waiting = [] if main is None else [main]
    while waiting:
        part = waiting.pop()
        if part not in shown:
            shown.add(part)
            waiting += made_of.get(part, ())
    return shown


def _colors(properties: list[tuple[bytes, bytes]], own: list[int]) -> Nclx | None:
    """Return the colours of the main picture; of a grid whose tiles alone have some, those of the first tile."""
    colors = {
        number: Nclx(*struct.unpack_from(">HH", data, 4))
        for number, (kind, data) in enumerate(properties, 1)
        if kind == b"colr" and data[:4] == b"nclx"
    }
    first = next((number for number in own if number in colors), min(colors, default=0))
    return colors.get(first)


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
