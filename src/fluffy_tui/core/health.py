"""What the doctor finds: one value for each link of the chain, the same for terminal, screen and `--json`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"

    @property
    def sign(self) -> str:
        """One character that tells it without any colour."""
        return _SIGNS[self]


_SIGNS = {Health.OK: "✓", Health.WARN: "!", Health.FAIL: "✗", Health.SKIP: "–"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's report."""

    name: str
    status: Health
    detail: str
    """What was found, in a few words."""
    remedy: str = ""
    """What to do about it; empty where there is nothing to do."""
