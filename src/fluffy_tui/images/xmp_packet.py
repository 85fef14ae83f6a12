"""Finds the XMP in a picture file, what other programs note in it: read with its header, without decoding a pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.images.iso_boxes import top_boxes
from fluffy_tui.images.png_chunks import png_xmp

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL import Image

MOST_XMP = 8 << 20
"""Bytes of a packet; the longest that hold more than pictures or depth maps are the histories of editors."""

_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
_DIGEST_END = len(_EXTENSION) + 32
_HEAD_END = _DIGEST_END + 8


def xmp_packets(picture: Image.Image, file: BinaryIO, size: int) -> tuple[bytes, ...]:
    """Return the XMP packets of an opened picture, the main one first; without those that are too long.

    A JPEG segment holds 64 kB. What does not fit is in an extension, a packet of its own in pieces.
    """
    main = picture.info.get("xmp")
    if picture.format == "PNG" and not main:
        main = png_xmp(file)  # after the pixels
    if picture.format == "JXL":
        main = _boxed(file, size)
    if isinstance(main, str):
        main = main.encode()
    if not isinstance(main, bytes) or not main:
        return ()
    found = (main, _extension(picture, main))
    return tuple(packet for packet in found if 0 < len(packet) <= MOST_XMP)


def _boxed(file: BinaryIO, size: int) -> bytes:
    """Return the XMP of a JPEG XL file in boxes, unless they hold it compressed."""
    for kind, start, end in top_boxes(file, size):
        if kind == b"xml " and end <= size and end - start <= MOST_XMP:
            file.seek(start)
            return file.read(end - start)
    return b""


def _extension(picture: Image.Image, main: bytes) -> bytes:
    """Return the extended XMP of a JPEG that its main packet names by its digest; nothing if a piece is missing."""
    pieces = {}
    for marker, data in getattr(picture, "applist", ()):
        if marker == "APP1" and data.startswith(_EXTENSION) and len(data) > _HEAD_END:
            digest, length = (
                data[len(_EXTENSION) : _DIGEST_END],
                int.from_bytes(data[_DIGEST_END:][:4], "big"),
            )
            if digest in main and length <= MOST_XMP:
                pieces[int.from_bytes(data[_DIGEST_END + 4 : _HEAD_END], "big")] = data[_HEAD_END:]
    joined = b""
    for offset in sorted(pieces):
        if offset != len(joined):
            return b""
        joined += pieces[offset]
    return joined
