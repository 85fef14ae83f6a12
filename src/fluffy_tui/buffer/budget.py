"""How many more requests the key may send.

Buffer counts per key in three rolling windows of 15 minutes, 24 hours and 30 days (developers.buffer.com, guides,
API limits). A window is identified by its length, never by its name, which contains the quota and changes with the
plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

QUARTER_HOUR = 900
"""Length of the shortest window in seconds."""
DAY = 86_400
MONTH = 2_592_000

WINDOW_NAMES = MappingProxyType({"15m": QUARTER_HOUR, "24h": DAY, "30d": MONTH})
"""The names of the windows in the body of a 429."""


@dataclass(frozen=True, slots=True)
class BudgetWindow:
    """One rolling window of the rate limit."""

    length: int
    """In seconds."""
    remaining: int
    quota: int | None
    """None if Buffer did not send it."""
    resets_at: datetime | None
    """When the full quota is available again; None if Buffer did not send it."""

    @property
    def duration(self) -> str:
        """The length in words."""
        return _DURATIONS.get(self.length, f"{self.length} seconds")


_DURATIONS = {900: "15 minutes", 86_400: "24 hours", 2_592_000: "30 days"}


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left in each window, as last reported by Buffer."""

    windows: Mapping[int, BudgetWindow] = field(default_factory=lambda: MappingProxyType({}))
    """By length in seconds, shortest first: 900, 86400, 2592000."""

    @property
    def remaining(self) -> int | None:
        """How many requests may be sent now; None before the first reply."""
        return min((window.remaining for window in self.windows.values()), default=None)

    @property
    def exhausted(self) -> BudgetWindow | None:
        """The longest exhausted window, which is the last to reset; None if there is none."""
        spent = [window for window in self.windows.values() if window.remaining <= 0]
        return max(spent, key=lambda window: window.length, default=None)

    def updated(self, *windows: BudgetWindow) -> Budget:
        """Return a budget in which these windows replace those of the same length."""
        merged = {**self.windows, **{window.length: window for window in windows}}
        return Budget(MappingProxyType(dict(sorted(merged.items()))))
