"""The key table and everything made from it."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.binding import Binding
from textual.widgets import OptionList

from documents import key_table_markdown
from fluffy_tui.tui.keymap.action import Trait
from fluffy_tui.tui.keymap.bindings import ACTIONS, Place, actions_of, bindings
from fluffy_tui.tui.library.screen import LibraryScreen
from fluffy_tui.tui.personas import PersonasScreen
from fluffy_tui.tui.text.filter_words import FILTER_WORDS
from fluffy_tui.tui.ui.hanging_indent import HangingText
from fluffy_tui.tui.ui.help import HelpScreen
from tui.conftest import Driver, Running


def help_text(driver: Driver) -> str:
    """Return the whole text of the help."""
    return "\n".join(str(static.render()) for static in driver.screen.query(HangingText))


def test_ids_are_unique() -> None:
    assert [id_ for id_, count in Counter(action.id for action in ACTIONS).items() if count > 1] == []


@pytest.mark.parametrize("place", list(Place))
def test_no_place_has_two_actions_on_one_key(place: Place) -> None:
    if place is Place.DIALOG:  # each dialog uses some of them
        return
    keys = Counter(key for action in actions_of(place) for key in action.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("place", list(Place))
def test_the_footer_shows_six_keys_at_most(place: Place) -> None:
    actions = actions_of(place, Place.EVERYWHERE, Place.LIST)
    assert sum(Trait.FOOTER in action.traits for action in actions) <= 6


def test_labels_are_short_and_in_sentence_case() -> None:
    for action in ACTIONS:
        assert len(action.label.split()) <= 3, action.id
        for text in (action.label, action.tooltip):
            assert text[0].isupper() and not text.endswith("."), action.id


def test_unknown_ids_raise() -> None:
    with pytest.raises(KeyError):
        bindings(Place.DIALOG, only=("dialog.maybe",))
    with pytest.raises(KeyError):
        bindings(Place.DIALOG, without=("dialog.maybe",))


def test_bindings_can_leave_ids_out() -> None:
    left = bindings(Place.DIALOG, without=("dialog.cancel",))
    assert [binding.id for binding in left if isinstance(binding, Binding)] == [
        "dialog.yes",
        "dialog.all",
        "dialog.no",
    ]


def test_rows_shared_by_places_have_the_same_words() -> None:
    rows = {action.id: action for action in ACTIONS}
    for one, other in (("compose.insert", "fill.insert"), ("posts.retry", "problems.retry")):
        assert (rows[one].keys, rows[one].tooltip) == (rows[other].keys, rows[other].tooltip)


def test_the_table_for_the_docs_has_every_action() -> None:
    table = key_table_markdown()
    assert table.startswith("| where | keys | what | id |\n|---|---|---|---|\n")
    assert len(table.splitlines()) == len(ACTIONS) + 2
    assert "| everywhere | `?` `f1` | Show all keys for this screen | `app.help` |" in table
    assert "| every list | `j` `↓` | Next row | `list.down` |" in table


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_lists_the_place_then_lists_then_everywhere(running: Running, key: str) -> None:
    async with running(size=(80, 24)) as driver:
        await driver.press(key)
        assert isinstance(driver.screen, HelpScreen)
        text = help_text(driver)
        for action in actions_of(Place.PERSONAS, Place.LIST, Place.EVERYWHERE):
            assert action.tooltip in " ".join(text.split())
        assert text.index("personas\n") < text.index("every list") < text.index("everywhere")


async def test_the_help_of_the_library_lists_what_a_filter_understands(running: Running) -> None:
    """Also from the filter field, into which a question mark is typed."""
    async with running(persona="sarah", size=(80, 24)) as driver:
        await driver.press("slash", "f1")
        assert isinstance(driver.screen, HelpScreen)
        text = " ".join(help_text(driver).split())
        for word in FILTER_WORDS:
            assert ", ".join(word.written) in text
            assert word.finds.replace("`", "") in text


@pytest.mark.parametrize("key", ["escape", "q", "question_mark"])
async def test_help_closes(running: Running, key: str) -> None:
    async with running() as driver:
        await driver.press("question_mark", key)
        assert isinstance(driver.screen, PersonasScreen)


async def test_user_keys_work_and_help_shows_them(running: Running) -> None:
    async with running(keymap={"personas.open": "o", "app.help": "f2"}) as driver:
        await driver.press("f2")
        assert "  o                   Open the persona's library" in help_text(driver)
        await driver.press("escape", "o")
        assert isinstance(driver.screen, LibraryScreen)


async def test_the_palette_runs_an_action(running: Running) -> None:
    async with running(persona="sarah") as driver:
        await driver.pilot.press("ctrl+p")
        await driver.pilot.press(*"posts")
        found = driver.screen.query_one(OptionList)
        while not (found.option_count and "Posts" in str(found.get_option_at_index(0).prompt)):
            await driver.pilot.pause(0.01)
        await driver.pilot.press("enter")
        await driver.settle()
        assert driver.app.current_mode == "posts"


MULTIPLEXED = frozenset(f"ctrl+{letter}" for letter in "abgnopqsth")
"""Keys that Zellij, tmux, screen or XON/XOFF keep for themselves."""


def test_every_action_is_reached_where_a_multiplexer_takes_keys() -> None:
    """By another key, or by the palette, which has one."""
    unreached = {
        action.id
        for action in ACTIONS
        if MULTIPLEXED.issuperset(action.keys.split(",")) and Trait.NOT_IN_PALETTE in action.traits
    }
    assert unreached == set()


def test_moving_up_moving_and_swapping_have_a_key_each_wherever_they_are() -> None:
    keys = {action.id: action.keys for action in ACTIONS}
    up = {keys[id_] for id_ in ("posts.move_up", "problems.move_up", "channels.move_up")}
    assert up == {"K"}
    assert [id_ for id_, key in keys.items() if key == keys["plan.move"]] == ["plan.move"]
    assert keys["plan.swap"] == keys["profile.swap"]
