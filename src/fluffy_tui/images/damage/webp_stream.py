"""Whether all data of a WebP are needed for its picture: what is left over was misread on the way.

The format has no checksums, and libwebp only complains when data are missing at the end.
"""

from __future__ import annotations

import ctypes

from fluffy_tui.images.damage.loaded_library import loaded_library

_NEEDS_MORE = 5
"""libwebp's VP8_STATUS_SUSPENDED."""
_MOST_LEFT = 12
"""Bytes at the end of which no pixel may depend; encoders fill their last word."""


def is_used_up(kind: bytes, data: bytes) -> bool:
    """Return whether the decoder of a `VP8 ` or `VP8L` chunk reads to its end; True where it cannot be asked."""
    library = loaded_library("PIL._webp", "WebPIAppend", "WebPINewDecoder")
    if library is None:
        return True
    length = len(data).to_bytes(4, "little")
    head = b"RIFF" + (len(data) + 12 + len(data) % 2).to_bytes(4, "little") + b"WEBP" + kind + length
    cut = head + data[: max(0, len(data) - _MOST_LEFT)]
    decoder = ctypes.c_void_p(library.WebPINewDecoder(None))
    try:
        return bool(library.WebPIAppend(decoder, cut, ctypes.c_size_t(len(cut))) == _NEEDS_MORE)
    finally:
        library.WebPIDelete(decoder)
