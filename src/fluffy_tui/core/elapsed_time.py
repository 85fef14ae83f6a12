"""A clock for durations: it goes on while the computer sleeps, and setting the time of day does not change it."""

from __future__ import annotations

import time

# Linux's monotonic clock stands still during sleep, macOS's does not.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed_seconds() -> float:
    """Return seconds since an arbitrary moment; only differences mean anything."""
    return time.clock_gettime(_CLOCK)
