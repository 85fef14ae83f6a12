"""Keys within sentences: which of an action's keys a hint names, the default one or the user's own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from fluffy_tui.tui.keymap.action import Place, written_key
from fluffy_tui.tui.keymap.bindings import actions_of
from fluffy_tui.tui.keymap.key_table import ACTIONS

_BY_ID = {action.id: action for action in ACTIONS}
_ID_IN_BRACES = re.compile(r"\{(\w+\.\w+)\}")
_THEN = " then "


def key_of(id_: str, own: Mapping[str, str]) -> str:
    """Return the key of an action for use in a sentence: the user's first one, else the default.

    It is the one that the line of keys shows.

    Raises:
        KeyError: There is no such action.
    """
    return written_key(own.get(id_, _BY_ID[id_].keys).split(",")[0])


def with_keys(sentence: str, own: Mapping[str, str]) -> str:
    """Return a sentence with keys in place of action ids, as in `Press {posts.all} to show all posts`.

    Insert text that users wrote afterwards: it may contain braces.

    Raises:
        KeyError: The sentence names an unknown action.
    """
    return _ID_IN_BRACES.sub(lambda found: key_of(found[1], own), sentence)


def own_keys(written: str, own: Mapping[str, str], *places: Place) -> str:
    """Replace default keys, as they are written in a text such as `esc then @ then c`, by the user's own.

    Of the places where a key is looked for, the first that has it wins.
    """
    return _THEN.join(_own_key(key, own, places) for key in written.split(_THEN))


def _own_key(written: str, own: Mapping[str, str], places: Collection[Place]) -> str:
    for place in places:
        for action in actions_of(place):
            if action.written_keys[0] == written:
                return written_key(own.get(action.id, action.keys).split(",")[0])
    return written
