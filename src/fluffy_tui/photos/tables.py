"""How photos, their hashes and their embeddings are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import BIT, VECTOR
from sqlalchemy import (
    CheckConstraint,
    Computed,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
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


class ScheduledOnceRow(Base):
    """A photo that has or had a post; filled by a trigger on posts, and kept when a post is let go."""

    __tablename__ = "photos_scheduled_once"

    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)


class PhotoHashRow(Base):
    """What a picture looks like, in bits: the same picture has nearly the same bits."""

    __tablename__ = "photo_hashes"

    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    pdq: Mapped[Any] = mapped_column(BIT(256))
    pdq_quality: Mapped[int] = mapped_column(SmallInteger)
    dhash: Mapped[Any] = mapped_column(BIT(128))


class EmbeddingModelRow(Base):
    """A model that turns pictures into vectors; vectors of two models are never compared."""

    __tablename__ = "embedding_models"

    id: Mapped[int] = mapped_column(SmallInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    dimensions: Mapped[int] = mapped_column(SmallInteger)
    near_max: Mapped[float | None]
    """Cosine distance up to which two pictures show the same scene."""
    similar_max: Mapped[float | None]
    """Cosine distance up to which a picture counts as "more like this"."""
    configuration: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    created_at: Mapped[Timestamp]

    __table_args__ = (
        UniqueConstraint("id", "dimensions"),
        CheckConstraint("dimensions BETWEEN 1 AND 2000", name="dimensions_indexable"),
    )


class PhotoEmbeddingRow(Base):
    """One picture's unit vector under one model."""

    __tablename__ = "photo_embeddings"

    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    model_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    dimensions: Mapped[int] = mapped_column(SmallInteger)
    embedding: Mapped[list[float]] = mapped_column(VECTOR(), deferred=True)
    created_at: Mapped[Timestamp]

    __table_args__ = (
        ForeignKeyConstraint(
            ["model_id", "dimensions"], ["embedding_models.id", "embedding_models.dimensions"]
        ),
        CheckConstraint("vector_dims(embedding) = dimensions", name="dimensions_match"),
        CheckConstraint("vector_norm(embedding) > 0", name="not_zero"),
    )
