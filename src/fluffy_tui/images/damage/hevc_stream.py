"""What the decoder of HEIC pictures says about their data: libheif decodes them for Pillow, and does not pass it on.

Of most files libde265 alone can tell: a flipped bit makes it read on at a wrong place, and where the picture ends it
finds no mark of an end. Few files have checksums, which it compares as well.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from fluffy_tui.images.damage.loaded_library import loaded_library

_CHECK_HASH, _NO_DEBLOCKING, _NO_SMOOTHING = 0, 7, 8
_HASH_UNIT = 40
"""The kind of the units in which a checksum is (ITU-T H.265, table 7-1: a suffix SEI)."""
_DATA_WARNINGS = frozenset(
    {4, 5, 6, 8, 1002, 1003, 1004, 1007, 1009, 1010, 1017, 1018, 1020, 1021, 1034, 1035}
)
"""The warnings of libde265 that mean damaged data; others are about its own limits, or about metadata."""
_SETS_AT, _KIND = 22, 0x3F


def all_decode(pictures: Sequence[tuple[bytes, bytes]]) -> bool:
    """Return whether pictures decode without a complaint; True where the decoder cannot be asked.

    Args:
        pictures: For each the content of its `hvcC` box, and its HEVC data: units, each preceded by its length.
    """
    library = loaded_library(
        "_pillow_heif", "de265_get_warning", "de265_new_decoder", "de265_get_next_picture"
    )
    if library is None:
        return True
    threads = min(4, os.cpu_count() or 1)
    if len(pictures) == 1:
        return _is_sound(library, threads, *pictures[0])
    with ThreadPoolExecutor(threads) as pool:
        return all(pool.map(lambda one: _is_sound(library, 0, *one), pictures))


def _is_sound(library: ctypes.CDLL, threads: int, configuration: bytes, data: bytes) -> bool:
    units = list(_units(data, (configuration[21] & 3) + 1))
    context = ctypes.c_void_p(library.de265_new_decoder())
    try:
        if threads:
            library.de265_start_worker_threads(context, threads)
        has_hash = any(unit and unit[0] >> 1 & _KIND == _HASH_UNIT for unit in units)
        library.de265_set_parameter_bool(context, _CHECK_HASH, has_hash)
        for filtering in (_NO_DEBLOCKING, _NO_SMOOTHING):
            library.de265_set_parameter_bool(context, filtering, not has_hash)
        for unit in (*_parameter_sets(configuration), *units):
            library.de265_push_NAL(context, unit, len(unit), ctypes.c_int64(0), None)
        library.de265_flush_data(context)
        return _decodes(library, context)
    finally:
        library.de265_free_decoder(context)


def _decodes(library: ctypes.CDLL, context: ctypes.c_void_p) -> bool:
    pictures, more = 0, ctypes.c_int(1)
    while more.value:
        more.value = 0
        if library.de265_decode(context, ctypes.byref(more)):
            return False
        while warning := library.de265_get_warning(context):
            if warning in _DATA_WARNINGS:
                return False
        while library.de265_get_next_picture(context):
            pictures += 1
    return pictures > 0


def _units(data: bytes, length_size: int) -> Iterator[bytes]:
    position = 0
    while position + length_size <= len(data):
        start = position + length_size
        position = start + int.from_bytes(data[position:start], "big")
        yield data[start:position]


def _parameter_sets(configuration: bytes) -> Iterator[bytes]:
    """Yield the units of an `hvcC` box (ISO/IEC 14496-15, 8.3.3.1)."""
    position = _SETS_AT + 1
    for _ in range(configuration[_SETS_AT]):
        count = int.from_bytes(configuration[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            start = position + 2
            position = start + int.from_bytes(configuration[position:start], "big")
            yield configuration[start:position]
