"""The user's own keys, the table `[keys]` of config.toml: former action ids, and warnings about what cannot work."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import combinations

from textual.binding import BindingError, BindingsMap
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from fluffy_tui.tui.keymap.action import Place, written_key
from fluffy_tui.tui.keymap.bindings import actions_of
from fluffy_tui.tui.keymap.key_table import ACTIONS

WITHOUT_LISTS = frozenset(
    {
        Place.COMPOSE,
        Place.AUTOCOMPLETE,
        Place.PICKER,
        Place.SNIPPET,
        Place.SUGGESTIONS,
        Place.VOICE,
        Place.DIALOG,
        Place.STARTUP,
        Place.SETUP,
        Place.EVERYWHERE,
    }
)
"""Places without a list, where the keys of lists do nothing."""

WITH_TEXT = frozenset({Place.COMPOSE, Place.EDIT, Place.FILL, Place.SNIPPET, Place.PICKER, Place.VOICE})
"""Places where a text field has the focus most of the time."""
LEFT_TO_SCREENS = frozenset({"ctrl+e", "ctrl+f", "f6", "f7"})
"""Keys of Textual's text area that our caption field leaves to its screen; the text area would swallow them."""

_FORMER_PREFIXES = {
    "trouble": "problems",
    "completion": "autocomplete",
    "picking": "picker",
    "moving": "move",
}
_FORMER_IDS = {
    "app.trouble": "app.problems",
    "app.take_back": "app.undo_submit",
    "first_run.choose": "first_run.select",
    "first_run.set_up": "first_run.connect_buffer",
    "setup.take": "setup.toggle",
    "setup.field_before": "setup.previous_field",
    "channels.choose": "channels.save",
    "channels.select": "channels.save",
    "channels.retry": "channels.reload",
    "import.another": "import.add_folder",
    "library.undecide": "library.unflag",
    "library.next_verdict": "library.cycle_flags",
    "library.next_sort": "library.sort",
    "library.turn_round": "library.reverse",
    "library.jump": "library.go_to_date",
    "library.copies": "library.duplicates",
    "library.fold": "library.all_duplicates",
    "library.more_like": "library.most_similar",
    "library.least_like": "library.least_similar",
    "library.mark": "library.select",
    "library.fill_week": "library.fill_slots",
    "library.open_outside": "library.open_in_viewer",
    "library.swap": "library.filmstrip",
    "filter.forget": "filter.clear",
    "filter.keep": "filter.apply",
    "compose.earlier": "compose.recent_captions",
    "compose.open_outside": "compose.open_in_viewer",
    "compose.choose_next": "compose.next_option",
    "compose.choose_previous": "compose.previous_option",
    "autocomplete.take": "autocomplete.accept",
    "picker.take": "picker.insert",
    "fit.take": "fit.apply",
    "fit.turn": "fit.rotate",
    "fill.before": "fill.previous",
    "fill.earlier": "fill.recent_captions",
    "fill.open_outside": "fill.open_in_viewer",
    "fill.open": "fill.edit",
    "fill.leave_out": "fill.skip",
    "plan.earlier": "plan.previous_slot",
    "plan.later": "plan.next_slot",
    "plan.day_before": "plan.previous_day",
    "plan.day_after": "plan.next_day",
    "move.put_down": "move.drop",
    "move.let_be": "move.cancel",
    "posts.mark": "posts.select",
    "posts.change_time": "posts.reschedule",
    "posts.cancel_post": "posts.cancel",
    "posts.rehost": "posts.upload_again",
    "posts.on_the_way": "posts.queued",
    "problems.mark": "problems.select",
    "problems.change_time": "problems.reschedule",
    "problems.cancel_post": "problems.cancel",
    "problems.rehost": "problems.upload_again",
    "edit.earlier": "edit.recent_captions",
    "edit.open_outside": "edit.open_in_viewer",
    "settings.set_up": "settings.connect_buffer",
    "doctor.again": "doctor.rerun",
}
"""Action ids of earlier versions, which still work in config.toml; a former prefix is replaced first."""

_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "meta", "hyper"})
_LONG_NAMES = {short: long for long, short in KEY_NAME_REPLACEMENTS.items()}
_NAMES = frozenset(key.value for key in Keys) | frozenset(KEY_NAME_REPLACEMENTS.values())


def current_ids(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the user's keys under today's action ids; where both ids are given, today's wins."""
    return {_current_id(id_): key for id_, key in sorted(keys.items(), key=_is_current)}


def _is_current(entry: tuple[str, str]) -> bool:
    return _current_id(entry[0]) == entry[0]


def _current_id(id_: str) -> str:
    prefix, dot, verb = id_.partition(".")
    id_ = f"{_FORMER_PREFIXES.get(prefix, prefix)}{dot}{verb}"
    return _FORMER_IDS.get(id_, id_)


def key_problems(own: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each entry that names no action or no key, and for each key that means two things.

    Actions that share a key by default, such as `q` in a dialog and everywhere, are fine.
    """
    known = {action.id: action for action in ACTIONS}
    own = current_ids(own)
    good = {id_: keys for id_, keys in own.items() if id_ in known and not _unknown_keys(keys)}
    return (
        *(_unknown_action(id_, known) for id_ in own if id_ not in known),
        *(
            f"{id_}: {_quoted(_unknown_keys(keys))} is not a key."
            for id_, keys in own.items()
            if id_ in known and _unknown_keys(keys)
        ),
        *_conflicts(good),
        *_swallowed(good),
    )


def _unknown_action(id_: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(id_, known, n=1)
    return f"There is no action {id_}." + (f" Did you mean {near[0]}?" if near else "")


def _unknown_keys(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if not _is_key(key.strip())]


def _is_key(key: str) -> bool:
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    if not _MODIFIERS.issuperset(modifiers):
        return False
    if (len(name) == 1 and name.isprintable()) or name in _NAMES:
        return True
    try:
        return bool(unicodedata.lookup(name.replace("_", " ")))
    except KeyError:
        return False


def _quoted(words: list[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)


def _conflicts(own: Mapping[str, str]) -> Iterator[str]:
    if not own:
        return  # most users have none, and to look at every key takes longer than a frame
    reported = {pair for pair, _ in _shared({})}
    for pair, place in _shared(own):
        if pair not in reported:
            reported.add(pair)
            key, one, other = pair
            yield f"{place.heading}: {written_key(key)} is set for both {one} and {other}. Change one of them."


def _swallowed(own: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each key that a text field uses itself, so that the action never gets it."""
    if not own:
        return
    from textual.widgets import Input, TextArea  # not for the first frame

    of_fields = {key for field in (TextArea, Input) for key in BindingsMap(field.BINDINGS).key_to_bindings}
    for action in ACTIONS:
        usual = set(_keys(action.keys))
        if action.place not in WITH_TEXT or action.id not in own or any(map(is_typed, usual)):
            continue  # an action on a letter by default belongs to a table or to options beside the text
        for key in sorted(set(_keys(own[action.id])) - usual - LEFT_TO_SCREENS):
            if is_typed(key) or key in of_fields:
                yield (
                    f"{action.place.heading}: {action.id} cannot use {written_key(key)}, "
                    f"which the text field needs. Choose another key."
                )


def is_typed(key: str) -> bool:
    """Tell whether a key, by Textual's name, types a character."""
    character = typed_character(key)
    return character is not None and character.isprintable()


def typed_character(key: str) -> str | None:
    """Return the character of a key by Textual's name, including its short names such as `slash`."""
    return key_to_character(_LONG_NAMES.get(key, key))


def _shared(own: Mapping[str, str]) -> Iterator[tuple[tuple[str, str, str], Place]]:
    """Yield every key that two actions share in one place, and the place."""
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
    """Yield keys by Textual's names: `question_mark` for `?`."""
    try:
        yield from BindingsMap([(keys, "", "")]).key_to_bindings
    except BindingError:
        return
