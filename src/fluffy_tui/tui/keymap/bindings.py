"""Every key once: footer, help, command palette, the README's table and a person's own keys all come from here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType

from fluffy_tui.tui.keymap.action import Action, Place, written_key
from fluffy_tui.tui.keymap.compose_keys import COMPOSE, FILL, FIT, MOVING, PLAN
from fluffy_tui.tui.keymap.frame_keys import AFTER_THE_TABS, BEFORE_THE_TABS
from fluffy_tui.tui.keymap.library_keys import FILTER, LIBRARY
from fluffy_tui.tui.keymap.post_keys import EDITING, POSTS, TROUBLE
from fluffy_tui.tui.keymap.writing_keys import COMPLETING, PICKING, SNIPPETS

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

ACTIONS: tuple[Action, ...] = (
    *BEFORE_THE_TABS,
    *LIBRARY,
    *FILTER,
    *COMPOSE,
    *COMPLETING,
    *PICKING,
    *SNIPPETS,
    *FIT,
    *POSTS,
    *TROUBLE,
    *EDITING,
    *PLAN,
    *MOVING,
    *FILL,
    *AFTER_THE_TABS,
)
"""The table of all keys."""


def actions_of(*places: Place) -> tuple[Action, ...]:
    """Return the actions of these places, in the table's order."""
    return tuple(action for action in ACTIONS if action.place in places)


def bindings(place: Place, *, only: Iterable[str] | None = None) -> list[BindingType]:
    """Return a place's actions as Textual bindings.

    Args:
        place: Where they are to work.
        only: Ids to take; all of the place when not given.

    Raises:
        KeyError: an id in `only` is not an action of this place.
    """
    found = {action.id: action for action in actions_of(place)}
    chosen = found.values() if only is None else [found[id_] for id_ in only]
    return [_binding(action) for action in chosen]


def help_binding() -> list[BindingType]:
    """Return the key that lists all keys, for a dialog: those of everywhere do not reach into one by themselves."""
    return bindings(Place.EVERYWHERE, only=("app.help",))


def _binding(action: Action) -> Binding:
    return Binding(
        key=action.keys,
        action=action.name,
        description=action.label,
        show=action.footer,
        key_display=action.display or action.written_keys[0],
        priority=action.priority,
        tooltip=action.tooltip,
        id=action.id,
    )


def key_of(id_: str, own: Mapping[str, str]) -> str:
    """Return the key of an action as sentences name it: the first of the person's own, else of the default ones.

    Of `del` and a letter it is the letter, which every keyboard has.

    Args:
        id_: The action.
        own: The person's own keys, by action id.

    Raises:
        KeyError: There is no such action.
    """
    action = _BY_ID[id_]
    if id_ in own:
        return written_key(own[id_].split(",")[0])
    return action.written_keys[-1 if action.keys.startswith("delete") else 0]


def with_keys(sentence: str, own: Mapping[str, str]) -> str:
    """Return a sentence with keys in place of actions, as in `Press {posts.all} for all`.

    What people wrote, which may have braces of its own, is put into a sentence afterwards.

    Args:
        sentence: With ids of actions in braces.
        own: The person's own keys, by action id.

    Raises:
        KeyError: The sentence names an action that there is not.
    """
    return _NAMED.sub(lambda named: key_of(named[1], own), sentence)


_BY_ID = {action.id: action for action in ACTIONS}
_NAMED = re.compile(r"\{(\w+\.\w+)\}")


def own_keys(written: str, own: Mapping[str, str], *places: Place) -> str:
    """Return the keys that a person has in place of default ones.

    Args:
        written: default keys as people write them, such as `ctrl+f` or `esc then @ then c`.
        own: the person's own keys, by action id.
        places: where each of them is looked for, the first that has it counts.
    """
    return _THEN.join(_own_key(key, own, places) for key in written.split(_THEN))


_THEN = " then "


def _own_key(written: str, own: Mapping[str, str], places: Iterable[Place]) -> str:
    for place in places:
        for action in actions_of(place):
            if action.written_keys[0] == written:
                return written_key(own.get(action.id, action.keys).split(",")[0])
    return written


def key_table_markdown() -> str:
    """Return the README's table of keys, in Markdown."""
    rows = ["| where | keys | what |", "|---|---|---|"]
    for place in Place:
        rows += [
            f"| {place} | {' '.join(f'`{key}`' for key in action.written_keys)} | {action.tooltip} |"
            for action in actions_of(place)
        ]
    return "\n".join(rows) + "\n"
