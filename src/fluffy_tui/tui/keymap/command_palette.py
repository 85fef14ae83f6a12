"""The command palette: every action that works now, by its label."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from fluffy_tui.tui.keymap.action import Action, Trait, written_key
from fluffy_tui.tui.keymap.key_table import ACTIONS

TOOLTIP_WEIGHT = 0.3
"""How much a match in the tooltip counts compared with one in the label."""


class KeyCommands(Provider):
    """Offers the actions of the screen that the palette was opened from."""

    async def discover(self) -> Hits:
        """Offer every action."""
        for action, title, run in self._available():
            yield DiscoveryHit(title, run, help=_help(action))

    async def search(self, query: str) -> Hits:
        """Offer the actions that match the query."""
        matcher = self.matcher(query)
        for action, title, run in self._available():
            score = max(matcher.match(title), matcher.match(action.tooltip) * TOOLTIP_WEIGHT)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=_help(action))

    def _available(self) -> Iterator[tuple[Action, str, partial[Coroutine[Any, Any, bool]]]]:
        """Yield each action with its title, which includes its keys, and the call that runs it."""
        table = {action.id: action for action in ACTIONS if Trait.NOT_IN_PALETTE not in action.traits}
        keys: dict[str, list[str]] = {}
        runs: dict[str, partial[Coroutine[Any, Any, bool]]] = {}
        for key, (node, binding, enabled, _) in self.screen.active_bindings.items():
            if enabled and binding.id in table:
                keys.setdefault(binding.id, []).append(written_key(key))
                runs.setdefault(binding.id, partial(self.app.run_action, binding.action, node))
        for id_, run in runs.items():
            yield table[id_], f"{table[id_].label}  ({' '.join(keys[id_])})", run


def _help(action: Action) -> str | None:
    return action.tooltip if action.tooltip != action.label else None
