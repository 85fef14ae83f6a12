"""Whether all data of a WebP are needed for its picture: what is left over was misread on the way.

The format has no checksums, and libwebp only complains when data are missing at the end. So a picture is decoded in two
steps, without its last bytes and then with them, and the first one must not be the whole picture.
"""

from __future__ import annotations

import ctypes

from PIL import Image

from fluffy_tui.images.damage.loaded_library import loaded_library

_RGBA = 1
"""libwebp's MODE_RGBA; where the picture is opaque, the fourth byte has no meaning."""
_OK, _NEEDS_MORE = 0, 5
"""libwebp's VP8_STATUS_OK and VP8_STATUS_SUSPENDED."""
_LIBRARY = ("PIL._webp", "WebPIAppend", "WebPINewDecoder", "WebPINewRGB")
_MOST_LEFT = 12
"""Bytes at the end on which no pixel may depend; encoders fill their last word."""


def is_used_up(kind: bytes, data: bytes) -> bool:
    """Return whether the decoder of a `VP8 ` or `VP8L` chunk reads to its end; True where it cannot be asked."""
    library = loaded_library(*_LIBRARY)
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


def decoded(
    file: bytes, end: int, mode: str, size: tuple[int, int], *, is_known_whole: bool
) -> Image.Image | None:
    """Return the pixels of a picture that is no animation; None where the decoder cannot be asked.

    Args:
        file: The whole content.
        end: Where in it the coded data of the picture end.
        mode: RGB or RGBA.
        size: Width and height.
        is_known_whole: Whether nobody has to look for damage.

    Raises:
        ValueError: the data are damaged.
    """
    library = loaded_library(*_LIBRARY)
    if library is None:
        return None
    stride = 4 * size[0]
    length = ctypes.c_size_t(stride * size[1])
    pixels = ctypes.create_string_buffer(length.value)
    decoder = ctypes.c_void_p(library.WebPINewRGB(_RGBA, pixels, length, stride))
    try:
        is_whole = is_known_whole or (
            library.WebPIUpdate(decoder, file, ctypes.c_size_t(end - _MOST_LEFT)) == _NEEDS_MORE
        )
        if not is_whole or library.WebPIUpdate(decoder, file, ctypes.c_size_t(len(file))) != _OK:
            raise ValueError("the coded data are damaged")
    finally:
        library.WebPIDelete(decoder)
    raw = "RGBA" if mode == "RGBA" else "RGBX"
    return Image.frombuffer(mode, size, pixels, "raw", raw, 0, 1)  # type: ignore[arg-type]
