"""Slots shaded by how the account's own posts in them did; those of which too few are known are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Comparison, slot_results
from fluffy_tui.tui.text.results_words import count_words, ratio_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fluffy_tui.buffer import Channel
    from fluffy_tui.scheduling import Group, Slot
    from fluffy_tui.tui.plan.plan_cells import Cell

NOTABLE = 0.15
"""A slot whose posts did this much better or worse than the median, as a fraction of it, is marked as such."""
SIGNS = {"above": "↑", "usual": "=", "below": "↓"}
"""The sign of each shade: not everyone can tell the colours apart."""


class SlotShades:
    """The shades of one channel's slots."""

    def __init__(self) -> None:
        self.comparison = Comparison()
        """The comparison of the persona's posts."""
        self._groups: Mapping[Slot, Group[Slot]] = {}

    def show(self, channel: Channel | None) -> None:
        self._groups = slot_results(self.comparison, channel) if channel is not None else {}

    @property
    def legend(self) -> str:
        """What the signs mean; empty while no slot is shaded."""
        return f"{' '.join(SIGNS.values())} own results" if self._groups else ""

    def shade(self, cell: Cell) -> str:
        """Return the name of a slot's shade; empty for one without."""
        group = self._groups.get(cell.slot)
        if group is None or group.ratio is None:
            return ""
        if abs(group.ratio - 1) < NOTABLE:
            return "usual"
        return "above" if group.ratio > 1 else "below"

    def words(self, cell: Cell | None) -> str:
        """Return how posts in a slot did; empty for one without a shade."""
        group = self._groups.get(cell.slot) if cell is not None else None
        if cell is None or group is None or group.ratio is None:
            return ""
        times = ratio_words(group.ratio)
        return f"{SIGNS[self.shade(cell)]} your posts in this slot did {times} your median ({count_words(group.count)})"
