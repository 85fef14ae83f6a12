"""Clocks: one for durations, and how far those for the time of day may differ.

That for durations goes on while the computer sleeps, and setting the time of day does not change it.
"""

from __future__ import annotations

import time
from datetime import timedelta

TOLERATED_SKEW = timedelta(minutes=1)
"""How far this computer's clock may differ from another before the user is told."""

# Linux's monotonic clock stands still during sleep, macOS's does not.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed_seconds() -> float:
    """Return seconds since an arbitrary moment; only differences mean anything."""
    return time.clock_gettime(_CLOCK)


def skew_words(lead: timedelta, whose: str) -> str:
    """Return how far a clock is ahead of another, or behind it if `lead` is negative, as `5 minutes ahead of`."""
    minutes = max(1, round(abs(lead).total_seconds() / 60))
    amount = f"{minutes // 60} h {minutes % 60} min"
    if minutes < 120:
        amount = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"{amount} {'ahead of' if lead > timedelta(0) else 'behind'} {whose} clock"
