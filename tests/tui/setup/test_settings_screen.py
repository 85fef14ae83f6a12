"""Settings and doctor inside the app, by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.health import Check, Health
from fluffy_tui.paths import Paths
from fluffy_tui.settings import SETTINGS
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.setup.doctor_screen import DoctorScreen
from fluffy_tui.tui.setup.settings_screen import SettingsScreen
from fluffy_tui.tui.setup.wizard import SetUpScreen
from fluffy_tui.tui.ui.vim_list import VimList
from tui.conftest import Driver, Running
from tui.fake_setup import CHECKS, KEY, FakeSetup

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def setup(tmp_path: Path) -> FakeSetup:
    return FakeSetup(Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data"))


def lines(driver: Driver) -> list[str]:
    return [str(option.prompt) for option in driver.screen.query_one(VimList).options]


async def test_every_setting_is_there_with_value_and_origin(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("comma")
        assert isinstance(driver.screen, SettingsScreen)
        found = {line.split()[0]: line for line in lines(driver)}
        assert {setting.key or setting.variable for setting in SETTINGS} <= set(found)
        assert found["buffer_api_key"].split() == ["buffer_api_key", "set", "·", "given"]
        assert found["aws_access_key_id"].split() == ["aws_access_key_id", "not", "set", "·", "default"]
        assert "half-cell" in found["preview"]
        assert found["theme"].split()[1] == "fluffy"
        assert "as they come" in found["[keys]"]
        assert KEY not in "\n".join(found.values())


async def test_what_is_under_the_cursor_is_explained(running: Running, setup: FakeSetup) -> None:
    async with running(setup=setup) as driver:
        await driver.press("comma")
        assert "embedded server is used" in driver.text("#setting")
        await driver.press("j")
        assert f'In {setup.settings.paths.config_file} write buffer_api_key = "…"' in driver.text("#setting")
        await driver.press("G", "k")
        assert "ansi themes" in driver.text("#setting")


async def test_a_value_of_the_environment_says_so(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "j", "j", "j")
        assert "The environment comes before" in driver.text("#setting")


async def test_copy_gives_a_line_for_the_file_without_any_secret(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "j", "y")
        assert driver.app.clipboard == 'buffer_api_key = ""'
        await driver.press("j", "y")
        assert driver.app.clipboard == 'buffer_url = "https://api.buffer.com"'
        toasts = [toast.message for toast in driver.app._notifications]
        assert toasts[-1] == 'Copied to the clipboard: buffer_url = "https://api.buffer.com"'


async def test_copy_is_dim_where_there_is_nothing_to_copy(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "G", "y")
        assert driver.app.clipboard == ""


async def test_b_sets_buffer_up_and_esc_leads_back(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "b")
        assert isinstance(driver.screen, SetUpScreen)
        await driver.press("escape")
        assert isinstance(driver.screen, SettingsScreen)
        await driver.press("comma")
        assert len(driver.app.screen_stack) == 2
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)


async def test_own_keys_that_cannot_work_are_told_at_the_start_and_here(running: Running) -> None:
    async with running(keymap={"personas.new": "r", "personas.nope": "x"}) as driver:
        toasts = [toast.message for toast in driver.app._notifications]
        assert len(toasts) == 1
        assert "There is no action personas.nope." in toasts[0]
        assert "r means both new (personas.new) and rename (personas.rename)" in toasts[0]
        await driver.press("comma", "G")
        assert "! 2 of your own; 2 cannot work as written" in lines(driver)[-1]
        assert "There is no action personas.nope." in driver.text("#setting")


async def test_the_doctor_tells_each_check_by_sign_and_word(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("exclamation_mark")
        assert isinstance(driver.screen, DoctorScreen)
        assert [line[0] for line in lines(driver)] == ["✓", "!", "✗", "–"]
        assert lines(driver)[1] == "! worker  none is running\n  → the app starts one"
        assert driver.text("#checks-words") == "✗ 1 to mend, ! 1 to look at"
        assert driver.screen.query_one(VimList).highlighted == 2
        await driver.press("escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_the_doctor_checks_again(running: Running, setup: FakeSetup) -> None:
    async with running(setup=setup) as driver:
        await driver.press("exclamation_mark")
        setup.found = [Check("files", Health.OK, "fine")]
        await driver.press("r")
        assert lines(driver) == ["✓ files  fine"]
        assert driver.text("#checks-words") == "✓ All is well."


async def test_the_doctor_says_that_it_is_at_work_and_can_be_left(running: Running, setup: FakeSetup) -> None:
    setup.gate.clear()
    async with running(setup=setup) as driver:
        await driver.pilot.press("exclamation_mark")
        await driver.pilot.pause()
        assert driver.text("#checks-words") == "… checking; esc leaves at any time"
        await driver.pilot.press("escape")
        await driver.settle()
        assert isinstance(driver.screen, PersonasScreen)
        assert setup.found is CHECKS
