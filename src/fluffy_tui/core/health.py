"""The result of one health check, the same for `--doctor`, `--json` and the app."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """The result of a check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"

    @property
    def sign(self) -> str:
        """One character that shows it without colour."""
        return _SIGNS[self]


_SIGNS = {Health.OK: "✓", Health.WARN: "!", Health.FAIL: "✗", Health.SKIP: "–"}


@dataclass(frozen=True, slots=True)
class Check:
    """One health check."""

    name: str
    status: Health
    detail: str
    """What was found, in a few words."""
    remedy: str = ""
    """What to do; empty if there is nothing to do."""
