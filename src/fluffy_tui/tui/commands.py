"""The command palette's view of the key table: any action by its name, wherever it can be done now."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from fluffy_tui.tui.keys import ACTIONS, Action

TOOLTIP_WEIGHT = 0.3
"""What a word found in the explanation counts beside one found in the name."""


class KeyCommands(Provider):
    """Offers what can be done on the screen that the palette was opened from."""

    async def discover(self) -> Hits:
        """Offer everything that can be done here."""
        for action, run in self._possible():
            yield DiscoveryHit(_title(action), run, help=action.tooltip)

    async def search(self, query: str) -> Hits:
        """Offer what fits the words typed."""
        matcher = self.matcher(query)
        for action, run in self._possible():
            title = _title(action)
            score = max(matcher.match(title), matcher.match(action.tooltip) * TOOLTIP_WEIGHT)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=action.tooltip)

    def _possible(self) -> Iterator[tuple[Action, partial[Coroutine[Any, Any, bool]]]]:
        table = {action.id: action for action in ACTIONS if action.palette}
        offered = set()
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            action = table.get(binding.id or "")
            if action is not None and enabled and action.id not in offered:
                offered.add(action.id)
                yield action, partial(self.app.run_action, binding.action, node)


def _title(action: Action) -> str:
    keys = " ".join(action.written_keys)
    return f"{action.label.capitalize()}  ({keys})"
