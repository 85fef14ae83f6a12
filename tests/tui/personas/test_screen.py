"""The personas: counts, names, channels and every key."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input, OptionList

from fluffy_tui.core.app_events import PersonaEdited
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas import ImportScreen, PersonasScreen
from fluffy_tui.tui.ui.dialogs import AskTextScreen
from tui.conftest import Driver, Running
from tui.fakes import CHANNELS, MARKUP, FakeServices, with_channels


async def type_text(driver: Driver, text: str) -> None:
    """Type into the field that has the focus."""
    field = driver.screen.query_one(Input)
    assert field.has_focus
    field.value = ""
    for char in text:
        await driver.pilot.press({" ": "space", "[": "left_square_bracket"}.get(char, char))
    await driver.settle()
    assert field.value == text


async def test_each_persona_has_counts_and_channel_health(running: Running) -> None:
    async with running() as driver:
        assert driver.lines() == [
            f"{MARKUP}   ! no channel\n0 unscheduled",
            "northern light   @northlight Bluesky\n4 unscheduled",
            "sarah   @sarah.ig Instagram\n30 unscheduled · 1 draft · 6 queued · 2 scheduled · ! 1 failed · 1 live",
        ]


@pytest.mark.parametrize(
    ("keys", "index"),
    [(["j"], 1), (["down", "down"], 2), (["G"], 2), (["end"], 2), (["G", "k"], 1), (["G", "up"], 1), (["G", "g"], 0),
     (["ctrl+d"], 2), (["G", "ctrl+u"], 0), (["pagedown"], 2), (["G", "pageup"], 0), (["G", "home"], 0)],
)  # fmt: skip
async def test_moving(running: Running, keys: list[str], index: int) -> None:
    async with running() as driver:
        await driver.press(*keys)
        assert driver.screen.query_one(OptionList).highlighted == index


async def test_enter_opens_the_library(running: Running) -> None:
    async with running() as driver:
        await driver.press("j", "enter")
        assert isinstance(driver.screen, LibraryScreen)
        assert driver.screen.persona.name == "northern light"


async def test_a_click_opens_the_library(running: Running) -> None:
    async with running() as driver:
        await driver.pilot.click(OptionList, offset=(6, 5))
        await driver.settle()
        assert driver.screen.persona.name == "sarah"


async def test_new(running: Running) -> None:
    """A name that exists stays in the field with an error; a new one creates the persona and gets the cursor."""
    async with running() as driver:
        await driver.press("n")
        assert isinstance(driver.screen, AskTextScreen)
        await driver.press("enter")
        assert driver.text("#problem") == "! Enter some text first."
        await type_text(driver, "Sarah")
        await driver.press("enter")
        assert "There is already a persona named sarah." in driver.text("#problem")
        assert driver.screen.query_one(Input).value == "Sarah"
        await type_text(driver, "zoe")
        await driver.press("enter")
        assert isinstance(driver.screen, PersonasScreen)
        assert driver.lines()[-1] == "zoe   ! no channel\n0 unscheduled"
        assert driver.screen.query_one(OptionList).highlighted == 3


async def test_new_cancelled(running: Running, services: FakeServices) -> None:
    async with running() as driver:
        await driver.press("n")
        await type_text(driver, "zoe")
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)
        assert len(services.personas.personas) == 3


async def test_the_ai_label_of_all_pictures(running: Running, services: FakeServices) -> None:
    async with running() as driver:
        await driver.press("G", "a")
        assert services.personas.personas[1].ai_label
        assert "sarah   @sarah.ig Instagram   AI label" in driver.lines()[2]
        await driver.press("enter", "enter", *"fog")
        assert "✓ AI label" in driver.text("#preflight")
        await driver.press("f12")
        assert "made with AI, no AI label f12" in driver.text("#preflight")
        await driver.press("ctrl+s")
        assert not services.scheduling.submitted[0]["ai_generated"]


async def test_rename(running: Running) -> None:
    """The header of the open persona shows the new name too."""
    async with running(persona="sarah") as driver:
        await driver.press("at", "R")
        assert driver.screen.query_one(Input).value == "sarah"
        await type_text(driver, MARKUP + "!")
        await driver.press("enter")
        assert f"{MARKUP}!   @sarah.ig Instagram" in "".join(driver.lines())
        assert driver.text("#frame-header").startswith(f"{MARKUP}! ▸ @sarah.ig Instagram")


async def test_all_channels_of_a_persona_are_shown_and_the_first_that_cannot_publish(
    running: Running, services: FakeServices
) -> None:
    sarah = services.personas.personas[1]
    services.personas.personas[1] = with_channels(sarah, CHANNELS[0], CHANNELS[3], CHANNELS[2])
    async with running() as driver:
        first, _ = driver.lines()[2].splitlines()
        channels = "@sarah.ig Instagram, @quiet Mastodon, @oldpage Facebook"
        assert first == f"sarah   {channels}   ! Mastodon: queue paused"


async def test_a_persona_of_another_machine_appears(running: Running, services: FakeServices) -> None:
    async with running() as driver:
        await services.personas.create("leo")
        services.tell(PersonaEdited(4))
        await driver.heard()
        assert "leo" in driver.screen_text()


async def test_import(running: Running) -> None:
    async with running() as driver:
        await driver.press("j", "i")
        assert isinstance(driver.screen, ImportScreen)
        await driver.press("escape")
        assert isinstance(driver.screen, PersonasScreen)


async def test_without_personas_the_screen_says_what_to_do(running: Running, services: FakeServices) -> None:
    services.personas.personas.clear()
    async with running() as driver:
        assert driver.screen.query_one("#no-personas").display
        assert not driver.screen.query_one("#personas").display
        await driver.press("enter", "R", "c", "i")
        assert isinstance(driver.screen, PersonasScreen)
        await driver.press("n")
        await type_text(driver, "zoe")
        await driver.press("enter", "enter")
        assert driver.screen.persona.name == "zoe"


async def test_esc_goes_back_to_the_previous_tab(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "at", "escape")
        assert driver.app.current_mode == "posts"


async def test_another_persona_has_its_own_tabs(running: Running) -> None:
    async with running(persona="sarah") as driver:
        before = driver.screen
        await driver.press("at", "k", "enter")
        assert driver.screen.persona.name == "northern light"
        assert driver.screen is not before
        await driver.press("at", "j", "enter")
        assert driver.screen.persona.name == "sarah"


async def test_keys_that_arrive_at_once_keep_their_order(running: Running) -> None:
    """A terminal may deliver `jj⏎` in one piece; that opens the persona two rows down."""
    async with running() as driver:
        for key in ("j", "j", "enter"):
            driver.app.post_message(events.Key(key, key if key == "j" else "\r"))
        await driver.settle()
        assert driver.screen.persona.name == "sarah"
