"""The command palette's view of the key table: any action by its name, wherever it can be done now."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from fluffy_tui.tui.keymap.bindings import ACTIONS, Action, written_key

TOOLTIP_WEIGHT = 0.3
"""What a word found in the explanation counts beside one found in the name."""


class KeyCommands(Provider):
    """Offers what can be done on the screen that the palette was opened from."""

    async def discover(self) -> Hits:
        """Offer everything that can be done here."""
        for action, title, run in self._possible():
            yield DiscoveryHit(title, run, help=action.tooltip)

    async def search(self, query: str) -> Hits:
        """Offer what fits the words typed."""
        matcher = self.matcher(query)
        for action, title, run in self._possible():
            score = max(matcher.match(title), matcher.match(action.tooltip) * TOOLTIP_WEIGHT)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=action.tooltip)

    def _possible(self) -> Iterator[tuple[Action, str, partial[Coroutine[Any, Any, bool]]]]:
        """Yield what can be done, its name with the keys that do it here, and what does it."""
        table = {action.id: action for action in ACTIONS if action.palette}
        keys: dict[str, list[str]] = {}
        runs: dict[str, partial[Coroutine[Any, Any, bool]]] = {}
        for key, (node, binding, enabled, _) in self.screen.active_bindings.items():
            if enabled and binding.id in table:
                keys.setdefault(binding.id, []).append(written_key(key))
                runs.setdefault(binding.id, partial(self.app.run_action, binding.action, node))
        for id_, run in runs.items():
            label = table[id_].label
            yield table[id_], f"{label[0].upper()}{label[1:]}  ({' '.join(keys[id_])})", run
