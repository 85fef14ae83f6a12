"""How hashes, vectors and failures are stored."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pgvector.sqlalchemy import BIT, VECTOR
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    any_,
    column,
    literal,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fluffy_tui.core.database import Base, Timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement

PHOTOS = table(
    "photos",
    column("id", BigInteger()),
    column("persona_id", BigInteger()),
    column("sha256", LargeBinary()),
    column("missing_since", DateTime(timezone=True)),
)
"""What this pack reads of the table of photos, whose rows belong to another pack."""

PLACES = table(
    "photo_places",
    column("photo_id", BigInteger()),
    column("machine_id", Text()),
    column("missing_since", DateTime(timezone=True)),
)
"""The same of the machines that have their files."""

STACKS = "photo_stacks"
"""The sequence that numbers stacks of copies."""


class PhotoHashRow(Base):
    """The perceptual hashes of a photo: the same picture has nearly the same bits."""

    __tablename__ = "photo_hashes"

    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    pdq: Mapped[Any] = mapped_column(BIT(256))
    pdq_quality: Mapped[int] = mapped_column(SmallInteger)
    dhash: Mapped[Any] = mapped_column(BIT(128))
    stack_id: Mapped[int | None]
    """Shared by the persona's photos that show the same picture; null for a photo without duplicates."""

    __table_args__ = (
        Index("ix_photo_hashes_stack_id", "stack_id", postgresql_where=text("stack_id IS NOT NULL")),
    )


class EmbeddingModelRow(Base):
    """A model that turns pictures into vectors; vectors of two models are never compared."""

    __tablename__ = "embedding_models"

    id: Mapped[int] = mapped_column(SmallInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    dimensions: Mapped[int] = mapped_column(SmallInteger)
    near_max: Mapped[float | None]
    """Cosine distance up to which two pictures show the same scene."""
    similar_max: Mapped[float | None]
    """Cosine distance up to which two pictures count as similar."""
    configuration: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    active: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Timestamp]

    __table_args__ = (
        UniqueConstraint("id", "dimensions"),
        CheckConstraint("dimensions BETWEEN 1 AND 2000", name="dimensions_indexable"),
        Index("uq_embedding_models_active", "active", unique=True, postgresql_where=text("active")),
    )


class PhotoEmbeddingRow(Base):
    """A photo's unit vector under one model. Each model has a partial HNSW index, created at its first use."""

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


class IndexFailureRow(Base):
    """A photo that is being indexed or could not be; a trigger removes it when the photo's file changes."""

    __tablename__ = "photo_troubles"

    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    """`look` for scanning the file, `ask` for the image_embed service."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """Attempts that failed with a reason."""
    crashes: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """Attempts that never ended: the worker died, or is still at it."""
    reason: Mapped[str] = mapped_column(server_default="")
    next_try_at: Mapped[datetime | None]
    """Null when it is not tried again before its file changes."""

    __table_args__ = (CheckConstraint("stage IN ('look', 'ask')", name="stage_known"),)


def bits_apart(one: Any, other: Any) -> ColumnElement[float]:
    """Return the SQL for the number of differing bits of two PDQ hashes."""
    difference: ColumnElement[float] = one.op("<~>", return_type=Double())(other)
    return difference


def among(values: Any, wanted: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that an id is one of these, given as one array whatever their number."""
    condition: ColumnElement[bool] = values == any_(literal(list(wanted), ARRAY(BigInteger())))
    return condition
