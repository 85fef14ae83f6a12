"""Opening: steps, failure, retry, and which screen comes first."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.networks import all_rules
from fluffy_tui.settings import Secret, load_settings
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.startup import StartupScreen
from tui.conftest import Running, settle
from tui.fakes import MARKUP, FakeServices, Opening


async def test_the_personas_are_shown_first_if_none_is_chosen(running: Running) -> None:
    async with running() as driver:
        assert isinstance(driver.screen, PersonasScreen)


async def test_a_named_persona_is_opened_whatever_its_case(running: Running) -> None:
    async with running(persona="SARAH") as driver:
        assert isinstance(driver.screen, LibraryScreen)
        assert driver.app.context.overview.persona == driver.services.personas.personas[1]


async def test_an_unknown_persona_is_reported_and_the_personas_are_shown(running: Running) -> None:
    async with running(persona=f"nobody {MARKUP}") as driver:
        assert isinstance(driver.screen, PersonasScreen)
        assert driver.notices() == [
            f"There is no persona named nobody {MARKUP}. Choose one, or create it with n."
        ]


async def test_the_last_persona_is_opened_again(running: Running) -> None:
    async with running(persona="northern light"):
        pass
    async with running() as driver:
        assert driver.screen.persona.name == "northern light"


async def test_the_rules_of_the_networks_are_not_read_when_a_key_needs_them(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers, loads = list[threading.Thread](), tomllib.loads

    def reading(text: str) -> dict[str, Any]:
        if "upload_bytes" in text:
            readers.append(threading.current_thread())
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", reading)
    all_rules.cache_clear()
    async with running(persona="sarah") as driver:
        await driver.press("enter")
        assert len(readers) == 1
        assert readers[0] is not threading.main_thread()


async def test_the_steps_are_shown_while_opening(
    make_app: Callable[..., FluffyApp], opening: Opening
) -> None:
    """What is done has a tick, what runs has dots."""
    opening.gate.clear()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        while len(getattr(app.screen, "steps", ())) < 2:
            await pilot.pause()
        assert (
            str(app.screen.query_one("#startup-steps").render())
            == "✓ starting the database\n… checking the worker"
        )
        assert not app.screen.query_one("#startup-failure").display
        await pilot.press("1", "at", "ctrl+r")  # nothing that needs a service works before there is one
        assert isinstance(app.screen, StartupScreen)
        opening.gate.set()
        await settle(app)
        assert isinstance(app.screen, PersonasScreen)


@pytest.mark.parametrize(
    ("key", "on_the_button"), [("r", True), ("enter", True), ("enter", False)], ids=["r", "button", "enter"]
)
async def test_a_failure_is_shown_and_can_be_retried(
    running: Running, opening: Opening, key: str, on_the_button: bool
) -> None:
    opening.error = DatabaseUnavailable(f"The database {MARKUP} is away.", "Start it.")
    async with running() as driver:
        assert isinstance(driver.screen, StartupScreen)
        assert driver.text("#startup-failure") == f"The database {MARKUP} is away.\n\nStart it."
        assert driver.text("#startup-steps").endswith("✗ checking the worker")
        opening.error = None
        if not on_the_button:
            driver.screen.set_focus(None)
        await driver.press(key)
        assert isinstance(driver.screen, PersonasScreen)
        assert opening.calls == 2


async def test_another_database_address_in_the_file_is_used_for_the_next_try(
    running: Running, opening: Opening, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('# mine\ndatabase_url = "postgresql://old/x"\n')
    file.chmod(0o600)
    environment = {"FLUFFY_CONFIG": str(file), "FLUFFY_DATA_DIR": str(tmp_path / "data")}
    setup = SetupService(load_settings(environment), environment)
    opening.error = DatabaseUnavailable("No server at old.", "Correct host and port in DATABASE_URL.")
    async with running(setup=setup) as driver:
        assert driver.text("#startup-failure") == (
            "No server at old.\n\nCorrect host and port in database_url.\n\n"
            f"database_url is in line 2 of {file}. Change or remove it there, then retry."
        )
        file.write_text("database_url = ")
        await driver.press("r")
        assert "Cannot read the configuration file" in driver.text("#startup-failure")
        assert opening.calls == 1
        file.write_text('database_url = "postgresql://new/x"\n')
        opening.error = None
        await driver.press("r")
        assert isinstance(driver.screen, PersonasScreen)
        assert setup.settings.database_url == Secret("postgresql://new/x")


async def test_retrying_by_mouse(running: Running, opening: Opening) -> None:
    opening.error = DatabaseUnavailable("Away.")
    async with running() as driver:
        opening.error = None
        await driver.pilot.click(driver.screen.query(Button).first())
        await driver.settle()
        assert isinstance(driver.screen, PersonasScreen)


async def test_an_unexpected_error_is_shown_without_its_details(
    running: Running, opening: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the rest."""
    opening.error = ZeroDivisionError("secret detail")
    async with running() as driver:
        assert "secret detail" not in driver.text("#startup-failure")
        assert "log file" in driver.text("#startup-failure")
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_quitting_after_a_failure_asks_nothing(running: Running, opening: Opening, key: str) -> None:
    opening.error = DatabaseUnavailable("Away.")
    async with running() as driver:
        await driver.pilot.press(key)
        await driver.pilot.pause()
        assert driver.has_quit


async def test_the_services_are_closed_when_the_app_ends(running: Running, services: FakeServices) -> None:
    async with running():
        assert not services.closed
    assert services.closed


async def test_quitting_does_not_wait_for_the_services_to_open(
    make_app: Callable[..., FluffyApp], opening: Opening
) -> None:
    opening.gate.clear()
    app = make_app()
    async with app.run_test() as pilot:
        while opening.calls == 0:
            await pilot.pause()
        await pilot.press("q")
    assert opening.services.closed is False
