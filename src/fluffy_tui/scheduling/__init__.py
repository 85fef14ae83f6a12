"""Scheduling: posts, their submission, their delivery to Buffer and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.media import Fit
from fluffy_tui.scheduling.model import (
    ON_THE_WAY,
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostNotFound,
    PostStatus,
    Reason,
    ScheduleResult,
    Step,
)

if TYPE_CHECKING:
    from fluffy_tui.scheduling.service import Scheduling

__all__ = [
    "ON_THE_WAY",
    "Fit",
    "NotPossibleNow",
    "PersonaCounts",
    "Post",
    "PostNotFound",
    "PostStatus",
    "Reason",
    "ScheduleResult",
    "Scheduling",
    "Step",
]


def __getattr__(name: str) -> Any:
    if name == "Scheduling":  # costs SQLAlchemy's 340 ms, which no screen should pay
        from fluffy_tui.scheduling.service import Scheduling

        return Scheduling
    raise AttributeError(name)
