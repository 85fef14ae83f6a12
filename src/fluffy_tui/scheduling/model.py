"""What a post is, how far it has come, and what scheduling answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Framing

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.buffer import ShareMode


class PostStatus(StrEnum):
    """What a post is, in the words of the posts table."""

    DRAFT = "draft"
    """Not in Buffer: kept, or on its way there."""
    SCHEDULED = "scheduled"
    """In Buffer's queue."""
    POSTED = "posted"
    FAILED = "failed"


class Step(StrEnum):
    """How far delivery is known to have come, moved only by evidence."""

    QUEUED = "queued"
    RENDERING = "rendering"
    HOSTING = "hosting"
    SENDING = "sending"
    UNCONFIRMED = "unconfirmed"
    """A create was sent and no answer came: Buffer is looked at before anything is sent again."""
    HELD = "held"
    """It cannot go out now; it is tried again at `next_try_at`."""
    ACCEPTED = "accepted"
    PUBLISHING = "publishing"
    LIVE = "live"
    FAILED = "failed"


ON_THE_WAY = (Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.SENDING, Step.UNCONFIRMED, Step.HELD)
"""The steps between submission and Buffer's acceptance."""


IN_BUFFER = (Step.ACCEPTED, Step.PUBLISHING)
"""The steps between Buffer's acceptance and the network."""

REMOVED_IN_BUFFER = "removed_in_buffer"
"""The error code of a post that somebody deleted in Buffer's own app."""


@dataclass(frozen=True, slots=True)
class Post:
    """One photo with its caption on the way to a channel, or there."""

    id: int
    photo_id: int
    persona_id: int
    caption: str
    alt_text: str
    status: PostStatus
    step: Step | None
    """None for a draft that was never submitted."""
    share_mode: ShareMode
    requested_at_time: datetime | None
    channel_id: str | None
    buffer_post_id: str | None
    scheduled_at: datetime | None
    """When Buffer says it goes out."""
    posted_at: datetime | None
    next_try_at: datetime | None
    attempts: int
    error_code: str | None
    error_message: str | None
    """Why it failed, is held or is unconfirmed, in plain words with Buffer's own."""
    media_url: str | None
    rendition: dict[str, Any] | None
    external_link: str | None
    created_at: datetime
    updated_at: datetime
    support_url: str | None = None
    """Buffer's own page about the error, where it named one."""
    framing: Framing = Framing()


@dataclass(frozen=True, slots=True)
class PostEvent:
    """One line of a post's trail: what happened to it, when and by whose hand."""

    id: int
    at: datetime
    what: str
    """`created`, `step`, `edited`, `due_moved`, `attempt`, `link` or `line`, or one of those in `trail`."""
    step: Step | None
    status: PostStatus
    attempt: int
    code: str | None
    message: str | None
    """Why, in plain words with Buffer's own; None when nothing was wrong."""
    scheduled_at: datetime | None
    next_try_at: datetime | None
    worker: str
    """The program that did it, such as `fluffy-tui worker host:4711`."""


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
    NO_CHANNEL = "no_channel"
    TIME_MISSING = "time_missing"
    TIME_PAST = "time_past"
    KEPT_AS_DRAFT = "kept_as_draft"
    """The post was written but not submitted: Buffer's key or the media host is missing."""


@dataclass(frozen=True, slots=True)
class ScheduleResult:
    """The answer to a submission: clearly a success, or clearly why not."""

    ok: bool
    """Whether the post is on its way."""
    post: Post | None = None
    """The new post; on refusal for ALREADY_SCHEDULED the one that exists; for KEPT_AS_DRAFT the draft."""
    reason: str = ""
    """Why not, in plain words; empty on success."""
    code: Reason | None = None


@dataclass(frozen=True, slots=True)
class PersonaCounts:
    """How many of a persona's photos are where."""

    unscheduled: int = 0
    drafts: int = 0
    scheduled: int = 0
    failed: int = 0
    posted: int = 0
    next_due_at: datetime | None = None
    """When the next post that Buffer has goes out."""


class PostNotFound(FluffyError):
    """No post has that id: it was let go, or never existed."""


class NotPossibleNow(FluffyError):
    """What was asked does not fit the post's present step; the message says what it is."""
