"""Picking a photo without a post: found by its file's name, seen before it is picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.widgets import Input, OptionList

from fluffy_tui.tui.compose import ComposeScreen
from fluffy_tui.tui.photo.photo_picker import PhotoPicker
from fluffy_tui.tui.photo.photo_preview import PhotoPreview

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def names(driver: Driver) -> list[str]:
    listing = driver.screen.query_one(OptionList)
    return [str(listing.get_option_at_index(index).prompt) for index in range(listing.option_count)]


def order(driver: Driver) -> list[int]:
    assert isinstance(driver.screen, ComposeScreen)
    return [photo.photo_id for photo in driver.screen.arrangement.photos.photos]


async def test_a_photo_is_found_by_name_shown_and_added_to_a_new_post(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", *"fog", "alt+a")
        assert isinstance(driver.screen, PhotoPicker)
        assert names(driver)[:2] == ["IMG_2039.JPG", "IMG_2038.JPG"], "not the one that the post has"
        await driver.press("down", "ctrl+n", "up", "ctrl+b", "down")
        shown = driver.screen.query_one(PhotoPreview).photo
        assert shown is not None and shown.id == 38
        await driver.press("enter")
        assert order(driver) == [40, 38]
        await driver.press("alt+a", *"2030", "enter")
        assert order(driver) == [40, 38, 30]
        await driver.press("alt+a", "escape")
        assert order(driver) == [40, 38, 30]
        assert isinstance(driver.screen, ComposeScreen)
        known = driver.screen._known
        assert known._begun == known.posts._asked == {40, 38, 30}, "the new ones are searched too"
        await driver.press("ctrl+s")
        assert [photo.photo_id for photo in services.scheduling.submitted[-1]["photos"]] == [40, 38, 30]


async def test_what_is_not_found_is_said_and_enter_picks_nothing(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "alt+a", *"nowhere")
        assert "No photo without a post matches “nowhere”." in driver.screen_text()
        await driver.press("enter")
        assert isinstance(driver.screen, PhotoPicker)


async def test_enter_waits_for_the_photos_that_match_what_is_typed(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("enter", "alt+a")
        first_ids, waiting = services.photos.first_ids, []

        async def slow(*arguments: Any, **options: Any) -> Any:
            import asyncio

            gate = asyncio.Event()
            waiting.append(gate)
            await gate.wait()
            return await first_ids(*arguments, **options)

        services.photos.first_ids = slow  # type: ignore[method-assign]
        picker = driver.screen
        picker.query_one(Input).value = "2035"
        while not waiting:
            await driver.pilot.pause(0.02)
        picker._taken()
        assert driver.screen is picker
        for gate in waiting:
            gate.set()
        await driver.settle()
        assert order(driver) == [40, 35]
