"""How many requests the key may still send, read from the headers of every reply.

Buffer counts per key in three rolling windows of 15 minutes, 24 hours and 30 days and tells them in the
structured fields `RateLimit` and `RateLimit-Policy` (developers.buffer.com, guides, API limits). Windows are
told apart by their length, never by their name, which carries the quota and changes with the plan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

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


def read_windows(headers: Mapping[str, str], now: datetime) -> list[BudgetWindow]:
    """Read the windows that a reply tells of; none when it tells nothing that can be understood.

    Args:
        headers: Case-insensitive, header lines of one name joined by commas, as httpx gives them.
        now: The moment of the reply, because Buffer counts seconds from it.
    """
    windows = _structured(headers.get("RateLimit", ""), headers.get("RateLimit-Policy", ""), now)
    return windows or _legacy(headers, "X-RateLimit", now) or _legacy(headers, "RateLimit", now)


def read_retry_after(text: str | None, now: datetime) -> float | None:
    """Read a `Retry-After` header, given in seconds or as an HTTP date, as seconds from `now`."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = (_aware(parsedate_to_datetime(text)) - now).total_seconds()
        except ValueError:
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _structured(limits_text: str, policies_text: str, now: datetime) -> list[BudgetWindow]:
    limits, policies = _items(limits_text), _items(policies_text)
    by_name = dict(policies)
    windows = []
    for index, (name, limit) in enumerate(limits):
        policy = by_name.get(name) or (policies[index][1] if len(policies) == len(limits) else {})
        length, remaining = policy.get("w"), limit.get("r")
        if length is None or remaining is None:
            continue
        seconds = limit.get("t")
        resets_at = None if seconds is None else now + timedelta(seconds=seconds)
        windows.append(BudgetWindow(length, remaining, policy.get("q"), resets_at))
    return windows


def _items(text: str) -> list[tuple[str, dict[str, int]]]:
    """Parse a list of named items and keep the whole-number parameters of each."""
    from http_sf import (
        StructuredFieldError,
        parse,
    )  # 20 ms that only a process which sends requests should pay

    try:
        items: Any = parse(text.encode("ascii"), tltype="list") if text else []
    except (StructuredFieldError, UnicodeEncodeError):
        return []  # a header that cannot be read tells nothing; the request itself is unharmed
    return [
        (str(name), {key: value for key, value in parameters.items() if type(value) is int})
        for name, parameters in items
    ]


def _legacy(headers: Mapping[str, str], prefix: str, now: datetime) -> list[BudgetWindow]:
    """Read the older headers, which know the 15-minute window only; reset is Unix seconds or an ISO time."""
    try:
        remaining = int(headers.get(f"{prefix}-Remaining", ""))
    except ValueError:
        return []
    limit = headers.get(f"{prefix}-Limit", "")
    resets_at = _reset(headers.get(f"{prefix}-Reset", ""))
    return [BudgetWindow(QUARTER_HOUR, remaining, int(limit) if limit.isdecimal() else None, resets_at)]


def _reset(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
