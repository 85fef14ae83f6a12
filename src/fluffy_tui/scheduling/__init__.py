"""Scheduling: submitting posts, delivering them to Buffer, and keeping track of them until they are live."""

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.scheduling.delivery_key import new_delivery_key as new_delivery_key
from fluffy_tui.scheduling.error_codes import (
    BUFFER_UNREACHABLE as BUFFER_UNREACHABLE,
    MEDIA_HOST_UNREACHABLE as MEDIA_HOST_UNREACHABLE,
    PostError as PostError,
)
from fluffy_tui.scheduling.model import (
    IN_BUFFER as IN_BUFFER,
    NO_TIME as NO_TIME,
    ON_THE_WAY as ON_THE_WAY,
    Missing as Missing,
    MissingCode as MissingCode,
    NotPossibleNow as NotPossibleNow,
    OutcomeUnknown as OutcomeUnknown,
    PersonaCounts as PersonaCounts,
    PictureLost as PictureLost,
    Post as Post,
    PostEvent as PostEvent,
    PostNotFound as PostNotFound,
    PostPage as PostPage,
    PostStatus as PostStatus,
    Reason as Reason,
    ScheduleResult as ScheduleResult,
    Step as Step,
    TimeKey as TimeKey,
)
from fluffy_tui.scheduling.plan.agenda import TOO_CLOSE as TOO_CLOSE, Agenda as Agenda, Planned as Planned
from fluffy_tui.scheduling.plan.slots import HORIZON as HORIZON, channel_zone as channel_zone, slots as slots
from fluffy_tui.scheduling.post_names import NamedPost as NamedPost, PostNames as PostNames
from fluffy_tui.scheduling.post_photo import PostPhoto as PostPhoto, TaggedPerson as TaggedPerson
from fluffy_tui.scheduling.problems.problem import (
    Problem as Problem,
    ProblemKind as ProblemKind,
    Remedy as Remedy,
)
from fluffy_tui.scheduling.profile.outside_post import (
    OutsidePost as OutsidePost,
    ProfileKey as ProfileKey,
    ProfilePage as ProfilePage,
    profile_key as profile_key,
)
from fluffy_tui.scheduling.submit.channel_choice import ChannelChoice as ChannelChoice
from fluffy_tui.scheduling.submit.post_request import PostRequest as PostRequest
from fluffy_tui.scheduling.submit.submission_check import comment_refusal as comment_refusal
from fluffy_tui.scheduling.timings import Timings as Timings

if TYPE_CHECKING:
    from fluffy_tui.scheduling.background.jobs import (
        add_machine_tasks as add_machine_tasks,
        add_tasks as add_tasks,
    )
    from fluffy_tui.scheduling.background.media_upkeep import (
        CleanupResult as CleanupResult,
        MediaUpkeep as MediaUpkeep,
        UnusedPicture as UnusedPicture,
        UnusedReason as UnusedReason,
        Verification as Verification,
    )
    from fluffy_tui.scheduling.background.metrics_sync import MetricsSync as MetricsSync
    from fluffy_tui.scheduling.background.recovery import Recovery as Recovery
    from fluffy_tui.scheduling.background.status_sync import StatusSync as StatusSync
    from fluffy_tui.scheduling.background.workers import (
        KnownWorker as KnownWorker,
        Workers as Workers,
        upload as upload,
        work as work,
    )
    from fluffy_tui.scheduling.delivery.buffer_comparison import BufferComparison as BufferComparison
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery as Delivery
    from fluffy_tui.scheduling.photo_usage import (
        outside_pictures as outside_pictures,
        public_posts as public_posts,
        unposted_photo_ids as unposted_photo_ids,
    )
    from fluffy_tui.scheduling.plan.service import Planning as Planning
    from fluffy_tui.scheduling.post_export import PostExport as PostExport
    from fluffy_tui.scheduling.profile.channel_profile import (
        ChannelProfile as ChannelProfile,
        ahead_on_profile as ahead_on_profile,
    )
    from fluffy_tui.scheduling.request_budget import (
        RequestBudget as RequestBudget,
        key_fingerprint as key_fingerprint,
    )
    from fluffy_tui.scheduling.results.comparison import (
        ChannelMedian as ChannelMedian,
        ComparedPost as ComparedPost,
        Comparison as Comparison,
        CountedPost as CountedPost,
        Group as Group,
        Slot as Slot,
        compare as compare,
        measures as measures,
        similar_results as similar_results,
        slot_results as slot_results,
    )
    from fluffy_tui.scheduling.results.post_results import Results as Results
    from fluffy_tui.scheduling.service import Scheduling as Scheduling
    from fluffy_tui.scheduling.submit.adopted_history import (
        AdoptedHistory as AdoptedHistory,
        AdoptedPost as AdoptedPost,
    )


__getattr__ = lazy_exports(  # SQLAlchemy and Procrastinate take half a second to import
    __name__,
    {
        "background.jobs": "add_machine_tasks add_tasks",
        "background.media_upkeep": "CleanupResult MediaUpkeep UnusedPicture UnusedReason Verification",
        "background.metrics_sync": "MetricsSync",
        "background.recovery": "Recovery",
        "background.status_sync": "StatusSync",
        "background.workers": "KnownWorker Workers upload work",
        "delivery.buffer_comparison": "BufferComparison",
        "delivery.delivery_loop": "Delivery",
        "photo_usage": "outside_pictures public_posts unposted_photo_ids",
        "plan.service": "Planning",
        "post_export": "PostExport",
        "profile.channel_profile": "ChannelProfile ahead_on_profile",
        "request_budget": "RequestBudget key_fingerprint",
        "results.comparison": "ChannelMedian ComparedPost Comparison CountedPost Group Slot "
        "compare measures similar_results slot_results",
        "results.post_results": "Results",
        "service": "Scheduling",
        "submit.adopted_history": "AdoptedHistory AdoptedPost",
    },
)
