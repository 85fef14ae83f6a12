"""The decoders that the imaging libraries have loaded, called directly for what these do not pass on."""

from __future__ import annotations

import ctypes
import functools
from importlib import import_module


@functools.cache
def loaded_library(module: str, needed: str, *pointers: str) -> ctypes.CDLL | None:
    """Return an extension module as a library: what it depends on is searched with it.

    None where it lacks a function that is needed: then the decoder is built into another library. Some functions return
    pointers.
    """
    library = ctypes.CDLL(import_module(module).__file__)
    if not hasattr(library, needed):
        return None
    for name in pointers:
        getattr(library, name).restype = ctypes.c_void_p
    return library
