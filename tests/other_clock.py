"""Another clock for a process: Debian's libfaketime."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
"""The library; None where it is not installed."""

needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="needs Debian's package libfaketime")


def other_clock(skew: timedelta) -> dict[str, str]:
    """Return the variables with which a process has a clock that is ahead, or behind if `skew` is negative."""
    return {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": f"{skew.total_seconds():+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
