"""Scheduling: submitting posts, delivering them to Buffer, and keeping track of them until they are live."""

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.scheduling.delivery_key import new_delivery_key as new_delivery_key
from fluffy_tui.scheduling.error_codes import PostError as PostError
from fluffy_tui.scheduling.model import IN_BUFFER as IN_BUFFER
from fluffy_tui.scheduling.model import NO_TIME as NO_TIME
from fluffy_tui.scheduling.model import ON_THE_WAY as ON_THE_WAY
from fluffy_tui.scheduling.model import Missing as Missing
from fluffy_tui.scheduling.model import MissingCode as MissingCode
from fluffy_tui.scheduling.model import NotPossibleNow as NotPossibleNow
from fluffy_tui.scheduling.model import OutcomeUnknown as OutcomeUnknown
from fluffy_tui.scheduling.model import PersonaCounts as PersonaCounts
from fluffy_tui.scheduling.model import PictureLost as PictureLost
from fluffy_tui.scheduling.model import Post as Post
from fluffy_tui.scheduling.model import PostEvent as PostEvent
from fluffy_tui.scheduling.model import PostNotFound as PostNotFound
from fluffy_tui.scheduling.model import PostPage as PostPage
from fluffy_tui.scheduling.model import PostStatus as PostStatus
from fluffy_tui.scheduling.model import Reason as Reason
from fluffy_tui.scheduling.model import ScheduleResult as ScheduleResult
from fluffy_tui.scheduling.model import Step as Step
from fluffy_tui.scheduling.model import TimeKey as TimeKey
from fluffy_tui.scheduling.plan.agenda import TOO_CLOSE as TOO_CLOSE
from fluffy_tui.scheduling.plan.agenda import Agenda as Agenda
from fluffy_tui.scheduling.plan.agenda import Planned as Planned
from fluffy_tui.scheduling.plan.slots import HORIZON as HORIZON
from fluffy_tui.scheduling.plan.slots import channel_zone as channel_zone
from fluffy_tui.scheduling.plan.slots import slots as slots
from fluffy_tui.scheduling.post_names import NamedPost as NamedPost
from fluffy_tui.scheduling.post_names import PostNames as PostNames
from fluffy_tui.scheduling.post_photo import PostPhoto as PostPhoto
from fluffy_tui.scheduling.post_photo import TaggedPerson as TaggedPerson
from fluffy_tui.scheduling.problems.problem import Problem as Problem
from fluffy_tui.scheduling.problems.problem import ProblemKind as ProblemKind
from fluffy_tui.scheduling.problems.problem import Remedy as Remedy
from fluffy_tui.scheduling.profile.outside_post import OutsidePost as OutsidePost
from fluffy_tui.scheduling.profile.outside_post import ProfileKey as ProfileKey
from fluffy_tui.scheduling.profile.outside_post import ProfilePage as ProfilePage
from fluffy_tui.scheduling.profile.outside_post import profile_key as profile_key
from fluffy_tui.scheduling.submit.channel_choice import ChannelChoice as ChannelChoice
from fluffy_tui.scheduling.submit.post_request import PostRequest as PostRequest
from fluffy_tui.scheduling.submit.submission_check import comment_refusal as comment_refusal
from fluffy_tui.scheduling.timings import Timings as Timings

if TYPE_CHECKING:
    from fluffy_tui.scheduling.background.jobs import add_machine_tasks as add_machine_tasks
    from fluffy_tui.scheduling.background.jobs import add_tasks as add_tasks
    from fluffy_tui.scheduling.background.media_upkeep import CleanupResult as CleanupResult
    from fluffy_tui.scheduling.background.media_upkeep import MediaUpkeep as MediaUpkeep
    from fluffy_tui.scheduling.background.media_upkeep import UnusedPicture as UnusedPicture
    from fluffy_tui.scheduling.background.media_upkeep import UnusedReason as UnusedReason
    from fluffy_tui.scheduling.background.media_upkeep import Verification as Verification
    from fluffy_tui.scheduling.background.metrics_sync import MetricsSync as MetricsSync
    from fluffy_tui.scheduling.background.recovery import Recovery as Recovery
    from fluffy_tui.scheduling.background.status_sync import StatusSync as StatusSync
    from fluffy_tui.scheduling.background.workers import KnownWorker as KnownWorker
    from fluffy_tui.scheduling.background.workers import Workers as Workers
    from fluffy_tui.scheduling.background.workers import upload as upload
    from fluffy_tui.scheduling.background.workers import work as work
    from fluffy_tui.scheduling.delivery.buffer_comparison import BufferComparison as BufferComparison
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery as Delivery
    from fluffy_tui.scheduling.photo_usage import outside_pictures as outside_pictures
    from fluffy_tui.scheduling.photo_usage import public_posts as public_posts
    from fluffy_tui.scheduling.photo_usage import scheduled_photo_ids as scheduled_photo_ids
    from fluffy_tui.scheduling.photo_usage import unposted_photo_ids as unposted_photo_ids
    from fluffy_tui.scheduling.plan.service import Planning as Planning
    from fluffy_tui.scheduling.post_export import PostExport as PostExport
    from fluffy_tui.scheduling.profile.channel_profile import ChannelProfile as ChannelProfile
    from fluffy_tui.scheduling.profile.channel_profile import ahead_on_profile as ahead_on_profile
    from fluffy_tui.scheduling.request_budget import RequestBudget as RequestBudget
    from fluffy_tui.scheduling.request_budget import key_fingerprint as key_fingerprint
    from fluffy_tui.scheduling.results.comparison import ChannelMedian as ChannelMedian
    from fluffy_tui.scheduling.results.comparison import ComparedPost as ComparedPost
    from fluffy_tui.scheduling.results.comparison import Comparison as Comparison
    from fluffy_tui.scheduling.results.comparison import CountedPost as CountedPost
    from fluffy_tui.scheduling.results.comparison import Group as Group
    from fluffy_tui.scheduling.results.comparison import Slot as Slot
    from fluffy_tui.scheduling.results.comparison import compare as compare
    from fluffy_tui.scheduling.results.comparison import measures as measures
    from fluffy_tui.scheduling.results.comparison import similar_results as similar_results
    from fluffy_tui.scheduling.results.comparison import slot_results as slot_results
    from fluffy_tui.scheduling.results.post_results import Results as Results
    from fluffy_tui.scheduling.service import Scheduling as Scheduling
    from fluffy_tui.scheduling.submit.adopted_history import AdoptedHistory as AdoptedHistory
    from fluffy_tui.scheduling.submit.adopted_history import AdoptedPost as AdoptedPost


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
