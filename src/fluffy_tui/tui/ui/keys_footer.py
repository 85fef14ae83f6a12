"""The last line: the keys of the place one is in, as many as there is room for, and always the one that lists all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from fluffy_tui.tui.keymap.action import written_key
from fluffy_tui.tui.keymap.user_keys import typed_character

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Resize
    from textual.widget import Widget

HELP = "app.help"
"""The id of the action whose key is shown in every width."""
_PADDING = 3
"""Cells around key and label."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A key as the footer shows it."""

    key: str
    words: str
    action: str
    enabled: bool
    tooltip: str
    lists_all: bool

    @property
    def written(self) -> str:
        return written_key(self.key)

    @property
    def width(self) -> int:
        """In cells."""
        return cell_len(self.written) + cell_len(self.words) + _PADDING


class KeysFooter(Footer):
    """Shows whole keys only, and none that the field with the keyboard would take for a letter.

    What is left out for want of room is in the help, whose key comes last and is never left out.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._shown: list[_Shown] = []

    def compose(self) -> ComposeResult:
        """Yield the keys that there is room for."""
        self._shown = self._fitting() if self._bindings_ready else []
        for shown in self._shown:
            key = FooterKey(
                shown.key,
                shown.written,
                shown.words,
                shown.action,
                disabled=not shown.enabled,
                tooltip=shown.tooltip,
            )
            key.set_reactive(FooterKey.compact, False)
            yield key

    async def recompose(self) -> None:
        """Show the keys of now, if they are others: Textual asks for it whenever the keyboard goes elsewhere."""
        if self._bindings_ready and self.is_attached and self._fitting() != self._shown:
            await super().recompose()

    def on_resize(self, event: Resize) -> None:
        """Show more keys, or fewer."""
        if self._bindings_ready:
            self.call_after_refresh(self.recompose)

    def _fitting(self) -> list[_Shown]:
        """Return the keys from the left on, as far as there is room for them beside the last."""
        keys = self._keys()
        last = [key for key in keys if key.lists_all]
        room = self.screen.size.width - sum(key.width for key in last)
        fitting = []
        for key in keys:
            if key.lists_all:
                continue
            room -= key.width
            if room < 0:
                break
            fitting.append(key)
        return fitting + last

    def _keys(self) -> list[_Shown]:
        """Return the keys of this place: of each action the first that reaches it from where the keyboard is."""
        focused, found = self.screen.focused, dict[str, _Shown]()
        for key, (_, binding, enabled, tooltip) in self.screen.active_bindings.items():
            if not binding.show or binding.action in found or _is_typed(focused, key):
                continue
            found[binding.action] = _Shown(
                key, binding.description, binding.action, enabled, tooltip, lists_all=binding.id == HELP
            )
        return list(found.values())


def _is_typed(focused: Widget | None, key: str) -> bool:
    return focused is not None and focused.check_consume_key(key, typed_character(key))
