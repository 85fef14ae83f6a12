"""What glibc does with freed memory, in a process of its own each."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no arenas")

ARENAS = """
import ctypes, threading
libc = ctypes.CDLL(None)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
threads = [threading.Thread(target=libc.malloc, args=(100_000,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
stdout = ctypes.c_void_p.in_dll(libc, "stdout")
libc.malloc_info(0, stdout); libc.fflush(None)
"""
FREED = """
import ctypes, psutil
from fluffy_tui.freed_memory import return_freed
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
blocks = [libc.malloc(100_000) for _ in range(400)]
for block in blocks: ctypes.memset(block, 1, 100_000)
for block in blocks[:-1]: libc.free(ctypes.c_void_p(block))
before = psutil.Process().memory_info().rss
return_freed()
print(before - psutil.Process().memory_info().rss)
"""


def output(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_all_threads_allocate_from_one_arena() -> None:
    shared = "from fluffy_tui.freed_memory import share_arena; share_arena();"
    assert output(ARENAS).count("<heap ") > 1
    assert output(shared + ARENAS).count("<heap ") == 1


def test_what_lies_below_something_in_use_is_given_back() -> None:
    assert int(output(FREED)) > 30_000_000
