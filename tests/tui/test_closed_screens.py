"""What is closed is let go: else memory grows with each caption, and garbage collections stop the app ever longer."""

from __future__ import annotations

import gc
from collections import Counter

from .conftest import Driver, Running


async def open_and_close(driver: Driver, times: int) -> None:
    for _ in range(times):
        await driver.press("enter", "a", "escape", "2", "enter", "e", "escape", "escape", "1")


def alive() -> Counter[str]:
    """Return how many objects there are of each class."""
    gc.collect()
    return Counter(type(found).__name__ for found in gc.get_objects())


async def test_closed_screens_are_let_go_with_all_that_was_drawn(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await open_and_close(driver, 2)
        before = alive()
        await open_and_close(driver, 6)
        after = alive()
    assert after["ComposeScreen"] <= 1
    assert after["EditPostScreen"] <= 1
    for kind in ("Strip", "StylesCache", "Styles"):
        assert after[kind] < before[kind] * 1.5, kind
