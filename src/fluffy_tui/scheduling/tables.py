"""How posts and their history are stored; constraints keep a row from claiming what has not happened."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    TypeDecorator,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Composite, Mapped, composite, mapped_column

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.database import Base, PrimaryKey, Timestamp
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.scheduling.model import Post, PostEvent, PostStatus, Step

if TYPE_CHECKING:
    from sqlalchemy import Dialect

E = TypeVar("E", bound=StrEnum)


class EnumText(TypeDecorator[E]):
    """A text column whose values are members of an enum."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__()
        self.enum = enum

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Return the member of that value."""
        return None if value is None else self.enum(value)


class PostRow(Base):
    """One photo with its caption, from draft to live."""

    __tablename__ = "posts"

    id: Mapped[PrimaryKey]
    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="RESTRICT"), unique=True)
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="RESTRICT"))
    caption: Mapped[str]
    alt_text: Mapped[str] = mapped_column(server_default="")
    status: Mapped[PostStatus] = mapped_column(EnumText(PostStatus), server_default="draft")
    step: Mapped[Step | None] = mapped_column(EnumText(Step))
    """How far delivery has provably come; null for a draft that was not submitted."""
    buffer_post_id: Mapped[str | None] = mapped_column(unique=True)
    scheduled_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    channel_id: Mapped[str | None]
    """The Buffer channel at submission; a later change of the persona's channel does not move the post."""
    organization_id: Mapped[str | None]
    pinterest_board_id: Mapped[str | None]
    """The board at submission, on a Pinterest channel with several."""
    delivery_key: Mapped[str] = mapped_column(unique=True)
    """Random part of the picture's URL, by which the post is recognised in Buffer."""
    share_mode: Mapped[ShareMode] = mapped_column(EnumText(ShareMode))
    requested_at_time: Mapped[datetime | None]
    fit: Mapped[Fit] = mapped_column(EnumText(Fit), server_default="pad")
    shape: Mapped[Shape] = mapped_column(EnumText(Shape), server_default="")
    """Empty for the photo's own ratio, as near as the network takes it."""
    turn: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    framing: Composite[Framing] = composite(Framing, "fit", "shape", "turn")
    accept_damaged: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether the user wants what is left of a damaged photo posted."""
    claim: Mapped[str | None]
    """Token of the current attempt; an older attempt can no longer change the post."""
    create_sent_at: Mapped[datetime | None]
    """When a create may have been sent without an answer; while set, search Buffer before sending."""
    create_buffer_time: Mapped[datetime | None]
    """When the last create was sent, by Buffer's clock."""
    first_create_buffer_time: Mapped[datetime | None]
    """When the first create with this delivery key was sent, by Buffer's clock: what is older cannot be ours."""
    lost_creates: Mapped[int] = mapped_column(server_default=text("0"))
    """How many creates had no effect that was ever seen; each may still have one, so doubles are searched for."""
    missing_since: Mapped[datetime | None]
    """Since when Buffer, which has accepted the post, does not show it; by Buffer's clock."""
    next_try_at: Mapped[datetime | None]
    waits_for_machine: Mapped[str | None]
    """The machine that has the photo, if the one that tried has not."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    media_url: Mapped[str | None]
    rendition: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Width, height, bytes and hash of the uploaded JPEG, and how it was fitted."""
    external_link: Mapped[str | None]
    support_url: Mapped[str | None]
    """Buffer's help page about the error, if it named one."""
    link_looks: Mapped[int] = mapped_column(server_default=text("0"))
    """How often a live post was checked and had no link yet."""
    line_order: Mapped[int | None]
    """Position in its channel's queue if the user moved it; otherwise its id counts."""
    stalls: Mapped[int] = mapped_column(server_default=text("0"))
    """How many workers in a row died while they were delivering this post."""
    created_at: Mapped[Timestamp]
    updated_at: Mapped[Timestamp] = mapped_column(onupdate=func.now())

    __table_args__ = (
        CheckConstraint("status IN ('draft', 'scheduled', 'posted', 'failed')", name="status_known"),
        CheckConstraint(
            "step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held',"
            " 'accepted', 'publishing', 'live', 'failed')",
            name="step_known",
        ),
        CheckConstraint(
            "(CASE status"
            " WHEN 'draft' THEN step IS NULL"
            " OR step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held')"
            " WHEN 'scheduled' THEN step IN ('accepted', 'publishing')"
            " WHEN 'posted' THEN step = 'live'"
            " ELSE step = 'failed' END) IS TRUE",  # a check that comes to NULL would hold
            name="status_agrees_with_step",
        ),
        CheckConstraint(
            "status NOT IN ('scheduled', 'posted') OR buffer_post_id IS NOT NULL", name="known_to_buffer"
        ),
        CheckConstraint("status <> 'posted' OR posted_at IS NOT NULL", name="posted_has_time"),
        CheckConstraint("status <> 'failed' OR error_message IS NOT NULL", name="failed_has_cause"),
        CheckConstraint("step <> 'held' OR next_try_at IS NOT NULL", name="held_has_next_try"),
        CheckConstraint("step IS NULL OR channel_id IS NOT NULL", name="submitted_has_channel"),
        CheckConstraint(
            "share_mode IN ('addToQueue', 'customScheduled', 'shareNext', 'shareNow')",
            name="share_mode_known",
        ),
        CheckConstraint(
            "share_mode <> 'customScheduled' OR requested_at_time IS NOT NULL", name="time_was_asked"
        ),
        CheckConstraint("fit IN ('pad', 'pad-plain', 'crop', 'crop-top', 'crop-bottom')", name="fit_known"),
        CheckConstraint("shape IN ('', '4:5', '1:1', '1.91:1', '3:4')", name="shape_known"),
        CheckConstraint("turn IN (0, 90, 180, 270)", name="turn_known"),
        Index("ix_posts_persona_id_id", "persona_id", "id"),
        Index(
            "ix_posts_on_their_way",
            "step",
            postgresql_where=text(
                "step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held')"
            ),
        ),
    )

    def to_post(self) -> Post:
        """Return the post as a value."""
        return Post(**{field.name: getattr(self, field.name) for field in fields(Post)})


class PlannedEditRow(Base):
    """A change of a post in Buffer, from before it is sent until its outcome is known."""

    __tablename__ = "planned_edits"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token: Mapped[str]
    """Of the edit that wrote this; an edit with another token can no longer be sent."""
    caption: Mapped[str]
    alt_text: Mapped[str]
    share_mode: Mapped[ShareMode] = mapped_column(EnumText(ShareMode))
    due_at: Mapped[datetime | None]
    fit: Mapped[Fit] = mapped_column(EnumText(Fit))
    shape: Mapped[Shape] = mapped_column(EnumText(Shape))
    turn: Mapped[int] = mapped_column(SmallInteger)
    framing: Composite[Framing] = composite(Framing, "fit", "shape", "turn")
    delivery_key: Mapped[str | None]
    """Of the new picture; null when the post keeps its picture."""
    media_url: Mapped[str | None]
    rendition: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    begun_at: Mapped[Timestamp]
    sent_at: Mapped[datetime | None]
    """When it may have been sent to Buffer."""


class PostEventRow(Base):
    """One entry in a post's history: a trigger on `posts` adds one for each change, `post_events` the others."""

    __tablename__ = "post_events"

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    what: Mapped[str]
    step: Mapped[Step | None] = mapped_column(EnumText(Step))
    status: Mapped[PostStatus] = mapped_column(EnumText(PostStatus))
    attempt: Mapped[int]
    code: Mapped[str | None]
    message: Mapped[str | None]
    scheduled_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    worker: Mapped[str]
    """`application_name` of the connection that made the change."""

    __table_args__ = (Index("ix_post_events_post_id_id", "post_id", "id"),)

    def to_event(self) -> PostEvent:
        """Return the entry as a value."""
        return PostEvent(**{field.name: getattr(self, field.name) for field in fields(PostEvent)})


class WithdrawnDeliveryRow(Base):
    """A cancelled post of which a lost create may still take effect: Buffer is searched for it once more."""

    __tablename__ = "withdrawn_deliveries"

    delivery_key: Mapped[str] = mapped_column(primary_key=True)
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    organization_id: Mapped[str]
    channel_id: Mapped[str]
    caption: Mapped[str]
    first_create_buffer_time: Mapped[datetime]
    """What is older in Buffer, by its clock, cannot be this post."""
    check_at: Mapped[datetime]
    """When nothing can appear any more, by Buffer's clock."""
    published_at: Mapped[datetime | None]
    """When it was published although it was cancelled."""
    external_link: Mapped[str | None]


class BufferComparisonRow(Base):
    """Until when the posts of an organisation in Buffer were compared with the rows."""

    __tablename__ = "buffer_comparisons"

    organization_id: Mapped[str] = mapped_column(primary_key=True)
    compared_until: Mapped[datetime]
    """By Buffer's clock."""


class UnknownPostRow(Base):
    """A post in Buffer with a picture of this library and no row in `posts`: the database may have been restored."""

    __tablename__ = "unknown_posts"

    buffer_post_id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str]
    channel_id: Mapped[str]
    delivery_key: Mapped[str]
    photo_digits: Mapped[str | None]
    """The first digits of the photo's hash, from the key."""
    text: Mapped[str]
    created_at: Mapped[datetime]
    """By Buffer's clock."""
    noticed_at: Mapped[Timestamp]


class RequestBudgetRow(Base):
    """One window of Buffer's rate limit as last reported; shared by all processes with the same key."""

    __tablename__ = "request_budget"

    key_mark: Mapped[str] = mapped_column(primary_key=True)
    """Hash of the key: each key has its own budget."""
    window_seconds: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    quota: Mapped[int | None]
    remaining: Mapped[int]
    resets_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class StatusSyncRow(Base):
    """When any worker last asked Buffer about the open posts of an organisation."""

    __tablename__ = "follow_rounds"

    organization_id: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    """By Buffer's clock."""
    database_lead: Mapped[timedelta | None]
    """How far the database's clock was ahead of Buffer's."""


class WorkerNameRow(Base):
    """The process of a worker, stored by a trigger when it registers with Procrastinate."""

    __tablename__ = "worker_names"

    worker_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    started_at: Mapped[Timestamp]


class HostedPictureRow(Base):
    """A picture on the media host that was not removed yet; triggers on `posts` maintain the list."""

    __tablename__ = "hosted_pictures"

    delivery_key: Mapped[str] = mapped_column(primary_key=True)
    hosted_at: Mapped[Timestamp]
    verified_at: Mapped[datetime | None]
    """When its public URL last returned the right picture."""
    left_at: Mapped[datetime | None]
    """Since when no post has this key."""
    problem: Mapped[str | None] = mapped_column("trouble")
    """Why it is missing and could not be uploaded again, for the user."""
