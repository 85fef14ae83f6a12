"""Filters are saved under a name, used by it, and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from fluffy_tui.tui.ui.dialogs import AskTextScreen
from tui.library.library_driver import shown, title, toasts

if TYPE_CHECKING:
    from tui.conftest import Running
    from tui.fakes import FakeServices

TYPED_STARS = ("s", "t", "a", "r", "s", "greater_than_sign", "equals_sign", "3")


async def test_a_filter_is_saved_and_used_again(running: Running, services: FakeServices) -> None:
    await services.photos.rate([14, 20], 4)
    async with running(persona="sarah") as driver:
        await driver.press("slash", *TYPED_STARS, "ctrl+s")
        assert isinstance(driver.screen, AskTextScreen)
        assert "“stars>=3”" in driver.text("#about")
        await driver.press(*"Best shots", "enter")
        assert await services.filters.all() == {"Best shots": "stars>=3"}
        assert 'Saved as @"Best shots".' in toasts(driver)
        await driver.press("escape", "escape")
        assert len(shown(driver)) > 2
        for begun in ("be", '"be', "best s"):
            await driver.press("slash", "ctrl+u", "at", *begun, "right", "enter")
            assert shown(driver) == [20, 14], begun
        await driver.press("slash", "ctrl+u", "at", *"best shots img_2014", "enter")
        assert shown(driver) == [14]
        await driver.press("slash", "ctrl+u", "at", *"best", "right", "enter")
        assert shown(driver) == [20, 14]
        assert title(driver) == "unscheduled · ★ ≥ 3 · newest first"


async def test_filters_of_another_run_are_known(running: Running, services: FakeServices) -> None:
    await services.filters.save("low", "img_2014")
    async with running(persona="sarah") as driver:
        await driver.press("slash", *"all ", "at", *"LOW", "enter")
        assert shown(driver) == [14]
        await driver.press("slash", "ctrl+s", *"all low", "enter")
        assert (await services.filters.all())["all low"] == "all img_2014", (
            "it does not depend on the other one"
        )


async def test_a_name_that_is_unknown_is_a_word_like_any_other(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("slash", "at", *"best", "enter")
        assert shown(driver) == []
        assert "“@best”" in title(driver)


async def test_without_a_filter_a_saved_one_is_deleted(running: Running, services: FakeServices) -> None:
    await services.filters.save("low", "img_2014")
    async with running(persona="sarah") as driver:
        await driver.press("slash", "ctrl+s", *"high", "enter")
        assert "no saved filter named high" in driver.text("#problem")
        driver.screen.query_one(Input).value = ""
        await driver.press(*"low", "enter")
        assert await services.filters.all() == {}
        assert "Deleted the saved filter low." in toasts(driver)
