"""The palette: what can be done now, by groups, found by a few letters, and done on the screen below."""

from __future__ import annotations

import pytest
from textual.widgets import OptionList

from fluffy_tui.tui.compose.screen import ComposeScreen
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.palette import PaletteScreen
from fluffy_tui.tui.palette.screen import FURTHER, Command, commands
from fluffy_tui.tui.plan.screen import PlanScreen
from tui.conftest import Driver, Looks, Running
from tui.fakes import FakeServices
from tui.library.library_driver import verdict


def lines(driver: Driver) -> list[str]:
    """Return what is listed, headings included, with single blanks."""
    listing = driver.screen.query_one("#found", OptionList)
    return [" ".join(str(option.prompt).split()) for option in listing.options]


async def test_actions_are_grouped_with_those_of_the_screen_first(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("3", "ctrl+p")
        assert isinstance(driver.screen, PaletteScreen)
        listing = driver.screen.query_one("#found", OptionList)
        headings = [str(option.prompt) for option in listing.options if option.disabled]
        assert headings == ["plan", "everywhere", FURTHER]
        assert lines(driver)[1].startswith("Open enter Open the post")
        assert "Undo submit z Undo the last submit (the text is kept)" in lines(driver)


async def test_of_several_keys_the_shortest_is_named_first_but_no_letter_written_with_alt(
    running: Running,
) -> None:
    async with running(persona="sarah") as driver:
        keys = {one.title: one.keys for one in commands(driver.screen)}
        assert keys["Rate 0"] == "alt+0 º"
        assert keys["Quit"] == "q ctrl+q"


async def test_what_is_dimmed_is_not_offered(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("2", "G")
        titles = {one.title for one in commands(driver.screen)}
        assert "Post again" in titles and "Copy link" in titles
        assert titles.isdisjoint({"Edit", "Retry", "Cancel", "Move up"}), "it is live"


async def test_a_few_letters_and_enter_run_an_action_on_the_screen_below(
    running: Running, services: FakeServices
) -> None:
    async with running(persona="sarah") as driver:
        await driver.send("\x10unfl\r")
        assert isinstance(driver.screen, LibraryScreen)
        await driver.send("\x10pick\r")
        assert [verdict(services, id_) for id_ in (40, 39, 38)] == [None, "pick", None]
        await driver.press("ctrl+p", *"zzzz", "enter")
        assert isinstance(driver.screen, PaletteScreen)
        assert "Nothing matches “zzzz”." in driver.screen_text()
        await driver.press(*["backspace"] * 4, "down", "up", "escape")
        assert isinstance(driver.screen, LibraryScreen)


async def test_a_click_runs_an_action_too(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.press("ctrl+p", *"plan")
        listing = driver.screen.query_one("#found", OptionList)
        line = next(number for number, one in enumerate(lines(driver)) if one.startswith("Plan 3"))
        await driver.pilot.click(listing, offset=(3, line))
        await driver.settle()
        assert isinstance(driver.screen, PlanScreen)


async def test_it_opens_over_a_caption_without_ctrl_p_and_shows_user_keys(running: Running) -> None:
    async with running(persona="sarah", keymap={"compose.fit": "f11"}) as driver:
        await driver.press("enter", "alt+x", *"fit")
        assert isinstance(driver.screen, PaletteScreen)
        assert any(line.startswith("Fit f11 Crop") for line in lines(driver))
        await driver.press("escape")
        assert isinstance(driver.screen, ComposeScreen)


def test_a_phrase_that_only_repeats_the_label_is_left_out() -> None:
    assert str(Command("", "Retry", "r", "Retry", print).row()).split() == ["Retry", "r"]


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (140, 45)], ids=["60x18", "80x24", "140x45"])
def test_looks(looks: Looks, size: tuple[int, int]) -> None:
    assert looks(size, "ctrl+p", persona=None)


def test_looks_in_a_light_theme(looks: Looks) -> None:
    assert looks((80, 24), "ctrl+p", persona=None, theme="textual-light")
