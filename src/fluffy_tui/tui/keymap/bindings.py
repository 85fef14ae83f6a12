"""What is made from the key table: bindings, keys within sentences, the table in the docs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from textual.binding import Binding, BindingType

from fluffy_tui.tui.keymap.action import Action, Place, Trait, written_key
from fluffy_tui.tui.keymap.key_table import ACTIONS

__all__ = [
    "ACTIONS",
    "Action",
    "Place",
    "actions_of",
    "bindings",
    "help_binding",
    "key_of",
    "key_table_markdown",
    "own_keys",
    "with_keys",
    "written_key",
]

_BY_ID = {action.id: action for action in ACTIONS}
_BY_PLACE = {
    place: tuple(action for action in ACTIONS if action.id.startswith(f"{place}.")) for place in Place
}
_ID_IN_BRACES = re.compile(r"\{(\w+\.\w+)\}")
_THEN = " then "


def actions_of(*places: Place) -> tuple[Action, ...]:
    """Return the actions of these places, place by place."""
    return tuple(action for place in places for action in _BY_PLACE[place])


def bindings(
    place: Place, *, only: Collection[str] | None = None, without: Collection[str] = ()
) -> list[BindingType]:
    """Return a place's actions as Textual bindings.

    Args:
        place: Where they work.
        only: Ids to take, in this order; all of the place by default.
        without: Ids to leave out.

    Raises:
        KeyError: An id in `only` or `without` is not an action of this place.
    """
    found = {action.id: action for action in actions_of(place)}
    chosen = found.values() if only is None else [found[id_] for id_ in only]
    left_out = [found[id_] for id_ in without]
    return [_binding(action) for action in chosen if action not in left_out]


def help_binding() -> list[BindingType]:
    """Return the help key for a dialog, which the app's own bindings do not reach."""
    return bindings(Place.EVERYWHERE, only=("app.help",))


def _binding(action: Action) -> Binding:
    return Binding(
        key=action.keys,
        action=action.name,
        description=action.label,
        show=Trait.FOOTER in action.traits,
        key_display=action.written_keys[0],
        priority=Trait.PRIORITY in action.traits,
        tooltip=action.tooltip,
        id=action.id,
    )


def key_of(id_: str, own: Mapping[str, str]) -> str:
    """Return the key of an action for use in a sentence: the user's first one, else the default.

    Of `del` and a letter it is the letter, which every keyboard has.

    Args:
        id_: The action.
        own: The user's own keys, by action id.

    Raises:
        KeyError: There is no such action.
    """
    action = _BY_ID[id_]
    if id_ in own:
        return written_key(own[id_].split(",")[0])
    return action.written_keys[-1 if action.keys.startswith("delete") else 0]


def with_keys(sentence: str, own: Mapping[str, str]) -> str:
    """Return a sentence with keys in place of action ids, as in `Press {posts.all} to show all posts`.

    Insert text that users wrote afterwards: it may contain braces.

    Args:
        sentence: With action ids in braces.
        own: The user's own keys, by action id.

    Raises:
        KeyError: The sentence names an unknown action.
    """
    return _ID_IN_BRACES.sub(lambda found: key_of(found[1], own), sentence)


def own_keys(written: str, own: Mapping[str, str], *places: Place) -> str:
    """Replace default keys by the user's own.

    Args:
        written: Default keys as they are written in text, such as `ctrl+f` or `esc then @ then c`.
        own: The user's own keys, by action id.
        places: Where to look for each key; the first place that has it wins.
    """
    return _THEN.join(_own_key(key, own, places) for key in written.split(_THEN))


def _own_key(written: str, own: Mapping[str, str], places: Collection[Place]) -> str:
    for place in places:
        for action in actions_of(place):
            if action.written_keys[0] == written:
                return written_key(own.get(action.id, action.keys).split(",")[0])
    return written


def key_table_markdown() -> str:
    """Return the table of keys for the docs, in Markdown."""
    rows = ["| where | keys | what | id |", "|---|---|---|---|"]
    for place in Place:
        rows += [
            f"| {place.heading} | {' '.join(f'`{key}`' for key in keys)} | {action.tooltip} | `{action.id}` |"
            for action in actions_of(place)
            if (keys := [key.replace("|", r"\|") for key in action.written_keys])
        ]
    return "\n".join(rows) + "\n"
