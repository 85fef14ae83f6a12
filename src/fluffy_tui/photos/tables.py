"""How photos, their copies and what became of them are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Computed,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from fluffy_tui.core.database import Base, PrimaryKey, Timestamp


class PhotoRow(Base):
    """One picture file of one persona, known by its content and found by its path."""

    __tablename__ = "photos"

    id: Mapped[PrimaryKey]
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"))
    path: Mapped[str]
    name: Mapped[str] = mapped_column(Computed(r"regexp_replace(path, '^.*/', '')", persisted=True))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    byte_size: Mapped[int]
    width: Mapped[int]
    """Pixels as seen upright."""
    height: Mapped[int]
    """Pixels as seen upright."""
    format: Mapped[str]
    taken_at: Mapped[datetime | None]
    modified_at: Mapped[datetime]
    missing_since: Mapped[datetime | None]
    verdict: Mapped[str | None]
    created_at: Mapped[Timestamp]
    shown_at: Mapped[datetime] = mapped_column(Computed("coalesce(taken_at, modified_at)", persisted=True))
    """When it was taken, or else when the file was written."""
    name_key: Mapped[str] = mapped_column(
        Text(collation="C"), Computed(r"lower(regexp_replace(path, '^.*/', ''))", persisted=True)
    )
    """The name in small letters, sorted by code points: the same on every server, and fast."""
    ratio: Mapped[float] = mapped_column(
        Double(), Computed("width::double precision / height", persisted=True)
    )
    """Width over height."""

    __table_args__ = (
        UniqueConstraint("persona_id", "path"),
        UniqueConstraint("persona_id", "sha256"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_length"),
        CheckConstraint("width > 0 AND height > 0", name="has_pixels"),
        CheckConstraint("verdict IN ('pick', 'reject')", name="verdict_known"),
        Index("ix_photos_persona_id_shown_at_id", "persona_id", "shown_at", "id"),
        Index("ix_photos_persona_id_id", "persona_id", "id"),
        Index("ix_photos_persona_id_name_key_id", "persona_id", "name_key", "id"),
        Index("ix_photos_persona_id_ratio_id", "persona_id", "ratio", "id"),
        Index(
            "ix_photos_decided",
            "persona_id",
            "verdict",
            "shown_at",
            "id",
            postgresql_where=text("verdict IS NOT NULL"),
        ),
        Index(
            "ix_photos_missing",
            "persona_id",
            "shown_at",
            "id",
            postgresql_where=text("missing_since IS NOT NULL"),
        ),
    )


class PhotoCopyRow(Base):
    """A file that is a copy of a photo: passed over by later imports as long as size and time are the same."""

    __tablename__ = "photo_copies"

    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    byte_size: Mapped[int]
    modified_at: Mapped[datetime]

    __table_args__ = (Index("ix_photo_copies_persona_id_sha256", "persona_id", "sha256"),)


class ScheduledOnceRow(Base):
    """A photo that has or had a post; filled by a trigger on posts, and kept when a post is let go."""

    __tablename__ = "photos_scheduled_once"

    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
