"""Buffer's request budget: three rolling windows per key, reported in the headers of every reply.

Windows, numbers and headers are those of developers.buffer.com/guides/api-limits (Free plan).
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Window:
    """One rolling window: at most `quota` requests in `seconds`."""

    name: str
    """As in the 429 body: 15m, 24h or 30d."""
    label: str
    seconds: int
    quota: int


FREE_PLAN = (
    Window("15m", "15min", 900, 100),
    Window("24h", "24h", 86_400, 250),
    Window("30d", "30d", 2_592_000, 3_000),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which window a request exceeds, and for how long."""

    window: Window
    retry_after: int
    """Whole seconds until the window has room again."""


class RateLimiter:
    """Counts the requests of one key, including rejected ones."""

    def __init__(self, windows: tuple[Window, ...] = FREE_PLAN, partition: str = "") -> None:
        self.windows = windows
        digest = hashlib.sha256(partition.encode()).digest()[:12]
        self._partition = base64.b64encode(digest).decode()
        self._requests: deque[datetime] = deque()

    def admit(self, now: datetime) -> Refusal | None:
        """Count a request made at `now`; return why it is refused, or None."""
        longest = max(window.seconds for window in self.windows)
        while self._requests and (now - self._requests[0]).total_seconds() >= longest:
            self._requests.popleft()
        refusal = next(
            (self._refusal(window, now) for window in self.windows if self._left(window, now) <= 0), None
        )
        self._requests.append(now)
        return refusal

    def headers(self, now: datetime) -> list[tuple[str, str]]:
        """Return `RateLimit` and `RateLimit-Policy`, one line of each per window."""
        lines: list[tuple[str, str]] = []
        for window in self.windows:
            name = f'"{window.quota}-in-{window.label}"'
            left = max(self._left(window, now), 0)
            lines.append(("RateLimit", f"{name};r={left};t={self._until_room(window, now)}"))
            policy = f"{name};q={window.quota};w={window.seconds};pk=:{self._partition}:"
            lines.append(("RateLimit-Policy", policy))
        return lines

    def _inside(self, window: Window, now: datetime) -> list[datetime]:
        return [made for made in self._requests if (now - made).total_seconds() < window.seconds]

    def _left(self, window: Window, now: datetime) -> int:
        return window.quota - len(self._inside(window, now))

    def _until_room(self, window: Window, now: datetime) -> int:
        inside = self._inside(window, now)
        if not inside:
            return window.seconds
        return max(math.ceil(window.seconds - (now - inside[0]).total_seconds()), 1)

    def _refusal(self, window: Window, now: datetime) -> Refusal:
        return Refusal(window, self._until_room(window, now))
