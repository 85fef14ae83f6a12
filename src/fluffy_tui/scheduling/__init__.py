"""Scheduling: posts, their submission, their delivery to Buffer and what became of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fluffy_tui.media import Fit, Shape
from fluffy_tui.scheduling.attention import Action, TroubleItem, TroubleKind
from fluffy_tui.scheduling.model import (
    IN_BUFFER,
    ON_THE_WAY,
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostEvent,
    PostNotFound,
    PostStatus,
    Reason,
    ScheduleResult,
    Step,
)
from fluffy_tui.scheduling.pace import Pace
from fluffy_tui.scheduling.posting_schedule import TOO_CLOSE, Agenda, Planned, channel_zone, slots

if TYPE_CHECKING:
    from fluffy_tui.scheduling.budget import RequestBudget, key_mark
    from fluffy_tui.scheduling.delivery import Delivery
    from fluffy_tui.scheduling.exporting import Exporter
    from fluffy_tui.scheduling.following import Follower
    from fluffy_tui.scheduling.keeping import CleanUp, IdlePicture, Keeper, Verification
    from fluffy_tui.scheduling.planning import Planning
    from fluffy_tui.scheduling.service import Scheduling, scheduled_photo_ids
    from fluffy_tui.scheduling.sightings import seen_posts
    from fluffy_tui.scheduling.sweeping import Sweeper
    from fluffy_tui.scheduling.tasks import add_tasks
    from fluffy_tui.scheduling.workers import WorkerHeard, Workers, work

_HOMES = {
    "Delivery": "delivery",
    "CleanUp": "keeping",
    "Exporter": "exporting",
    "Follower": "following",
    "IdlePicture": "keeping",
    "Keeper": "keeping",
    "Verification": "keeping",
    "Planning": "planning",
    "RequestBudget": "budget",
    "Scheduling": "service",
    "Sweeper": "sweeping",
    "WorkerHeard": "workers",
    "Workers": "workers",
    "add_tasks": "tasks",
    "key_mark": "budget",
    "scheduled_photo_ids": "service",
    "seen_posts": "sightings",
    "work": "workers",
}
"""What costs SQLAlchemy and Procrastinate, half a second that no screen should pay before its first frame."""

__all__ = [
    "IN_BUFFER",
    "ON_THE_WAY",
    "TOO_CLOSE",
    "Action",
    "Agenda",
    "CleanUp",
    "Delivery",
    "Exporter",
    "Fit",
    "Follower",
    "IdlePicture",
    "Keeper",
    "NotPossibleNow",
    "Pace",
    "PersonaCounts",
    "Planned",
    "Planning",
    "Post",
    "PostEvent",
    "PostNotFound",
    "PostStatus",
    "Reason",
    "RequestBudget",
    "ScheduleResult",
    "Scheduling",
    "Shape",
    "Step",
    "Sweeper",
    "TroubleItem",
    "TroubleKind",
    "Verification",
    "WorkerHeard",
    "Workers",
    "add_tasks",
    "channel_zone",
    "key_mark",
    "scheduled_photo_ids",
    "seen_posts",
    "slots",
    "work",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
