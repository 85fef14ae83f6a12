"""The settings screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.paths import Paths
from fluffy_tui.settings import SETTINGS
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.setup import SettingsScreen
from fluffy_tui.tui.setup.wizard import SetupWizard
from fluffy_tui.tui.ui.vim_list import VimList
from tui.conftest import Driver, Running
from tui.fakes import KEY, FakeSetup

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def setup(tmp_path: Path) -> FakeSetup:
    return FakeSetup(Paths(config_file=tmp_path / "config.toml", data=tmp_path / "data"))


def lines(driver: Driver) -> list[str]:
    return [str(option.prompt) for option in driver.screen.query_one(VimList).options]


async def test_every_setting_is_listed_with_value_and_origin(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("comma")
        assert isinstance(driver.screen, SettingsScreen)
        found = {line.split()[0]: line for line in lines(driver)}
        assert {setting.key or setting.variable for setting in SETTINGS} <= set(found)
        assert found["buffer_api_key"].split() == ["buffer_api_key", "set", "·", "given"]
        assert found["aws_access_key_id"].split() == ["aws_access_key_id", "not", "set", "·", "default"]
        assert "half-cell" in found["preview"]
        assert found["theme"].split()[1] == "fluffy"
        assert "defaults" in found["[keys]"]
        assert KEY not in "\n".join(found.values())


async def test_the_setting_under_the_cursor_is_explained(running: Running, setup: FakeSetup) -> None:
    async with running(setup=setup) as driver:
        await driver.press("comma")
        assert "embedded server is used" in driver.text("#setting")
        await driver.press("j", "j")
        assert f'Add buffer_api_key = "…" to {setup.settings.paths.config_file}' in driver.text("#setting")
        await driver.press("G", "k")
        assert "ansi themes" in driver.text("#setting")


async def test_a_value_from_the_environment_says_where_to_change_it(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "j", "j", "j", "j")
        assert "The environment overrides" in driver.text("#setting")


async def test_copy_gives_a_line_for_the_file_without_the_secret(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "j", "j", "y")
        assert driver.app.clipboard == 'buffer_api_key = ""'
        await driver.press("j", "y")
        assert driver.app.clipboard == 'buffer_url = "https://api.buffer.com"'
        toasts = driver.notices()
        assert toasts[-1] == 'Copied to the clipboard: buffer_url = "https://api.buffer.com"'


async def test_copy_is_dim_if_there_is_nothing_to_copy(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "G", "y")
        assert driver.app.clipboard == ""


async def test_b_opens_the_wizard_and_esc_goes_back(running: Running) -> None:
    async with running() as driver:
        await driver.press("comma", "b")
        assert isinstance(driver.screen, SetupWizard)
        await driver.press("escape")
        assert isinstance(driver.screen, SettingsScreen)
        await driver.press("comma")
        assert len(driver.app.screen_stack) == 2
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)


async def test_problems_with_user_keys_are_shown_at_startup_and_here(running: Running) -> None:
    async with running(keymap={"personas.new": "r", "personas.nope": "x"}) as driver:
        toasts = driver.notices()
        assert len(toasts) == 1
        assert "There is no action personas.nope." in toasts[0]
        assert "r is set for both personas.new and personas.rename" in toasts[0]
        await driver.press("comma", "G")
        assert "! 2 changed, 2 problems" in lines(driver)[-1]
        assert "There is no action personas.nope." in driver.text("#setting")
