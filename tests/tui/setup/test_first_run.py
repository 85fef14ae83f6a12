"""The first run: the demo, connecting Buffer, or importing photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.library import LibraryScreen
from fluffy_tui.tui.personas import ImportScreen, PersonasScreen
from fluffy_tui.tui.session.exit_guard import AfterExit
from fluffy_tui.tui.setup import FirstRunScreen
from tui.fakes import MARKUP
from tui.setup.conftest import seen

if TYPE_CHECKING:
    from tui.conftest import Running
    from tui.fakes import FakeServices, FakeSetup
    from tui.setup.conftest import Fresh


async def test_a_new_installation_offers_three_ways_to_start(fresh: Fresh) -> None:
    async with fresh() as driver:
        assert isinstance(driver.screen, FirstRunScreen)
        shown = seen(driver)
        assert all(title in shown for title in ("Open the demo", "Connect Buffer", "Import photos first"))


async def test_with_personas_the_app_starts_normally(running: Running, bare_setup: FakeSetup) -> None:
    async with running(setup=bare_setup) as driver:
        assert isinstance(driver.screen, PersonasScreen)


async def test_with_a_key_the_app_starts_normally(running: Running, services: FakeServices) -> None:
    services.personas.personas.clear()
    async with running() as driver:
        assert isinstance(driver.screen, PersonasScreen)


@pytest.mark.parametrize("keys", [("d",), ("enter",)])
async def test_the_demo_opens_after_the_app_exits(fresh: Fresh, keys: tuple[str, ...]) -> None:
    async with fresh() as driver:
        await driver.pilot.press(*keys)
        await driver.pilot.pause()
        assert driver.app.return_value is AfterExit.DEMO


async def test_without_the_demo_extra_a_toast_says_how_to_install_it(
    fresh: Fresh, bare_setup: FakeSetup
) -> None:
    bare_setup.trouble = f"The demo is not installed {MARKUP}."
    async with fresh() as driver:
        await driver.press("d")
        assert isinstance(driver.screen, FirstRunScreen)
        assert driver.notices() == [bare_setup.trouble]


@pytest.mark.parametrize("keys", [("i",), ("j", "j", "enter"), ("G", "enter")])
async def test_import_creates_a_persona_and_asks_for_folders(fresh: Fresh, keys: tuple[str, ...]) -> None:
    async with fresh() as driver:
        await driver.press(*keys, *"leo", "enter")
        assert isinstance(driver.screen, ImportScreen)
        assert [persona.name for persona in driver.services.personas.personas.values()] == ["leo"]
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)
