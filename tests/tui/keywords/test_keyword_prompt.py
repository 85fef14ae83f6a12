"""Keywords by hand, by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from fluffy_tui.tui.ui.dialogs import AskTextScreen
from tui.library.library_driver import details, shown, title, toasts

if TYPE_CHECKING:
    from tui.conftest import Driver, Running
    from tui.fakes import FakeServices


def field(driver: Driver) -> Input:
    assert isinstance(driver.screen, AskTextScreen)
    return driver.screen.query_one(Input)


def words(services: FakeServices, id_: int) -> list[str]:
    return sorted(services.keywords.kept.get(id_, {}).values())


async def test_keywords_of_the_photo_under_the_cursor(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("number_sign", *"fog, black sand", "enter")
        assert words(services, 40) == ["black sand", "fog"]
        assert details(driver).count("#black sand #fog") == 1
        await driver.press("number_sign")
        assert field(driver).value == "black sand, fog, "
        await driver.press(*["backspace"] * 5, "enter")
        assert words(services, 40) == ["black sand"]
        await driver.press("number_sign", *"lost", "escape")
        assert words(services, 40) == ["black sand"]


async def test_keywords_of_the_selected_photos(running: Running, services: FakeServices) -> None:
    await services.keywords.add([40, 39], ["fog"])
    await services.keywords.add([40], ["pier"])
    async with running(persona="sarah") as driver:
        await driver.press("space", "space", "number_sign")
        assert "2 photos" in driver.text("#about")
        assert field(driver).value == "fog, pier*, "
        await driver.press(*"boat", "enter")
        assert words(services, 40) == ["boat", "fog", "pier"]
        assert words(services, 39) == ["boat", "fog"]
        assert words(services, 38) == []
        assert "Keywords of 2 photos changed." in toasts(driver)


async def test_a_suggestion_is_accepted_with_the_arrow(running: Running, services: FakeServices) -> None:
    await services.keywords.add([12], ["Black sand"])
    async with running(persona="sarah") as driver:
        await driver.press("number_sign", *"fog, bla", "right", "enter")
        assert words(services, 40) == ["black sand", "fog"]


async def test_a_sentence_is_no_keyword(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("number_sign")
        field(driver).value = "x" * 101
        await driver.press("enter")
        assert "too long for a keyword" in driver.text("#problem")
        assert words(services, 40) == []


async def test_the_library_is_filtered_by_keywords(running: Running, services: FakeServices) -> None:
    await services.keywords.add([14, 20], ["fog"])
    await services.keywords.add([20], ["black sand"])
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"#fo", "right", "enter")
        assert shown(driver) == [20, 14]
        assert title(driver) == "unscheduled · #fog · newest first"
        await driver.press("slash", "end", *' #"bl', "right", "enter")
        assert shown(driver) == [20]
        await driver.press("number_sign", *["backspace"] * 40, "enter")
        assert shown(driver) == []


async def test_without_a_photo_there_is_nothing_to_ask(running: Running, services: FakeServices) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"nothing", "enter", "number_sign")
        assert not isinstance(driver.screen, AskTextScreen)


async def test_a_photo_with_very_many_keywords_can_be_given_one_more(
    running: Running, services: FakeServices
) -> None:
    await services.keywords.add([40], [f"keyword {number}" for number in range(1000)])
    async with running(persona="sarah") as driver:
        await driver.press("number_sign", *"fog", "enter")
        assert len(words(services, 40)) == 1001
        assert "fog" in words(services, 40)
