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


MEANINGS = {
    "do what is shown first": "Accept Apply Caption Choose Details Edit Import Insert Next Open Retry Save Select"
    " Take Drop_here",
    "finish what was written": "Apply Next Save Save_filter Submit Submit_all",
    "leave": "Back Cancel Clear Close Dismiss Keys No Quit Same_picture Stop",
    "move on": "Add Down Left Right Up Next Next_day Next_field Next_option Next_person Next_photo Next_row Next_slot"
    " Next_week Previous Previous_day Previous_field Previous_option Previous_person Previous_photo Previous_row"
    " Previous_slot Previous_week Apply Calendar Options",
    "move by pages": "Earlier First Later Next_month Page_down Page_up Previous_month Today",
    "go to the next part or view": "Accept Breakdown Complete Filmstrip Month Next_field Next_person Next_photo"
    " Next_row Next_slot",
    "remove": "Cancel Delete Reject Remove Reset Skip_photo Take_out_photo",
    "undo": "Undo Undo_all Undo_submit",
    "do it again": "Ask_again Reload Retry Run_again",
    "choose": "Next_option Select Toggle",
    "search": "Filter Search",
    "enlarge": "Larger Zoom",
    "keep the best": "Best Best_of_stack",
    "make a new one": "New New_set",
    "sort by something else": "Next_number Sort",
    "copy": "Copy Copy_link",
    "go to Buffer": "Connect_Buffer Open_in_Buffer",
}
"""What one key may be called in different places, with `_` for a space: the same thing is done with other things."""
LETTERS_OF_THEIR_OWN = {
    "dialog.": "answers to a question, which is on the screen with them",
    "first_run.": "the ways in, listed with their keys before there is any other screen",
    "personas.ai_label": "what belongs to a persona; the list has neither photos nor posts to act on",
    "personas.channel": "as above",
    "personas.snippets": "as above",
    "personas.themes": "as above",
    "personas.voice": "as above",
    "fit.rotate": "a picture that is being fitted; nothing there could be tried again",
}
"""Actions whose keys mean something else elsewhere, by the beginning of their ids, and why nobody is misled."""


def test_a_key_means_the_same_everywhere() -> None:
    labels: dict[str, set[str]] = {}
    for action in ACTIONS:
        if not action.id.startswith(tuple(LETTERS_OF_THEIR_OWN)):
            for key in action.keys.split(","):
                labels.setdefault(key, set()).add(action.label.replace(" ", "_"))
    meanings = [set(words.split()) for words in MEANINGS.values()]
    assert {
        key: words
        for key, words in labels.items()
        if len(words) > 1 and not any(words <= meaning for meaning in meanings)
    } == {}


def test_every_exception_is_one() -> None:
    keys = {action.id: set(action.keys.split(",")) for action in ACTIONS}
    for beginning in LETTERS_OF_THEIR_OWN:
        own = {id_ for id_ in keys if id_.startswith(beginning)}
        assert any(keys[id_] & keys[other] for id_ in own for other in keys.keys() - own), beginning
