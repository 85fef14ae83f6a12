"""The last line: as many keys of the current screen as fit, and always the one that lists all keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.widgets import Footer

from fluffy_tui.tui.keymap.action import written_key
from fluffy_tui.tui.keymap.user_keys import typed_character
from fluffy_tui.tui.ui.textual_fixes import FooterKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding
    from textual.events import Resize
    from textual.screen import Screen
    from textual.widget import Widget

HELP = "app.help"
"""Id of the action whose key is always shown."""
_PADDING = 3
"""Cells around key and label."""


def relabelled(active: Mapping[str, ActiveBinding], labels: Mapping[str, str]) -> dict[str, ActiveBinding]:
    """Return a screen's active bindings with other labels in the footer.

    Args:
        active: The bindings by key.
        labels: Labels by action id; those actions are shown, except where the label is empty.
    """
    changed = {}
    for key, one in active.items():
        label = labels.get(one.binding.id or "")
        if label is not None:
            words = label or one.binding.description
            one = one._replace(binding=replace(one.binding, description=words, show=bool(label)))
        changed[key] = one
    return changed


@dataclass(frozen=True, slots=True)
class _Shown:
    key: str
    words: str
    action: str
    enabled: bool
    tooltip: str
    is_help: bool

    @property
    def width(self) -> int:
        return cell_len(written_key(self.key)) + cell_len(self.words) + _PADDING


class KeysFooter(Footer):
    """Never cuts a key off, and shows none that the focused field would take for a letter."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: list[_Shown] = []
        self._is_ready = False

    def compose(self) -> ComposeResult:
        """Yield the keys that fit."""
        self._shown = self._fitting() if self._is_ready else []
        for shown in self._shown:
            key = FooterKey(
                shown.key,
                written_key(shown.key),
                shown.words,
                shown.action,
                disabled=not shown.enabled,
                tooltip=shown.tooltip,
            )
            key.set_reactive(FooterKey.compact, False)
            yield key

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show the keys from the moment when the screen knows them."""
        self._is_ready = True
        super().bindings_changed(screen)

    async def recompose(self) -> None:
        """Redraw only if the keys have changed: Textual asks for it at every change of focus."""
        if self._is_ready and self.is_attached and self._fitting() != self._shown:
            await super().recompose()

    def on_resize(self, event: Resize) -> None:
        """Show more or fewer keys."""
        if self._is_ready:
            self.call_after_refresh(self.recompose)

    def _fitting(self) -> list[_Shown]:
        """Return the keys from the left, as many as fit beside the help key."""
        keys = self._keys()
        last = [key for key in keys if key.is_help]
        room = self.screen.size.width - sum(key.width for key in last)
        fitting = []
        for key in keys:
            if key.is_help:
                continue
            room -= key.width
            if room < 0:
                break
            fitting.append(key)
        return fitting + last

    def _keys(self) -> list[_Shown]:
        """Return the first key of each action that works where the focus is."""
        focused, found = self.screen.focused, dict[str, _Shown]()
        for key, (_, binding, enabled, tooltip) in self.screen.active_bindings.items():
            if not binding.show or binding.action in found or is_typed(focused, key):
                continue
            found[binding.action] = _Shown(
                key, binding.description, binding.action, enabled, tooltip, is_help=binding.id == HELP
            )
        return list(found.values())


def is_typed(focused: Widget | None, key: str) -> bool:
    """Return whether the focused widget takes a key for a letter of its text."""
    return focused is not None and focused.check_consume_key(key, typed_character(key))
