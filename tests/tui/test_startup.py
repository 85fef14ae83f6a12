"""Opening: steps, failure, retry, and which screen comes first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import Button

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.startup import StartupScreen
from tui.conftest import Running, settle
from tui.fakes import MARKUP, FakeServices, Opening


async def test_without_a_persona_the_picker_comes_first(running: Running) -> None:
    """The picker is what a newcomer sees after opening."""
    async with running() as driver:
        assert isinstance(driver.screen, PersonasScreen)


async def test_a_persona_named_is_opened_whatever_its_case(running: Running) -> None:
    """`--persona SARAH` leads straight to sarah's library."""
    async with running(persona="SARAH") as driver:
        assert isinstance(driver.screen, LibraryScreen)
        assert driver.app.context.overview.persona == driver.services.personas.personas[1]


async def test_an_unknown_persona_is_said_and_the_picker_shown(running: Running) -> None:
    """A name that nobody has is no reason to fail, and no markup."""
    async with running(persona=f"nobody {MARKUP}") as driver:
        assert isinstance(driver.screen, PersonasScreen)
        assert [toast.message for toast in driver.app._notifications] == [
            f"There is no persona named nobody {MARKUP}. Choose one, or make it with n."
        ]


async def test_the_persona_of_last_time_is_opened_again(running: Running) -> None:
    """The second start goes where the first one was."""
    async with running(persona="northern light"):
        pass
    async with running() as driver:
        assert driver.screen.persona.name == "northern light"


async def test_steps_are_shown_while_opening(make_app: Callable[..., FluffyApp], opening: Opening) -> None:
    """What is done has a tick, what runs has dots; then the picker follows by itself."""
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
        await pilot.press("1", "at", "ctrl+r", "r")  # nothing that needs a service works before there is one
        assert isinstance(app.screen, StartupScreen)
        opening.gate.set()
        await settle(app)
        assert isinstance(app.screen, PersonasScreen)


@pytest.mark.parametrize(
    ("key", "on_the_button"), [("r", True), ("enter", True), ("enter", False)], ids=["r", "button", "enter"]
)
async def test_a_failure_is_told_and_opening_tried_again(
    running: Running, opening: Opening, key: str, on_the_button: bool
) -> None:
    """Message and hint are shown as they are, and one key tries again."""
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


async def test_try_again_by_mouse(running: Running, opening: Opening) -> None:
    """The button does what the key does."""
    opening.error = DatabaseUnavailable("Away.")
    async with running() as driver:
        opening.error = None
        await driver.pilot.click(driver.screen.query(Button).first())
        await driver.settle()
        assert isinstance(driver.screen, PersonasScreen)


async def test_what_nobody_foresaw_is_told_without_its_details(
    running: Running, opening: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    """The screen stays calm; the log has the rest."""
    opening.error = ZeroDivisionError("secret detail")
    async with running() as driver:
        assert "secret detail" not in driver.text("#startup-failure")
        assert "log file" in driver.text("#startup-failure")
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_leaving_when_opening_failed(running: Running, opening: Opening, key: str) -> None:
    """No question is asked where nothing is on its way."""
    opening.error = DatabaseUnavailable("Away.")
    async with running() as driver:
        await driver.pilot.press(key)
        await driver.pilot.pause()
        assert driver.app._exit


async def test_services_are_closed_however_the_app_ends(running: Running, services: FakeServices) -> None:
    """Whoever opens the services sees them closed, by the same task."""
    async with running():
        assert not services.closed
    assert services.closed


async def test_leaving_while_opening_gives_it_up(
    make_app: Callable[..., FluffyApp], opening: Opening
) -> None:
    """A database that does not answer never keeps the person waiting."""
    opening.gate.clear()
    app = make_app()
    async with app.run_test() as pilot:
        while opening.calls == 0:
            await pilot.pause()
        await pilot.press("q")
    assert opening.services.closed is False
