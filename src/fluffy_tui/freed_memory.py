"""Freed memory goes back to the system: glibc would keep much of it, in an arena for each thread.

Nothing happens where there is another C library.
"""

from __future__ import annotations

import sys

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's malloc.h."""


def share_arena() -> None:
    """Have all threads allocate from one arena. Call it before the first one is started: it keeps its own."""
    _call_glibc("mallopt", _ARENA_MAX, 1)


def return_freed() -> None:
    """Give freed memory back to the system, which takes some milliseconds."""
    _call_glibc("malloc_trim", 0)


def _call_glibc(name: str, *arguments: int) -> None:
    import ctypes

    if sys.platform == "linux" and (function := getattr(ctypes.CDLL(None), name, None)) is not None:
        function(*arguments)
