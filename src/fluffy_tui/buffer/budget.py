"""How many requests the key may still send.

Buffer counts per key in three rolling windows of 15 minutes, 24 hours and 30 days (developers.buffer.com, guides,
API limits). Windows are told apart by their length, never by their name, which carries the quota and changes with
the plan.
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
"""How the body of a 429 names the windows."""


@dataclass(frozen=True, slots=True)
class BudgetWindow:
    """One rolling window of the rate limit."""

    length: int
    """In seconds."""
    remaining: int
    quota: int | None
    """None when Buffer did not tell it."""
    resets_at: datetime | None
    """When the window is whole again; None when Buffer did not tell it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left in each window, as far as Buffer has told."""

    windows: Mapping[int, BudgetWindow] = field(default_factory=lambda: MappingProxyType({}))
    """By length in seconds, shortest first: 900, 86400, 2592000."""

    @property
    def remaining(self) -> int | None:
        """How many requests may still be sent at once; None before the first reply."""
        return min((window.remaining for window in self.windows.values()), default=None)

    @property
    def exhausted(self) -> BudgetWindow | None:
        """The longest window that is spent, since it is the last to open again; None if there is none."""
        spent = [window for window in self.windows.values() if window.remaining <= 0]
        return max(spent, key=lambda window: window.length, default=None)

    def updated(self, *windows: BudgetWindow) -> Budget:
        """Return a budget in which these windows replace those of the same length."""
        merged = {**self.windows, **{window.length: window for window in windows}}
        return Budget(MappingProxyType(dict(sorted(merged.items()))))
