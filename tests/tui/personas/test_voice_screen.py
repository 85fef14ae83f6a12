"""How a persona writes is described in a dialog."""

from __future__ import annotations

import pytest

from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.personas.voice_screen import VoiceScreen
from fluffy_tui.tui.ui.dialogs import ConfirmScreen
from tui.conftest import Running
from tui.fakes import FakeServices


async def test_a_voice_is_written_and_saved(running: Running, services: FakeServices) -> None:
    async with running() as driver:
        await driver.press("G", "v")
        assert isinstance(driver.screen, VoiceScreen)
        await driver.press(*"dry,", "enter", *"short", "ctrl+s")
        assert isinstance(driver.screen, PersonasScreen)
        assert services.personas.personas[1].voice == "dry,\nshort"
        await driver.press("v")
        assert driver.screen.query_one("#voice").text == "dry,\nshort"
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)


@pytest.mark.parametrize("key", ["ctrl+s", "ctrl+j"])
async def test_a_voice_that_is_too_long_stays_on_the_screen(
    running: Running, services: FakeServices, key: str
) -> None:
    async with running() as driver:
        await driver.press("G", "v")
        driver.screen.query_one("#voice").text = "x" * 2_001
        await driver.press(key)
        assert isinstance(driver.screen, VoiceScreen)
        assert "too long" in driver.text("#editor-message")
        assert services.personas.personas[1].voice == ""


async def test_unsaved_changes_are_asked_about(running: Running, services: FakeServices) -> None:
    async with running() as driver:
        await driver.press("G", "v", *"dry", "escape")
        assert isinstance(driver.screen, ConfirmScreen)
        await driver.press("n")
        assert isinstance(driver.screen, VoiceScreen)
        await driver.press("escape", "y")
        assert isinstance(driver.screen, PersonasScreen)
        assert services.personas.personas[1].voice == ""
