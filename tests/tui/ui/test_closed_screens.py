"""What is closed is let go: else memory grows with each caption, and garbage collections stop the app ever longer."""

from __future__ import annotations

import gc
from collections import Counter

from tui.conftest import Driver, Running

ROUNDS = 4


def alive() -> Counter[str]:
    """Return how many objects there are of each class."""
    gc.collect()
    return Counter(type(found).__name__ for found in gc.get_objects())


async def after_each_caption(driver: Driver) -> list[Counter[str]]:
    """Write for a photo and leave, again and again; return what is alive after each time."""
    found = []
    for _ in range(ROUNDS):
        await driver.press("enter", "a", "escape")
        found.append(alive())
    return found


async def test_a_closed_composer_is_let_go_with_all_that_was_drawn(running: Running) -> None:
    async with running(persona="sarah") as driver:
        first, then = await after_each_caption(driver), await after_each_caption(driver)
    assert then[-1]["ComposeScreen"] <= 1
    for kind in ("Strip", "StylesCache", "Styles"):  # some are kept for a while, but ever more are never
        assert min(found[kind] for found in then) <= max(found[kind] for found in first), kind


async def test_a_closed_form_for_changing_a_post_is_let_go(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2")
        for _ in range(ROUNDS):
            await driver.press("enter", "e", "escape", "escape")
        while alive()["EditPostScreen"] > 1:  # until its last timer has run out; for ever, if it is kept
            await driver.pilot.pause(0.01)
