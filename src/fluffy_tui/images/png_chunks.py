"""The chunks of a PNG file, and a view of it without texts that are not needed and may be bombs."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, cast

from PIL import PngImagePlugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

MOST_TEXT = 16 << 20
"""Bytes of a text or profile; editors write histories and profiles of megabytes."""
PngImagePlugin.MAX_TEXT_CHUNK = MOST_TEXT

_SUSPICIOUS = MOST_TEXT // 1032
"""Compressed bytes from which a chunk may unpack to more than that."""
_MOST_CHUNK = 1 << 20
_MOST_CHUNKS = 1 << 18
"""Chunks of a file; most programs cut the pixels into chunks of 8 kB and more, so this is 2 GB."""
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_NOT_SHOWN = _TEXTS | {b"tIME", b"pHYs", b"bKGD", b"hIST", b"sPLT"}
"""Chunks that change neither the colours of the pixels nor which side is up."""
_PIXELS = b"IDAT"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP = b"XML:com.adobe.xmp\0"


def png_chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, position and length of the data of each chunk that lies within the file, up to the last."""
    position = 8
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        head = file.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if position + 12 + length > size or not kind.isalpha():  # zeros that a download has reserved
            return
        yield kind, position + 8, length
        if kind == b"IEND":
            return
        position += 12 + length


def png_chunk(file: BinaryIO, size: int, wanted: bytes) -> bytes | None:
    """Return the content of the first chunk of a kind, or None if it is damaged; only eXIf may follow the pixels."""
    for kind, position, length in png_chunks(file, size):
        if kind == _PIXELS and wanted != b"eXIf":
            return None
        if kind == wanted and length <= _MOST_CHUNK:
            file.seek(position)
            content = file.read(length + 4)
            data, checksum = content[:length], content[length:]
            return data if zlib.crc32(wanted + data).to_bytes(4, "big") == checksum else None
    return None


def png_xmp(file: BinaryIO) -> bytes:
    """Return the XMP packet of a PNG, up to `MOST_TEXT`; nothing for another file."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if file.read(8) != _SIGNATURE:
        return b""
    for kind, position, length in png_chunks(file, size):
        if kind != b"iTXt":
            continue
        file.seek(position)
        if file.read(len(_XMP)) == _XMP:
            is_packed = file.read(1) == b"\1"
            packet = _text_of(file.read(min(length - len(_XMP) - 1, MOST_TEXT + _MOST_CHUNK)))[:MOST_TEXT]
            if not is_packed:
                return packet
            try:
                return zlib.decompressobj().decompress(packet, MOST_TEXT)
            except zlib.error:
                return b""
    return b""


def _text_of(international: bytes) -> bytes:
    """Return the text of an iTXt chunk, given what follows its keyword and flag."""
    return international[1:].split(b"\0", 2)[-1]


def without_bombs(file: BinaryIO, size: int) -> BinaryIO:
    """Return the file in a form that Pillow accepts: without long texts that are not needed, or may be bombs.

    Pillow refuses a picture for damage in any text, which says nothing about its pixels.
    """
    pieces, start = [], 0
    for kind, position, length in png_chunks(file, size):
        if (length > _SUSPICIOUS and _is_bomb(file, kind, position, length)) or (
            kind in _NOT_SHOWN and _is_damaged(file, kind, position, length)
        ):
            pieces.append((start, position - 8))
            start = position + length + 4
    if not pieces:
        return file
    return cast("BinaryIO", io.BufferedReader(_Spliced(file, [*pieces, (start, size)])))


def _is_damaged(file: BinaryIO, kind: bytes, position: int, length: int) -> bool:
    file.seek(position)
    checksum = zlib.crc32(file.read(length), zlib.crc32(kind))
    return file.read(4) != checksum.to_bytes(4, "big")


def _is_bomb(file: BinaryIO, kind: bytes, position: int, length: int) -> bool:
    """Return whether a profile or XMP packet is longer than Pillow takes; other texts this long are not needed."""
    if kind not in (b"iCCP", b"iTXt"):
        return kind in _TEXTS
    file.seek(position)
    keyword, end, data = file.read(length).partition(b"\0")
    if kind == b"iTXt":
        if keyword + end != _XMP:
            return True
        if data[:1] == b"\0":  # not compressed
            return len(data) > MOST_TEXT
        data = _text_of(data[1:])
    stream = zlib.decompressobj()
    try:
        stream.decompress(data[1 if kind == b"iCCP" else 0 :], MOST_TEXT)
    except zlib.error:
        return True
    return bool(stream.unconsumed_tail)


class _Spliced(io.RawIOBase):
    """Parts of a file, read as if nothing lay between them."""

    def __init__(self, file: BinaryIO, pieces: list[tuple[int, int]]) -> None:
        self._file = file
        self._pieces = pieces
        self._size = sum(end - start for start, end in pieces)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = (
            offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        )
        return self._position

    def readinto(self, target: WriteableBuffer) -> int:
        view = memoryview(target)
        skipped = 0
        for start, end in self._pieces:
            inside = self._position - skipped
            if inside < end - start:
                self._file.seek(start + inside)
                data = self._file.read(min(len(view), end - start - inside))
                view[: len(data)] = data
                self._position += len(data)
                return len(data)
            skipped += end - start
        return 0
