"""The values of this pack: posts, their states, their history, and the answers to a submission."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.buffer import Code
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.scheduling.error_codes import PostError

if TYPE_CHECKING:
    from fluffy_tui.buffer import ShareMode
    from fluffy_tui.media import Framing
    from fluffy_tui.scheduling.post_photo import PostPhoto

NO_TIME = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for the time of posts that have none yet, where posts are ordered: after all others."""

TimeKey = tuple[datetime, int]
"""A post's place in the order of time: when it goes or went out, and its id."""


class PostStatus(StrEnum):
    """The coarse state of a post, as stored in the posts table."""

    DRAFT = "draft"
    """Not in Buffer: an unsubmitted draft, or on the way to Buffer."""
    SCHEDULED = "scheduled"
    """In Buffer, not published yet."""
    POSTED = "posted"
    """Live on the network."""
    FAILED = "failed"


class Step(StrEnum):
    """How far delivery has provably come.

    The values are stored. Users see: draft (no step), queued, sending, held, unconfirmed, in Buffer, live and failed.
    A cancelled post has no row any more.
    """

    QUEUED = "queued"
    """Waiting for a worker."""
    RENDERING = "rendering"
    """A worker has claimed the post. Shown as sending, as are the next two steps."""
    HOSTING = "hosting"
    """The picture is being uploaded, or is uploaded."""
    SENDING = "sending"
    """The create request may have been sent."""
    UNCONFIRMED = "unconfirmed"
    """A create was sent and got no answer: Buffer is searched for it before anything is sent again."""
    HELD = "held"
    """The post cannot be sent now; the next attempt is at `next_try_at`."""
    ACCEPTED = "accepted"
    """In Buffer, waiting for its time."""
    PUBLISHING = "publishing"
    """In Buffer, being published."""
    LIVE = "live"
    """Published on the network."""
    FAILED = "failed"
    """Not published, and nothing happens until the user acts."""

    @property
    def state(self) -> str:
        """The state that users see."""
        if self in (Step.RENDERING, Step.HOSTING):
            return "sending"
        return "in Buffer" if self in IN_BUFFER else self.value


ON_THE_WAY = (Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.SENDING, Step.UNCONFIRMED, Step.HELD)
"""The steps of a submitted post that Buffer has not accepted yet: queued, sending, unconfirmed or held."""

IN_BUFFER = (Step.ACCEPTED, Step.PUBLISHING)
"""The steps of a post that is in Buffer and not live yet."""

_TO_BE_RETRIED = (None, Step.HELD, Step.FAILED)
_CHANGEABLE = (*_TO_BE_RETRIED, Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.ACCEPTED)
"""None is a draft's step."""


@dataclass(frozen=True, slots=True)
class Post:
    """Photos with a caption on one channel, from draft to live."""

    id: int
    photos: tuple[PostPhoto, ...]
    """At least one; the first is the cover."""
    persona_id: int
    caption: str
    status: PostStatus
    step: Step | None
    """None for a draft that has not been submitted."""
    share_mode: ShareMode
    requested_at_time: datetime | None
    channel_id: str | None
    buffer_post_id: str | None
    scheduled_at: datetime | None
    """When Buffer will publish it."""
    posted_at: datetime | None
    next_try_at: datetime | None
    attempts: int
    error_code: str | None
    error_message: str | None
    """Why it failed, is held or is unconfirmed; quotes Buffer's own message where there is one."""
    external_link: str | None
    created_at: datetime
    updated_at: datetime
    support_url: str | None = None
    """Buffer's help page about the error, if it named one."""
    first_comment: str = ""
    ai_generated: bool = False
    """Whether the network is told that the pictures were made with AI."""
    lead_post_id: int | None = None
    """The first of several posts of the same photos on different channels; None for that one itself."""
    ai_assisted: bool = False
    """Whether a text came from a model, even if the user has edited it since."""
    again_of_id: int | None = None
    """The live post that it posts again; None for a cross-post, and for what is posted for the first time."""

    @property
    def photo_ids(self) -> frozenset[int]:
        """The photos that it takes; the parts of a panorama are one."""
        return frozenset(photo.photo_id for photo in self.photos)

    @property
    def cover(self) -> PostPhoto:
        """The first photo."""
        return self.photos[0]

    @property
    def photo_id(self) -> int:
        """The cover's."""
        return self.cover.photo_id

    @property
    def alt_text(self) -> str:
        """The cover's."""
        return self.cover.alt_text

    @property
    def framing(self) -> Framing:
        """The cover's."""
        return self.cover.framing

    @property
    def group_id(self) -> int:
        """The same for a post and its cross-posts."""
        return self.lead_post_id or self.id

    @property
    def state(self) -> str:
        """The state that users see."""
        return self.step.state if self.step else "draft"

    @property
    def goes_at(self) -> datetime | None:
        """When it went out, or else goes; None while that is open."""
        return self.posted_at or self.scheduled_at or self.requested_at_time

    @property
    def time_key(self) -> TimeKey:
        """Its place in the order of time."""
        return (self.goes_at or NO_TIME, self.id)

    @property
    def has_its_photos(self) -> bool:
        """Whether it takes its photos: not once it has failed, unless Buffer has it without all of its pictures."""
        is_incomplete = self.error_code == Code.IMAGE_DROPPED and self.buffer_post_id is not None
        return self.step is not Step.FAILED or is_incomplete

    # What is possible as far as its state tells. Buffer may know better, and is asked.

    @property
    def is_ambiguous(self) -> bool:
        """Whether only the user can tell if it is in Buffer."""
        return self.step == Step.UNCONFIRMED and self.error_code == PostError.AMBIGUOUS

    @property
    def can_be_changed(self) -> bool:
        """Whether its texts, photos and time can be changed, here or in Buffer."""
        return self.step in _CHANGEABLE

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it can be deleted, here or in Buffer."""
        return self.can_be_changed or self.is_ambiguous

    @property
    def can_be_retried(self) -> bool:
        """Whether it can be queued again."""
        return self.step in _TO_BE_RETRIED or self.is_ambiguous

    @property
    def can_be_uploaded_again(self) -> bool:
        """Whether its pictures can be rendered and uploaded again."""
        return self.can_be_retried or self.step in (Step.QUEUED, Step.ACCEPTED)

    @property
    def can_be_moved_up(self) -> bool:
        """Whether it is in the queue of its channel, where it may be the first already."""
        return self.step in ON_THE_WAY

    @property
    def can_be_posted_again(self) -> bool:
        """Whether it is live, perhaps not for long enough yet."""
        return self.step == Step.LIVE


@dataclass(frozen=True, slots=True)
class PostPage:
    """A stretch of a persona's posts in the order of time."""

    posts: tuple[Post, ...]
    """The latest first."""
    rest: TimeKey | None
    """Where to go on; None if there are no more."""


@dataclass(frozen=True, slots=True)
class PostEvent:
    """One entry in a post's history: what happened, when, and which process did it."""

    id: int
    at: datetime
    what: str
    """`created`, `step`, `edited`, `due_moved`, `attempt`, `link`, `line` (moved in the queue), or a `RequestEvent`."""
    step: Step | None
    status: PostStatus
    attempt: int
    code: str | None
    message: str | None
    """The reason, with Buffer's own message where there is one; None when nothing was wrong."""
    scheduled_at: datetime | None
    next_try_at: datetime | None
    worker: str
    """The process that did it, such as `fluffy-tui worker host:4711`."""


class MissingCode(StrEnum):
    """What delivery can lack."""

    BUFFER_KEY = "buffer_key"
    MEDIA_HOST = "media_host"
    """No place to upload pictures to is configured."""
    MEDIA_HOST_INVALID = "media_host_invalid"
    """A place to upload pictures to is configured, but its settings are wrong."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that delivery lacks; until it is set, posts stay drafts."""

    code: MissingCode
    sentence: str

    def __str__(self) -> str:
        return self.sentence


class Reason(StrEnum):
    """Why a submission was refused or kept as a draft."""

    ALREADY_SCHEDULED = "already_scheduled"
    CAPTION_EMPTY = "caption_empty"
    CAPTION_TOO_LONG = "caption_too_long"
    ALT_TEXT_TOO_LONG = "alt_text_too_long"
    PHOTO_MISSING = "photo_missing"
    PHOTO_CHANGED = "photo_changed"
    PHOTO_UNREADABLE = "photo_unreadable"
    PHOTO_DAMAGED = "photo_damaged"
    """It is submitted only if the user accepts that."""
    PHOTO_TWICE = "photo_twice"
    TOO_MANY_PHOTOS = "too_many_photos"
    FIRST_COMMENT = "first_comment"
    """The network has none, or it is too long."""
    PEOPLE_TAGS = "people_tags"
    """The network has none, or they are too many."""
    SEVERAL_PERSONAS = "several_personas"
    NO_CHANNEL = "no_channel"
    CHANNEL_CHANGED = "channel_changed"
    """A channel is not, or no longer, the persona's."""
    TIME_MISSING = "time_missing"
    TIME_PAST = "time_past"
    KEPT_AS_DRAFT = "kept_as_draft"
    """The post was saved but not submitted: the Buffer key or the media host is missing."""


@dataclass(frozen=True, slots=True)
class ScheduleResult:
    """The answer to a submission: a success, or the reason for a refusal."""

    ok: bool
    """Whether the post was submitted."""
    post: Post | None = None
    """The new post, the lead of several; for ALREADY_SCHEDULED the existing one; for KEPT_AS_DRAFT the draft."""
    reason: str = ""
    """Why it was refused, for the user; empty on success."""
    code: Reason | None = None
    posts: tuple[Post, ...] = ()
    """The new posts, one for each channel, the lead first."""


@dataclass(frozen=True, slots=True)
class PersonaCounts:
    """How many photos of a persona have no post, and how many have one in each state."""

    unscheduled: int = 0
    drafts: int = 0
    """Saved, not submitted."""
    queued: int = 0
    """Submitted, and not in Buffer yet."""
    scheduled: int = 0
    failed: int = 0
    posted: int = 0
    next_due_at: datetime | None = None
    """When Buffer will publish the next of its posts."""


class PostNotFound(FluffyError):
    """No post has that id: it was cancelled, or never existed."""


class NotPossibleNow(FluffyError):
    """The post's current state does not allow what was asked; the message says why."""


class OutcomeUnknown(NotPossibleNow):
    """It is not known yet whether Buffer took an edit."""


class PictureLost(NotPossibleNow):
    """Buffer dropped the picture in an edit, so the post has failed; it may have been deleted in Buffer."""

    def __init__(self, message: str, *, deleted: bool) -> None:
        super().__init__(message)
        self.deleted = deleted
