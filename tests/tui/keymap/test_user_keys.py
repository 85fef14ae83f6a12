"""A person's own keys: what cannot work is told in plain words."""

from __future__ import annotations

import pytest

from fluffy_tui.tui.keymap.bindings import ACTIONS
from fluffy_tui.tui.keymap.user_keys import key_troubles


def test_the_default_keys_are_no_trouble() -> None:
    assert key_troubles({}) == ()
    assert key_troubles({action.id: action.keys for action in ACTIONS}) == ()


@pytest.mark.parametrize(
    "keys", ["O", "%", "alt+o", "f9,ctrl+shift+f9", "plus", "percent_sign", "€", "alt+left"]
)
def test_keys_that_are_free_are_no_trouble(keys: str) -> None:
    assert key_troubles({"app.reload": keys}) == ()


def test_an_unknown_action_is_named_with_the_one_that_was_meant() -> None:
    assert key_troubles({"personas.nwe": "o"}) == (
        "There is no action personas.nwe. Did you mean personas.new?",
    )
    assert key_troubles({"[/b][red": "o"}) == ("There is no action [/b][red.",)


@pytest.mark.parametrize("keys", ["ctrl+enterr", "strg+o", "o,", ""])
def test_what_is_no_key_is_named(keys: str) -> None:
    (trouble,) = key_troubles({"personas.new": keys})
    assert trouble.startswith("personas.new is given “")
    assert trouble.endswith("which is no key.")


def test_a_key_with_two_meanings_in_one_place_is_told_once() -> None:
    (trouble,) = key_troubles({"personas.new": "r"})
    assert trouble == (
        "In personas, r means both new (personas.new) and rename (personas.rename), "
        "so one of them cannot be reached by it."
    )


def test_the_same_key_in_two_places_is_no_clash() -> None:
    assert key_troubles({"personas.new": "y"}) == ()


def test_a_key_of_lists_clashes_where_there_are_lists_only() -> None:
    (trouble,) = key_troubles({"personas.new": "j"})
    assert "means both" in trouble
    assert "list.down" in trouble
    assert key_troubles({"startup.retry": "j"}) == ()


def test_a_key_of_everywhere_clashes_with_a_place_however_it_is_written() -> None:
    (trouble,) = key_troubles({"personas.new": "?"})
    assert "(personas.new)" in trouble
    assert "(app.help)" in trouble


def test_moving_the_other_action_away_mends_it() -> None:
    assert key_troubles({"personas.new": "r", "personas.rename": "R"}) == ()


@pytest.mark.parametrize("keys", ["e", "space", "question_mark", "ctrl+k", "ctrl+a", "f7", "é"])
def test_a_key_that_a_text_takes_for_itself_is_told(keys: str) -> None:
    troubles = key_troubles({"compose.editor": keys})
    assert any("is for the text itself" in trouble and "(compose.editor)" in trouble for trouble in troubles)


@pytest.mark.parametrize("keys", ["f9", "alt+e", "ctrl+o", "ctrl+e"])
def test_a_key_that_no_text_takes_is_no_trouble(keys: str) -> None:
    assert key_troubles({"compose.editor": keys}) == ()
    assert key_troubles({"personas.new": "a"}) == (), "a list has no text"
    assert key_troubles({"fill.undo": "u", "compose.choose_next": "n"}) == (), "nor have table and choices"
