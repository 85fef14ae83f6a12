"""The user's own keys: former ids still work, and problems are reported in plain words."""

from __future__ import annotations

import pytest

from fluffy_tui.tui.keymap.bindings import ACTIONS
from fluffy_tui.tui.keymap.user_keys import current_ids, key_problems


def test_default_keys_have_no_problems() -> None:
    assert key_problems({}) == ()
    assert key_problems({action.id: action.keys for action in ACTIONS}) == ()


def test_former_ids_still_work() -> None:
    former = {
        "app.take_back": "shift+f9",
        "trouble.change_time": "shift+f10",
        "picking.next": "shift+f11",
    }
    assert current_ids(former) == {
        "app.undo_submit": "shift+f9",
        "problems.reschedule": "shift+f10",
        "picker.next": "shift+f11",
    }
    assert key_problems(former) == ()


@pytest.mark.parametrize(
    "order", [("app.take_back", "app.undo_submit"), ("app.undo_submit", "app.take_back")]
)
def test_the_current_id_wins_over_the_former_one(order: tuple[str, str]) -> None:
    assert current_ids({id_: f"{id_}'s key" for id_ in order}) == {"app.undo_submit": "app.undo_submit's key"}


def test_former_ids_lead_to_actions() -> None:
    from fluffy_tui.tui.keymap.user_keys import _FORMER_IDS

    assert set(_FORMER_IDS.values()) <= {action.id for action in ACTIONS}
    assert not set(_FORMER_IDS) & {action.id for action in ACTIONS}


@pytest.mark.parametrize(
    "keys", ["Q", "%", "alt+k", "f11,ctrl+shift+f9", "ampersand", "percent_sign", "€", "alt+q"]
)
def test_free_keys_have_no_problems(keys: str) -> None:
    assert key_problems({"app.reload": keys}) == ()


def test_an_unknown_action_is_reported_with_the_closest_one() -> None:
    assert key_problems({"personas.nwe": "o"}) == (
        "There is no action personas.nwe. Did you mean personas.new?",
    )
    assert key_problems({"[/b][red": "o"}) == ("There is no action [/b][red.",)


@pytest.mark.parametrize("keys", ["ctrl+enterr", "strg+o", "o,", "", "\u202e", "ctrl+\0"])
def test_an_unknown_key_is_reported(keys: str) -> None:
    (problem,) = key_problems({"personas.new": keys})
    assert problem.startswith("personas.new: “")
    assert problem.endswith("is not a key.")


def test_a_key_with_two_actions_is_reported_once() -> None:
    (problem,) = key_problems({"personas.new": "R"})
    assert problem == "personas: R is set for both personas.new and personas.rename. Change one of them."


def test_the_same_key_in_two_places_is_no_conflict() -> None:
    assert key_problems({"personas.new": "y"}) == ()


def test_a_key_of_lists_conflicts_only_where_there_are_lists() -> None:
    (problem,) = key_problems({"personas.new": "j"})
    assert "both list.down and personas.new" in problem or "both personas.new and list.down" in problem
    assert key_problems({"startup.retry": "j"}) == ()


def test_a_key_of_everywhere_conflicts_with_a_place_however_it_is_written() -> None:
    (problem,) = key_problems({"personas.new": "?"})
    assert "personas.new" in problem
    assert "app.help" in problem


def test_moving_the_other_action_to_another_key_resolves_a_conflict() -> None:
    assert key_problems({"personas.new": "R", "personas.rename": "r"}) == ()


@pytest.mark.parametrize("keys", ["e", "space", "question_mark", "ctrl+k", "ctrl+a", "ctrl+w", "é"])
def test_a_key_that_the_text_field_needs_is_reported(keys: str) -> None:
    problems = key_problems({"compose.editor": keys})
    assert any(problem.startswith("composer: compose.editor cannot use ") for problem in problems)


@pytest.mark.parametrize("keys", ["f11", "alt+e", "ctrl+h", "ctrl+e"])
def test_a_key_that_the_text_field_does_not_need_has_no_problem(keys: str) -> None:
    assert key_problems({"compose.editor": keys}) == ()
    assert key_problems({"personas.new": "b"}) == (), "a list is not a text field"
    assert key_problems({"fill.undo": "u", "compose.next_option": "n"}) == (), "nor are a table and options"
