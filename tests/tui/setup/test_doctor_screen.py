"""The health checks inside the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.health import Check, Health
from fluffy_tui.tui.library import LibraryScreen
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.setup import DoctorScreen
from fluffy_tui.tui.ui.vim_list import VimList
from tui.fakes import CHECKS, FakeSetup

if TYPE_CHECKING:
    from tui.conftest import Running


async def test_each_health_check_has_a_sign_and_words(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("exclamation_mark")
        assert isinstance(driver.screen, DoctorScreen)
        assert [line[0] for line in driver.lines()] == ["✓", "!", "✗", "–"]
        assert driver.lines()[1] == "! worker  none is running\n  → the app starts one"
        assert driver.text("#checks-words") == "✗ 1 failed, ! 1 warning"
        assert driver.screen.query_one(VimList).highlighted == 2
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_health_checks_can_run_again(running: Running, setup: FakeSetup) -> None:
    async with running(setup=setup) as driver:
        await driver.press("exclamation_mark")
        setup.found = [Check("files", Health.OK, "fine")]
        await driver.press("r")
        assert driver.lines() == ["✓ files  fine"]
        assert driver.text("#checks-words") == "✓ All checks passed"


async def test_running_health_checks_can_be_cancelled(running: Running, setup: FakeSetup) -> None:
    setup.gate.clear()
    async with running(setup=setup) as driver:
        await driver.pilot.press("exclamation_mark")
        await driver.pilot.pause()
        assert driver.text("#checks-words") == "Checking… (esc cancels)"
        await driver.pilot.press("escape")
        await driver.settle()
        assert isinstance(driver.screen, PersonasScreen)
        assert setup.found is CHECKS
