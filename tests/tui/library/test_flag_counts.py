"""The line below the list that says how many photos are picked, rejected and left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.app_events import PhotosChanged, PhotosIndexed, VerdictChanged
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.library.flag_counts import FlagCounts
from tui.library.library_driver import SARAHS, details, line, photos

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


POSTED = 5
"""A photo with a post."""


def flags(driver: Driver) -> str:
    """Return the line."""
    return str(driver.screen.query_one(FlagCounts).render())


def flag(services: FakeServices, id_: int, verdict: str) -> None:
    """Flag a photo in another app."""
    services.photos.photos[id_] = replace(services.photos.photos[id_], verdict=verdict)
    services.tell(VerdictChanged(id_, 1))


async def test_flags_move_the_counts_without_counting_again(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        assert flags(driver) == f"0 picked · 0 rejected · {SARAHS} left"
        counted = services.photos.flags_counted
        await driver.press("p", "x", "p")
        assert flags(driver) == "2 picked · 1 rejected · 27 left"
        await driver.press("z", "k", "u")
        assert flags(driver) == "1 picked · 0 rejected · 29 left"
        assert services.photos.flags_counted == counted
        flag(services, 20, "reject")
        await driver.heard()
        assert flags(driver) == "1 picked · 1 rejected · 28 left"
        services.photos.decide_error = FluffyError("The disk is full.")
        await driver.press("x")
        assert flags(driver) == "1 picked · 1 rejected · 28 left"


async def test_what_the_list_cannot_know_is_counted(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"img_2040")
        flag(services, 20, "pick")  # it was loaded before, but is not listed now
        await driver.heard()
        assert flags(driver) == f"1 picked · 0 rejected · {SARAHS - 1} left"
        await driver.press("escape", "slash", *"all", "enter")
        photos(driver).go_to(POSTED)
        await driver.press("p")
        assert services.photos.photos[POSTED].verdict == "pick"
        assert flags(driver) == f"1 picked · 0 rejected · {SARAHS - 1} left", "it has a post"
        await driver.press("escape", "g", "enter", *"fog", "ctrl+s")
        await driver.heard()
        assert flags(driver) == f"1 picked · 0 rejected · {SARAHS - 2} left"


@pytest.mark.parametrize("size", [(140, 45), (80, 24), (60, 18)])
async def test_the_counts_fit(running: Running, services: FakeServices, size: tuple[int, int]) -> None:
    known = services.photos.photos
    known |= {id_: replace(known[id_], verdict="reject") for id_ in range(20, 34)}
    async with running(persona="sarah", size=size) as driver:
        assert "0 picked · 14 rejected · 16 left" in driver.screen_text()


async def test_a_photo_that_cannot_be_decoded_is_marked_with_the_reason(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        assert "!" not in line(driver, 1)
        services.similarity.failures[39] = "The picture is damaged."
        services.tell(PhotosIndexed(1, hashed=0, embedded=0, failed=1, stacked=False))
        await driver.heard()
        assert line(driver, 1).endswith("!")
        await driver.press("j")
        assert "! The picture is damaged." in details(driver)
        services.similarity.failures.clear()  # its file was copied again
        services.tell(PhotosChanged(1))
        await driver.heard()
        assert "!" not in line(driver, 1)
        assert "damaged" not in details(driver)
