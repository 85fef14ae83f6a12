"""Scheduling: submitting posts, delivering them to Buffer, and keeping track of them until they are live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.scheduling.delivery_key import new_delivery_key
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import (
    IN_BUFFER,
    NO_TIME,
    ON_THE_WAY,
    Missing,
    MissingCode,
    NotPossibleNow,
    OutcomeUnknown,
    PersonaCounts,
    PictureLost,
    Post,
    PostEvent,
    PostNotFound,
    PostPage,
    PostStatus,
    Reason,
    ScheduleResult,
    Step,
    TimeKey,
)
from fluffy_tui.scheduling.plan.agenda import TOO_CLOSE, Agenda, Planned
from fluffy_tui.scheduling.plan.slots import HORIZON, channel_zone, slots
from fluffy_tui.scheduling.post_names import NamedPost, PostNames
from fluffy_tui.scheduling.post_photo import PostPhoto, TaggedPerson
from fluffy_tui.scheduling.problems.problem import Problem, ProblemKind, Remedy
from fluffy_tui.scheduling.profile.outside_post import OutsidePost, ProfileKey, ProfilePage, profile_key
from fluffy_tui.scheduling.submit.channel_choice import ChannelChoice
from fluffy_tui.scheduling.submit.post_request import PostRequest
from fluffy_tui.scheduling.submit.submission_check import comment_refusal
from fluffy_tui.scheduling.timings import Timings

if TYPE_CHECKING:
    from fluffy_tui.scheduling.background.jobs import add_machine_tasks, add_tasks
    from fluffy_tui.scheduling.background.media_upkeep import (
        CleanupResult,
        MediaUpkeep,
        UnusedPicture,
        UnusedReason,
        Verification,
    )
    from fluffy_tui.scheduling.background.metrics_sync import MetricsSync
    from fluffy_tui.scheduling.background.recovery import Recovery
    from fluffy_tui.scheduling.background.status_sync import StatusSync
    from fluffy_tui.scheduling.background.workers import KnownWorker, Workers, upload, work
    from fluffy_tui.scheduling.delivery.buffer_comparison import BufferComparison
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery
    from fluffy_tui.scheduling.photo_usage import (
        outside_pictures,
        public_posts,
        scheduled_photo_ids,
        unposted_photo_ids,
    )
    from fluffy_tui.scheduling.plan.service import Planning
    from fluffy_tui.scheduling.post_export import PostExport
    from fluffy_tui.scheduling.profile.channel_profile import ChannelProfile, ahead_on_profile
    from fluffy_tui.scheduling.request_budget import RequestBudget, key_fingerprint
    from fluffy_tui.scheduling.results.comparison import (
        ChannelMedian,
        ComparedPost,
        Comparison,
        CountedPost,
        Group,
        Slot,
        compare,
        measures,
        similar_results,
        slot_results,
    )
    from fluffy_tui.scheduling.results.post_results import Results
    from fluffy_tui.scheduling.service import Scheduling
    from fluffy_tui.scheduling.submit.adopted_history import AdoptedHistory, AdoptedPost

__all__ = [
    "HORIZON",
    "IN_BUFFER",
    "NO_TIME",
    "ON_THE_WAY",
    "TOO_CLOSE",
    "AdoptedHistory",
    "AdoptedPost",
    "Agenda",
    "BufferComparison",
    "ChannelChoice",
    "ChannelMedian",
    "ChannelProfile",
    "CleanupResult",
    "ComparedPost",
    "Comparison",
    "CountedPost",
    "Delivery",
    "Group",
    "KnownWorker",
    "MediaUpkeep",
    "MetricsSync",
    "Missing",
    "MissingCode",
    "NamedPost",
    "NotPossibleNow",
    "OutcomeUnknown",
    "OutsidePost",
    "PersonaCounts",
    "PictureLost",
    "Planned",
    "Planning",
    "Post",
    "PostError",
    "PostEvent",
    "PostExport",
    "PostNames",
    "PostNotFound",
    "PostPage",
    "PostPhoto",
    "PostRequest",
    "PostStatus",
    "Problem",
    "ProblemKind",
    "ProfileKey",
    "ProfilePage",
    "Reason",
    "Recovery",
    "Remedy",
    "RequestBudget",
    "Results",
    "ScheduleResult",
    "Scheduling",
    "Slot",
    "StatusSync",
    "Step",
    "TaggedPerson",
    "TimeKey",
    "Timings",
    "UnusedPicture",
    "UnusedReason",
    "Verification",
    "Workers",
    "add_machine_tasks",
    "add_tasks",
    "ahead_on_profile",
    "channel_zone",
    "comment_refusal",
    "compare",
    "key_fingerprint",
    "measures",
    "new_delivery_key",
    "outside_pictures",
    "profile_key",
    "public_posts",
    "scheduled_photo_ids",
    "similar_results",
    "slot_results",
    "slots",
    "unposted_photo_ids",
    "upload",
    "work",
]

__getattr__ = lazy_exports(  # SQLAlchemy and Procrastinate take half a second to import
    __name__,
    {
        "AdoptedHistory": "submit.adopted_history",
        "AdoptedPost": "submit.adopted_history",
        "BufferComparison": "delivery.buffer_comparison",
        "ChannelMedian": "results.comparison",
        "Planning": "plan.service",
        "ChannelProfile": "profile.channel_profile",
        "CleanupResult": "background.media_upkeep",
        "ComparedPost": "results.comparison",
        "Comparison": "results.comparison",
        "CountedPost": "results.comparison",
        "Delivery": "delivery.delivery_loop",
        "Group": "results.comparison",
        "KnownWorker": "background.workers",
        "MediaUpkeep": "background.media_upkeep",
        "MetricsSync": "background.metrics_sync",
        "PostExport": "post_export",
        "Recovery": "background.recovery",
        "RequestBudget": "request_budget",
        "Results": "results.post_results",
        "Scheduling": "service",
        "Slot": "results.comparison",
        "StatusSync": "background.status_sync",
        "UnusedPicture": "background.media_upkeep",
        "UnusedReason": "background.media_upkeep",
        "Verification": "background.media_upkeep",
        "Workers": "background.workers",
        "add_machine_tasks": "background.jobs",
        "add_tasks": "background.jobs",
        "ahead_on_profile": "profile.channel_profile",
        "compare": "results.comparison",
        "key_fingerprint": "request_budget",
        "measures": "results.comparison",
        "outside_pictures": "photo_usage",
        "public_posts": "photo_usage",
        "scheduled_photo_ids": "photo_usage",
        "similar_results": "results.comparison",
        "slot_results": "results.comparison",
        "unposted_photo_ids": "photo_usage",
        "upload": "background.workers",
        "work": "background.workers",
    },
)
