"""What is made from the key table: bindings, place by place."""

from __future__ import annotations

from collections.abc import Collection

from textual.binding import Binding, BindingType

from fluffy_tui.tui.keymap.action import Action as Action, Place as Place, Trait, written_key as written_key
from fluffy_tui.tui.keymap.key_table import ACTIONS as ACTIONS

_BY_PLACE = {
    place: tuple(action for action in ACTIONS if action.id.startswith(f"{place}.")) for place in Place
}


def actions_of(*places: Place) -> tuple[Action, ...]:
    """Return the actions of these places, place by place."""
    return tuple(action for place in places for action in _BY_PLACE[place])


def bindings(
    place: Place, *, only: Collection[str] | None = None, without: Collection[str] = ()
) -> list[BindingType]:
    """Return a place's actions as Textual bindings: all, or `only` some ids in their order, or those `without` others.

    Raises:
        KeyError: An id in `only` or `without` is not an action of this place.
    """
    found = {action.id: action for action in actions_of(place)}
    chosen = found.values() if only is None else [found[id_] for id_ in only]
    left_out = [found[id_] for id_ in without]
    return [_binding(action) for action in chosen if action not in left_out]


def field_bindings(place: Place, *, only: Collection[str] | None = None) -> list[BindingType]:
    """Return the bindings of a field: actions of a place, and those of Textual's whose keys the place does not use."""
    from textual.widgets import Input  # not for the first frame

    taken = {key for action in actions_of(place) for key in action.keys.split(",")}
    usual = [
        key for key in Input.BINDINGS if isinstance(key, Binding) and taken.isdisjoint(key.key.split(","))
    ]
    return [*bindings(place, only=only), *usual]


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
