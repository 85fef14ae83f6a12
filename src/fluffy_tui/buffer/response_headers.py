"""Reads the headers with the request budget.

The budget is in the structured fields `RateLimit` and `RateLimit-Policy`, one item per window, or in the older
headers that Buffer's command-line client still understands. Only the client imports this module: its parsers take
30 ms to import, which would delay the first frame.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from http_sf import StructuredFieldError, parse

from fluffy_tui.buffer.budget import MONTH, QUARTER_HOUR, BudgetWindow
from fluffy_tui.outgoing_http import aware

_log = logging.getLogger("fluffy_tui.buffer")


_MOST_REQUESTS = 1_000_000


def read_windows(headers: Mapping[str, str], now: datetime) -> list[BudgetWindow]:
    """Read the windows that a reply reports; none if it reports nothing that can be parsed.

    Args:
        headers: Case-insensitive, with header lines of the same name joined by commas, as httpx does.
        now: When the reply arrived; Buffer counts seconds from then.
    """
    windows = _structured(headers.get("RateLimit", ""), headers.get("RateLimit-Policy", ""), now)
    return windows or _legacy(headers, "X-RateLimit", now) or _legacy(headers, "RateLimit", now)


def _structured(limits_text: str, policies_text: str, now: datetime) -> list[BudgetWindow]:
    limits, policies = _items(limits_text), _items(policies_text)
    by_name = dict(policies)
    windows = []
    for index, (name, limit) in enumerate(limits):
        policy = by_name.get(name) or (policies[index][1] if len(policies) == len(limits) else {})
        length, remaining = policy.get("w"), limit.get("r")
        if length is None or remaining is None or not 0 < length <= MONTH:
            continue
        seconds = limit.get("t")
        if seconds is not None and not 0 <= seconds <= length:
            _log.warning("ignored a rate limit that resets in %s of %s seconds", seconds, length)
            seconds = None
        resets_at = None if seconds is None else now + timedelta(seconds=seconds)
        windows.append(BudgetWindow(length, _count(remaining), _count(policy.get("q")), resets_at))
    return windows


def _count(value: int | None) -> Any:
    """Return a number of requests as the database can store it."""
    return None if value is None else max(0, min(value, _MOST_REQUESTS))


def _items(text: str) -> list[tuple[str, dict[str, int]]]:
    """Parse a list of named items and return the integer parameters of each."""
    try:
        items: Any = parse(text.encode("ascii"), tltype="list") if text else []
    except (StructuredFieldError, UnicodeEncodeError):
        return []  # ignore an invalid header; the request itself succeeded
    return [
        (str(name), {key: value for key, value in parameters.items() if type(value) is int})
        for name, parameters in items
    ]


def _legacy(headers: Mapping[str, str], prefix: str, now: datetime) -> list[BudgetWindow]:
    """Read the older headers, which only have the 15-minute window; reset is Unix seconds or an ISO time."""
    try:
        remaining = int(headers.get(f"{prefix}-Remaining", ""))
    except ValueError:
        return []
    limit = headers.get(f"{prefix}-Limit", "")
    resets_at = _reset(headers.get(f"{prefix}-Reset", ""))
    if resets_at is not None and resets_at > now + timedelta(seconds=QUARTER_HOUR):
        _log.warning("ignored a rate limit that resets at %s", resets_at)
        resets_at = None
    quota = _count(int(limit)) if limit.isdecimal() and len(limit) < 20 else None
    return [BudgetWindow(QUARTER_HOUR, _count(remaining), quota, resets_at)]


def _reset(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return aware(datetime.fromisoformat(text))
    except ValueError:
        return None
