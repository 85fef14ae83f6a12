"""The last line: the keys of the place one is in, as many as there is room for, and always the one that lists all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from fluffy_tui.tui.actions import written_key
from fluffy_tui.tui.key_map import typed_character

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.events import Resize
    from textual.widget import Widget

HELP = "app.help"
"""The id of the action whose key is shown in every width."""
LISTS_ALL = "-lists-all"
"""Marks that key. It has no id, which would have to be the only one: while an app ends, keys stay beside new ones."""
_PADDING = 3
"""Cells around key and label."""


class KeysFooter(Footer):
    """Shows whole keys only, and none that the field with the keyboard would take for a letter.

    What is left out for want of room is in the help, whose key comes last and is never left out.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    def compose(self) -> ComposeResult:
        """Yield the keys from the left on, as far as there is room for them beside the last."""
        if not self._bindings_ready:
            return
        keys = self._keys()
        last = [key for key in keys if key.has_class(LISTS_ALL)]
        room = self.screen.size.width - _width(last)
        for key in keys:
            if key in last:
                continue
            room -= _width([key])
            if room < 0:
                break
            yield key
        yield from last

    def on_resize(self, event: Resize) -> None:
        """Show more keys, or fewer."""
        if self._bindings_ready:
            self.call_after_refresh(self.recompose)

    def _keys(self) -> list[FooterKey]:
        """Return the keys to show: of each action the first that reaches it from where the keyboard is."""
        focused, found = self.screen.focused, dict[str, FooterKey]()
        for key, (_, binding, enabled, tooltip) in self.screen.active_bindings.items():
            if not binding.show or binding.action in found or _is_typed(focused, key):
                continue
            found[binding.action] = FooterKey(
                key,
                written_key(key),
                binding.description,
                binding.action,
                disabled=not enabled,
                tooltip=tooltip,
            )
            found[binding.action].compact = False
            if binding.id == HELP:
                found[binding.action].add_class(LISTS_ALL)
        return list(found.values())


def _is_typed(focused: Widget | None, key: str) -> bool:
    return focused is not None and focused.check_consume_key(key, typed_character(key))


def _width(keys: Sequence[FooterKey]) -> int:
    return sum(cell_len(key.key_display) + cell_len(key.description) + _PADDING for key in keys)
