"""Scheduling: posts, their submission, their delivery to Buffer and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.scheduling.model import (
    IN_BUFFER,
    ON_THE_WAY,
    Missing,
    MissingCode,
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
from fluffy_tui.scheduling.problems.problem import Problem, ProblemKind, Remedy
from fluffy_tui.scheduling.submit.posting_schedule import TOO_CLOSE, Agenda, Planned, channel_zone, slots
from fluffy_tui.scheduling.timings import Pace

if TYPE_CHECKING:
    from fluffy_tui.scheduling.background.jobs import add_tasks
    from fluffy_tui.scheduling.background.media_upkeep import CleanUp, IdlePicture, Keeper, Verification
    from fluffy_tui.scheduling.background.recovery import Sweeper
    from fluffy_tui.scheduling.background.status_sync import Follower
    from fluffy_tui.scheduling.background.workers import WorkerHeard, Workers, work
    from fluffy_tui.scheduling.delivery.delivery_steps import Delivery
    from fluffy_tui.scheduling.earlier_posts import seen_posts
    from fluffy_tui.scheduling.post_export import Exporter
    from fluffy_tui.scheduling.request_budget import RequestBudget, key_mark
    from fluffy_tui.scheduling.service import Scheduling, scheduled_photo_ids
    from fluffy_tui.scheduling.submit.channel_plan import Planning

__all__ = [
    "IN_BUFFER",
    "ON_THE_WAY",
    "TOO_CLOSE",
    "Agenda",
    "CleanUp",
    "Delivery",
    "Exporter",
    "Follower",
    "IdlePicture",
    "Keeper",
    "Missing",
    "MissingCode",
    "NotPossibleNow",
    "Pace",
    "PersonaCounts",
    "Planned",
    "Planning",
    "Post",
    "PostEvent",
    "PostNotFound",
    "PostStatus",
    "Problem",
    "ProblemKind",
    "Reason",
    "Remedy",
    "RequestBudget",
    "ScheduleResult",
    "Scheduling",
    "Step",
    "Sweeper",
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

__getattr__ = lazy_exports(  # SQLAlchemy and Procrastinate take half a second to import
    __name__,
    {
        "Delivery": "delivery.delivery_steps",
        "CleanUp": "background.media_upkeep",
        "Exporter": "post_export",
        "Follower": "background.status_sync",
        "IdlePicture": "background.media_upkeep",
        "Keeper": "background.media_upkeep",
        "Verification": "background.media_upkeep",
        "Planning": "submit.channel_plan",
        "RequestBudget": "request_budget",
        "Scheduling": "service",
        "Sweeper": "background.recovery",
        "WorkerHeard": "background.workers",
        "Workers": "background.workers",
        "add_tasks": "background.jobs",
        "key_mark": "request_budget",
        "scheduled_photo_ids": "service",
        "seen_posts": "earlier_posts",
        "work": "background.workers",
    },
)
