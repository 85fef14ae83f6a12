"""A person's own keys, the table `[keys]` of config.toml: what in it cannot work, in plain words."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import combinations

from textual.binding import BindingError, BindingsMap
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from fluffy_tui.tui.keymap.bindings import ACTIONS, Place, actions_of, written_key

WITHOUT_LISTS = frozenset(
    {
        Place.COMPOSE,
        Place.COMPLETING,
        Place.PICKING,
        Place.SNIPPET,
        Place.DIALOG,
        Place.STARTUP,
        Place.SETUP,
        Place.EVERYWHERE,
    }
)
"""Places with no list in them, where its keys mean nothing."""

WITH_TEXT = frozenset({Place.COMPOSE, Place.EDITING, Place.FILL, Place.SNIPPET, Place.PICKING})
"""Places where a text has the keyboard most of the time."""
LEFT_TO_SCREENS = frozenset({"ctrl+e", "ctrl+f"})
"""Keys of Textual's text area that ours, for captions, leaves to its screen; as its own, it would swallow them."""

_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "meta", "hyper"})
_LONG_NAMES = {short: long for long, short in KEY_NAME_REPLACEMENTS.items()}
_NAMES = frozenset(key.value for key in Keys) | frozenset(KEY_NAME_REPLACEMENTS.values())


def key_troubles(own: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each entry that names no action or no key, and for each key that means two things.

    What shares a key by default, such as `q` in a dialog and everywhere, is meant and no trouble.
    """
    known = {action.id: action for action in ACTIONS}
    good = {id_: keys for id_, keys in own.items() if id_ in known and not _wrong_keys(keys)}
    return (
        *(_unknown(id_, known) for id_ in own if id_ not in known),
        *(
            f"{id_} is given {_listed(_wrong_keys(keys))}, which is no key."
            for id_, keys in own.items()
            if id_ in known and _wrong_keys(keys)
        ),
        *_clashes(good),
        *_swallowed(good),
    )


def _unknown(id_: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(id_, known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return f"There is no action {id_}.{meant}"


def _wrong_keys(keys: str) -> list[str]:
    return [key.strip() or "nothing" for key in keys.split(",") if not _is_key(key.strip())]


def _is_key(key: str) -> bool:
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    if not _MODIFIERS.issuperset(modifiers):
        return False
    if len(name) == 1 or name in _NAMES:
        return True
    try:
        return bool(unicodedata.lookup(name.replace("_", " ")))
    except KeyError:
        return False


def _listed(words: list[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)


def _clashes(own: Mapping[str, str]) -> Iterator[str]:
    meant = {pair for pair, _ in _shared({})}
    labels = {action.id: action.label for action in ACTIONS}
    told = set()
    for pair, place in _shared(own):
        if pair not in meant and pair not in told:
            told.add(pair)
            key, one, other = pair
            yield (
                f"In {place}, {written_key(key)} means both {labels[one]} ({one}) and {labels[other]} ({other}), "
                f"so one of them cannot be reached by it."
            )


def _swallowed(own: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each key that a text field takes for itself before the action hears of it."""
    if not own:
        return
    from textual.widgets import Input, TextArea  # not for the first frame

    of_fields = {key for field in (TextArea, Input) for key in BindingsMap(field.BINDINGS).key_to_bindings}
    for action in ACTIONS:
        usual = set(_keys(action.keys))
        if action.place not in WITH_TEXT or action.id not in own or any(map(is_typed, usual)):
            continue  # what is a letter by default is for a table or a line of choices beside the text
        for key in sorted(set(_keys(own[action.id])) - usual - LEFT_TO_SCREENS):
            if is_typed(key) or key in of_fields:
                yield (
                    f"In {action.place}, {written_key(key)} is for the text itself, so it cannot reach "
                    f"{action.label} ({action.id})."
                )


def is_typed(key: str) -> bool:
    """Whether a key, by Textual's own name, puts a character into a text."""
    character = typed_character(key)
    return character is not None and character.isprintable()


def typed_character(key: str) -> str | None:
    """Return the character of a key by Textual's own name, also of those it has shorter names for, as `slash`."""
    return key_to_character(_LONG_NAMES.get(key, key))


def _shared(own: Mapping[str, str]) -> Iterator[tuple[tuple[str, str, str], Place]]:
    """Yield every key with two actions that are there at the same place, and the place."""
    for place in Place:
        together = dict.fromkeys((place, Place.EVERYWHERE))
        if place not in WITHOUT_LISTS:
            together[Place.LIST] = None
        ids = defaultdict(list)
        for action in actions_of(*together):
            for key in _keys(own.get(action.id, action.keys)):
                ids[key].append(action.id)
        for key, sharing in ids.items():
            for one, other in combinations(sharing, 2):
                yield (key, one, other), place


def _keys(keys: str) -> Iterator[str]:
    """Yield keys by Textual's own names: `question_mark` for `?`."""
    try:
        yield from BindingsMap([(keys, "", "")]).key_to_bindings
    except BindingError:
        return
