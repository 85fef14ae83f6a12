"""How posts and their history are stored; constraints keep a row from claiming what has not happened."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from pgvector.sqlalchemy import BIT
from sqlalchemy import (
    CheckConstraint,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    TypeDecorator,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.database import Base, PrimaryKey, Timestamp, gin_index, key_of
from fluffy_tui.scheduling.model import NO_TIME, Post, PostEvent, PostStatus, Step
from fluffy_tui.scheduling.post_photo import PostPhoto

E = TypeVar("E", bound=StrEnum)

HAS_ENDED = text("status IN ('posted', 'failed')")
"""Posts to which nothing happens by itself; written out, so that the index of these serves every plan."""
IS_LIVE = text("status = 'posted'")
"""Live posts; written out like the condition before."""
MAY_NEED_ATTENTION = text(
    "(step IS NULL OR step IN ('failed', 'held', 'unconfirmed')"
    " OR error_code IN ('ambiguous', 'not_planned_in_buffer', 'posted_twice'))"
)
"""Drafts, and posts with which something may be wrong; written out like the conditions before."""
IN_BUFFER_OR_LOST = text(
    "(lost_creates > 0 OR buffer_post_id IS NOT NULL AND step IN ('accepted', 'publishing', 'failed'))"
)
"""Posts of which Buffer may have news before they are live; written out like the conditions before."""
IS_LIVE_WITHOUT_LINK = text("step = 'live' AND external_link IS NULL AND buffer_post_id IS NOT NULL")
"""Live posts whose link is still to come; written out like the conditions before."""
ENDED_AT = "coalesce(posted_at, updated_at)"
"""When a live or failed post ended."""
NO_TIME_SQL = f"'{NO_TIME:%Y-%m-%d %H:%M:%S}+00'::timestamptz"
"""`NO_TIME`, written out for the index."""
TIME = f"coalesce(posted_at, scheduled_at, requested_at_time, {NO_TIME_SQL})"
"""When a post goes or went out, as in `Post.time_key`."""
ADOPTED = "(step = 'live' AND adopted_from IS NOT NULL)"
"""Posts that another program has published."""
DRAFT = "draft"
"""Stands for the step of a post that has none."""


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


class PhotosOfPost(TypeDecorator[tuple[PostPhoto, ...]]):
    """A JSON column with the photos of a post in their order."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[PostPhoto, ...] | None, dialect: Dialect) -> Any:
        """Return the photos as JSON."""
        return None if value is None else [photo.to_json() for photo in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[PostPhoto, ...] | None:
        """Return the photos."""
        return None if value is None else tuple(map(PostPhoto.from_json, value))


class PostRow(Base):
    """Photos with a caption on one channel, from draft to live.

    A submission to several channels has a row for each: the first is the lead, which takes the photos; the others are
    cross-posts. When a lead is deleted, a trigger makes the oldest of its cross-posts the lead; where there is none,
    the photos go back to the live post that it posted again.
    """

    __tablename__ = "posts"

    id: Mapped[PrimaryKey]
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id", ondelete="RESTRICT"), unique=True)
    """The lead's first photo; null for a cross-post, a failed lead, and a live one that was posted again."""
    lead_post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", deferrable=True, initially="DEFERRED")
    )
    """Null for a lead."""
    again_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", deferrable=True, initially="DEFERRED")
    )
    """Of a lead that posts a live one again: that one, whose photos it has taken over as long as it exists.

    A trigger sets it as well, if the earlier one had failed and Buffer published it after all.
    """
    photos: Mapped[tuple[PostPhoto, ...]] = mapped_column(PhotosOfPost)
    """The cover first; triggers keep `post_photos` in step."""
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="RESTRICT"))
    caption: Mapped[str]
    first_comment: Mapped[str] = mapped_column(server_default="")
    ai_generated: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether the network is told that the pictures were made with AI."""
    ai_assisted: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether Buffer is told that a text came from a model."""
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
    """Random part of the pictures' URLs, by which the post is recognised in Buffer."""
    share_mode: Mapped[ShareMode] = mapped_column(EnumText(ShareMode))
    requested_at_time: Mapped[datetime | None]
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
    waits_for_machines: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """The machines that have the photo, if the one that tried has not: one of them uploads the picture."""
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    external_link: Mapped[str | None]
    support_url: Mapped[str | None]
    """Buffer's help page about the error, if it named one."""
    link_looks: Mapped[int] = mapped_column(server_default=text("0"))
    """How often a live post was checked and had no link yet."""
    line_order: Mapped[int | None]
    """Position in its channel's queue if the user moved it; otherwise its id counts."""
    stalls: Mapped[int] = mapped_column(server_default=text("0"))
    """How many workers in a row died while they were delivering this post."""
    adopted_from: Mapped[str | None]
    """The program that has published it, and its id there; then Buffer may not know it."""
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
            f"status NOT IN ('scheduled', 'posted') OR buffer_post_id IS NOT NULL OR {ADOPTED}",
            name="known_to_buffer",
        ),
        CheckConstraint("status <> 'posted' OR posted_at IS NOT NULL", name="posted_has_time"),
        CheckConstraint("status <> 'failed' OR error_message IS NOT NULL", name="failed_has_cause"),
        CheckConstraint("step <> 'held' OR next_try_at IS NOT NULL", name="held_has_next_try"),
        CheckConstraint(f"step IS NULL OR channel_id IS NOT NULL OR {ADOPTED}", name="submitted_has_channel"),
        CheckConstraint(
            "share_mode IN ('addToQueue', 'customScheduled', 'shareNext', 'shareNow')",
            name="share_mode_known",
        ),
        CheckConstraint(
            "share_mode <> 'customScheduled' OR requested_at_time IS NOT NULL", name="time_was_asked"
        ),
        CheckConstraint(
            "CASE WHEN lead_post_id IS NULL THEN photo_id IS NOT NULL OR status <> 'draft'"
            " ELSE photo_id IS NULL END",
            name="lead_takes_photos",
        ),
        CheckConstraint("again_of_id IS NULL OR lead_post_id IS NULL", name="lead_posts_again"),
        CheckConstraint("jsonb_array_length(photos) BETWEEN 1 AND 10", name="number_of_photos"),
        Index("ix_posts_lead_post_id", "lead_post_id", postgresql_where=text("lead_post_id IS NOT NULL")),
        Index(
            "uq_posts_again_of_id",
            "again_of_id",
            unique=True,
            postgresql_where=text("again_of_id IS NOT NULL"),
        ),
        Index("uq_posts_group_channel_id", text("coalesce(lead_post_id, id)"), "channel_id", unique=True),
        Index("ix_posts_persona_id_id", "persona_id", "id"),
        Index("ix_posts_ended", "persona_id", text(ENDED_AT), "id", postgresql_where=HAS_ENDED),
        Index("ix_posts_live", "channel_id", "posted_at", "id", postgresql_where=IS_LIVE),
        Index("ix_posts_by_time", "persona_id", text(f"coalesce(step, '{DRAFT}')"), text(TIME), "id"),
        Index("ix_posts_of_channel", "channel_id", "step", text(TIME)),
        Index("ix_posts_may_need_attention", "id", postgresql_where=MAY_NEED_ATTENTION),
        Index("ix_posts_in_buffer", "id", postgresql_where=IN_BUFFER_OR_LOST),
        Index("ix_posts_without_link", "link_looks", postgresql_where=IS_LIVE_WITHOUT_LINK),
        Index(
            "ix_posts_on_their_way",
            "step",
            postgresql_where=text(
                "step IN ('queued', 'rendering', 'hosting', 'sending', 'unconfirmed', 'held')"
            ),
        ),
    )

    @property
    def cover(self) -> PostPhoto:
        """The first photo."""
        return self.photos[0]

    @property
    def is_uploaded(self) -> bool:
        """Whether all pictures are on the media host."""
        return all(photo.media_url is not None for photo in self.photos)

    def to_post(self) -> Post:
        """Return the post as a value."""
        return Post(**{field.name: getattr(self, field.name) for field in fields(Post)})


class PlannedEditRow(Base):
    """A change of a post in Buffer, from before it is sent until its outcome is known."""

    __tablename__ = "planned_edits"

    post_id: Mapped[int] = key_of("posts")
    token: Mapped[str]
    """The token of the edit that wrote this; an edit with another one can no longer be sent."""
    caption: Mapped[str]
    first_comment: Mapped[str]
    ai_generated: Mapped[bool]
    ai_assisted: Mapped[bool] = mapped_column(server_default=false())
    photos: Mapped[tuple[PostPhoto, ...]] = mapped_column(PhotosOfPost)
    """Those that are new are the post's from now on."""
    share_mode: Mapped[ShareMode] = mapped_column(EnumText(ShareMode))
    due_at: Mapped[datetime | None]
    delivery_key: Mapped[str | None]
    """The key of the new pictures; null if the post keeps its pictures."""
    begun_at: Mapped[Timestamp]
    sent_at: Mapped[datetime | None]
    """When it may have been sent to Buffer."""


class PostPhotoRow(Base):
    """A photo that a post or a planned edit of it has taken; triggers maintain the list.

    A photo is in one list at most: that of a lead, for itself and its cross-posts. Failed ones have none.
    """

    __tablename__ = "post_photos"

    photo_id: Mapped[int] = mapped_column(
        ForeignKey("photos.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)


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


class WrittenSidecarRow(Base):
    """A live post whose photos have had their sidecars written on a machine, as far as that was possible."""

    __tablename__ = "written_sidecars"

    post_id: Mapped[int] = key_of("posts")
    machine_id: Mapped[str] = mapped_column(primary_key=True)


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
    """A post in Buffer with pictures of this library and no row in `posts`: the database may have been restored."""

    __tablename__ = "unknown_posts"

    buffer_post_id: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[str]
    channel_id: Mapped[str]
    delivery_key: Mapped[str]
    photo_digits: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The first digits of each photo's hash, from the pictures' addresses; empty where these have none."""
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
    metrics_asked_at: Mapped[datetime | None]
    """When the posts' numbers were last asked for, by the database's clock."""
    metrics_refusal: Mapped[str | None]
    """Why Buffer gave none then."""


class PostMetricRow(Base):
    """One number of a live post, as its network counted it."""

    __tablename__ = "post_metrics"

    post_id: Mapped[int] = key_of("posts")
    type: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float] = mapped_column(Double)
    is_percentage: Mapped[bool]
    as_of: Mapped[datetime]
    """When Buffer got it from the network."""


class OutsidePostRow(Base):
    """A post that went out on a channel without this program: from the phone, or made in Buffer itself."""

    __tablename__ = "outside_posts"

    id: Mapped[PrimaryKey]
    buffer_post_id: Mapped[str] = mapped_column(unique=True)
    """If `posts` has it too, it was taken for ours since."""
    channel_id: Mapped[str]
    sent_at: Mapped[datetime]
    caption: Mapped[str]
    external_link: Mapped[str | None]
    asset_count: Mapped[int] = mapped_column(Integer)
    thumbnail_url: Mapped[str | None]
    """Null for a post without pictures."""
    thumbnail: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """A small JPEG."""
    pdq: Mapped[Any | None] = mapped_column(BIT(256))
    """Its perceptual hash, as that of a photo."""
    pdq_quality: Mapped[int | None] = mapped_column(SmallInteger)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """How often its thumbnail was asked for."""
    next_try_at: Mapped[datetime | None]
    """When that is done next; null once there is one, or none is expected any more."""

    __table_args__ = (
        Index("ix_outside_posts_channel_id", "channel_id", "sent_at", "id"),
        Index(
            "ix_outside_posts_next_try_at", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")
        ),
        gin_index("ix_outside_posts_bands", text("fluffy_bands(pdq)"), text("pdq IS NOT NULL")),
    )


class OutsideRoundRow(Base):
    """How far the posts of an organisation that were made elsewhere are known; times are by Buffer's clock."""

    __tablename__ = "outside_rounds"

    organization_id: Mapped[str] = mapped_column(primary_key=True)
    channel_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The channels that were listed; another channel starts the listing again."""
    asked_at: Mapped[datetime]
    """When Buffer was last asked, by the database's clock."""
    listed_until: Mapped[datetime | None]
    """All posts that came into Buffer before this are known."""
    begun_at: Mapped[datetime | None]
    """When the present listing was begun, if it takes more than one round."""
    rest_before: Mapped[datetime | None]
    """What it still has to list came into Buffer before this."""


class WorkerNameRow(Base):
    """The process of a worker, stored by a trigger when it registers with Procrastinate."""

    __tablename__ = "worker_names"

    worker_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    started_at: Mapped[Timestamp]


class HostedPictureRow(Base):
    """A picture on the media host that was not removed yet, from before it is uploaded."""

    __tablename__ = "hosted_pictures"

    name: Mapped[str] = mapped_column(primary_key=True)
    delivery_key: Mapped[str] = mapped_column(index=True)
    """The key of its post; triggers on `posts` note when no post has it any more."""
    hosted_at: Mapped[Timestamp]
    verified_at: Mapped[datetime | None]
    """When its public URL last returned the right picture."""
    left_at: Mapped[datetime | None]
    """Since when no post has this key."""
    problem: Mapped[str | None] = mapped_column("trouble")
    """Why it is missing and could not be uploaded again, for the user."""

    __table_args__ = (
        Index("ix_hosted_pictures_lost", "delivery_key", postgresql_where=text("trouble IS NOT NULL")),
    )
