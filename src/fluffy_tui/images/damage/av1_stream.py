"""What the decoder of AVIF pictures says about their data when it is strict: Pillow has it ignore most damage.

AV1 has no checksums, but every tile of a picture ends with a mark, a one and zeros (AV1 specification, 8.2.4). After a
changed bit the decoder reads on at a wrong place, and finds no mark where it takes the tile to end.
"""

from __future__ import annotations

import ctypes
import errno
import os

from fluffy_tui.images.damage.loaded_library import loaded_library

_API = 7
"""The version of dav1d's interface to which these fields belong."""
_NO_FILTERS = 0
_STRUCTURE = 1024
"""Bytes; none of dav1d's structures is as large."""


class _Settings(ctypes.Structure):
    _fields_ = (
        ("threads", ctypes.c_int),
        ("most_delay", ctypes.c_int),
        ("applies_grain", ctypes.c_int),
        ("operating_point", ctypes.c_int),
        ("all_layers", ctypes.c_int),
        ("most_pixels", ctypes.c_uint),
        ("allocator", ctypes.c_void_p * 3),
        ("logger", ctypes.c_void_p * 2),
        ("is_strict", ctypes.c_int),
        ("outputs_invisible", ctypes.c_int),
        ("filters", ctypes.c_uint),
        ("frames", ctypes.c_uint),
        ("reserved", ctypes.c_uint8 * 16),
    )


def decodes(data: bytes) -> bool:
    """Return whether AV1 data decode without a complaint; True where the decoder cannot be asked."""
    library = loaded_library("PIL._avif", "dav1d_version_api", "dav1d_data_create")
    if library is None or library.dav1d_version_api() >> 16 != _API:
        return True
    settings = _Settings()
    library.dav1d_default_settings(ctypes.byref(settings))
    settings.threads, settings.most_delay = min(4, os.cpu_count() or 1), 1
    settings.logger[1] = None
    settings.is_strict, settings.filters, settings.applies_grain = 1, _NO_FILTERS, 0
    context = ctypes.c_void_p()
    if library.dav1d_open(ctypes.byref(context), ctypes.byref(settings)):
        return True
    unit = ctypes.create_string_buffer(_STRUCTURE)
    try:
        ctypes.memmove(library.dav1d_data_create(unit, ctypes.c_size_t(len(data))), data, len(data))
        return _decodes(library, context, unit)
    finally:
        library.dav1d_data_unref(unit)
        library.dav1d_close(ctypes.byref(context))


def _decodes(library: ctypes.CDLL, context: ctypes.c_void_p, unit: ctypes.Array[ctypes.c_char]) -> bool:
    pictures = 0
    while True:
        sent = library.dav1d_send_data(context, unit)
        picture = ctypes.create_string_buffer(_STRUCTURE)
        status = library.dav1d_get_picture(context, picture)
        library.dav1d_picture_unref(picture)
        if sent not in (0, -errno.EAGAIN) or status not in (0, -errno.EAGAIN):
            return False
        if status == 0:
            pictures += 1
        elif sent == 0:
            return pictures > 0
