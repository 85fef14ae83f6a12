"""The table of keys, and everything made from it."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.widgets import OptionList, Static

from fluffy_tui.tui.keymap.bindings import ACTIONS, Place, actions_of, bindings, key_table_markdown
from fluffy_tui.tui.keymap.command_palette import KeyCommands
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas.screen import PersonasScreen
from fluffy_tui.tui.ui.help import HelpScreen
from tui.conftest import Driver, Running


def help_text(driver: Driver) -> str:
    """Return everything that the help says."""
    return "\n".join(str(static.render()) for static in driver.screen.query("#dialog Static").results(Static))


def test_ids_are_unique() -> None:
    assert [id_ for id_, count in Counter(action.id for action in ACTIONS).items() if count > 1] == []


@pytest.mark.parametrize("place", list(Place))
def test_no_key_means_two_things_in_one_place(place: Place) -> None:
    if place is Place.DIALOG:  # each dialog takes some of them
        return
    keys = Counter(key for action in actions_of(place) for key in action.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("place", list(Place))
def test_the_footer_shows_six_keys_at_most(place: Place) -> None:
    shown = {action.id for action in actions_of(place, Place.EVERYWHERE, Place.LIST) if action.footer}
    assert len(shown) <= 6


def test_unknown_ids_are_refused() -> None:
    with pytest.raises(KeyError):
        bindings(Place.DIALOG, only=("dialog.maybe",))


def test_readme_table_names_every_action() -> None:
    table = key_table_markdown()
    assert table.startswith("| where | keys | what |\n|---|---|---|\n")
    assert len(table.splitlines()) == len(ACTIONS) + 2
    assert "| everywhere | `?` `f1` | Show every key of this place. |" in table
    assert "| every list | `j` `↓` | Next line. |" in table


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_lists_the_place_then_lists_then_everywhere(running: Running, key: str) -> None:
    async with running(size=(80, 24)) as driver:
        await driver.press(key)
        assert isinstance(driver.screen, HelpScreen)
        text = help_text(driver)
        for action in actions_of(Place.PERSONAS, Place.LIST, Place.EVERYWHERE):
            assert action.tooltip in " ".join(text.split())
        assert text.index("personas\n") < text.index("every list") < text.index("everywhere")


@pytest.mark.parametrize("key", ["escape", "q", "question_mark"])
async def test_help_closes(running: Running, key: str) -> None:
    async with running() as driver:
        await driver.press("question_mark", key)
        assert isinstance(driver.screen, PersonasScreen)


async def test_a_persons_own_keys_work_and_are_shown_in_help(running: Running) -> None:
    async with running(keymap={"personas.open": "o", "app.help": "f2"}) as driver:
        await driver.press("f2")
        assert "  o                   Open the persona's library." in help_text(driver)
        await driver.press("escape", "o")
        assert isinstance(driver.screen, LibraryScreen)


async def test_palette_does_what_the_table_says(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.pilot.press("ctrl+p")
        await driver.pilot.press(*"posts")
        found = driver.screen.query_one(OptionList)
        while not (found.option_count and "Posts" in str(found.get_option_at_index(0).prompt)):
            await driver.pilot.pause(0.01)
        await driver.pilot.press("enter")
        await driver.settle()
        assert driver.app.current_mode == "posts"


async def test_the_palette_names_the_persons_own_keys(running: Running) -> None:
    async with running(persona="sarah", keymap={"library.pick": "ctrl+y"}) as driver:
        titles = [title for _, title, _ in KeyCommands(driver.screen)._possible()]
        assert "Pick  (ctrl+y)" in titles
        assert "Keys  (? f1)" in titles
        assert not any("(p)" in title for title in titles)
