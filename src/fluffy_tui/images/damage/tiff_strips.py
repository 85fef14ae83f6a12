"""Whether the strips or tiles of a TIFF are whole, where their compression can tell: libtiff looks at no checksum.

LZW, PackBits and fax have none. But they write what is equal only once, with how often it comes, so what a disk or a
download has left empty cannot be their data.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from PIL import Image

_COMPRESSION, _FILL_ORDER, _JPEG_TABLES = 259, 266, 347
_PLACES = ((273, 279), (324, 325))
"""The tags with the positions and lengths of strips, and of tiles."""
_NONE, _OLD_JPEG, _JPEG, _DEFLATE = 1, 6, 7, (8, 32946)
_SECTOR = bytes(512)
_PIECE = 1 << 20
_MARKER = 2


def are_whole(picture: Image.Image, file: BinaryIO) -> bool:
    """Return whether all strips or tiles of the first page decode without a complaint.

    Raises:
        zlib.error, ValueError: a strip does not.
    """
    tags = picture.tag_v2  # type: ignore[attr-defined]
    compression = tags.get(_COMPRESSION)
    if compression in _DEFLATE and tags.get(_FILL_ORDER, 1) == 1:
        is_sound: Callable[[bytes], bool] = _inflates
    elif compression == _JPEG:
        tables = bytes(tags.get(_JPEG_TABLES, b""))

        def is_sound(strip: bytes) -> bool:
            return _is_jpeg(tables[:-_MARKER] + strip[_MARKER:] if tables else strip)
    elif compression in (_NONE, _OLD_JPEG):
        return True
    else:

        def is_sound(strip: bytes) -> bool:
            return _SECTOR not in strip

    return all(is_sound(strip) for strip in _strips(tags, file))


def _strips(tags: Image.Exif, file: BinaryIO) -> Iterator[bytes]:
    for at, length in _PLACES:
        for position, size in zip(tags.get(at, ()), tags.get(length, ()), strict=True):
            if size:  # a sparse tile is left out
                file.seek(position)
                yield file.read(size)


def _inflates(strip: bytes) -> bool:
    """Return whether the data end, with the right checksum; raises `zlib.error` where they are wrong."""
    stream = zlib.decompressobj()
    stream.decompress(strip, _PIECE)
    while stream.unconsumed_tail:
        stream.decompress(stream.unconsumed_tail, _PIECE)
    return stream.eof


def _is_jpeg(content: bytes) -> bool:
    """Return True; raises `ValueError` for what libjpeg warns of."""
    import simplejpeg

    colors = simplejpeg.decode_jpeg_header(content)[2]
    simplejpeg.decode_jpeg(content, colorspace="CMYK" if colors in ("CMYK", "YCCK") else "GRAY", strict=True)
    return True
