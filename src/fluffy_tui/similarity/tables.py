"""How hashes, vectors and failures are stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from pgvector.sqlalchemy import BIT, VECTOR
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    Select,
    SmallInteger,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    column,
    func,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column
from sqlalchemy.types import TypeEngine

from fluffy_tui.core.database import Base, Timestamp, gin_index, key_of
from fluffy_tui.similarity.model import OTHER_STROKES, SAME_PICTURE_BITS, SOUND_QUALITY

PHOTOS = table(
    "photos",
    column("id", BigInteger()),
    column("persona_id", BigInteger()),
    column("sha256", LargeBinary()),
    column("missing_since", DateTime(timezone=True)),
    column("sharpness", Double()),
    column("faces", SmallInteger()),
    column("taken_at", DateTime()),
    column("shown_at", DateTime()),
    column("dated_by", Text()),
    column("is_scheduled", Boolean()),
)
"""What this pack reads of the table of photos, whose rows belong to another pack."""

PLACES = table(
    "photo_places",
    column("photo_id", BigInteger()),
    column("machine_id", Text()),
    column("persona_id", BigInteger()),
    column("path", Text()),
    column("missing_since", DateTime(timezone=True)),
)
"""The same of the machines that have their files."""

TEXTS = table("photo_texts", column("photo_id", BigInteger()))
"""The same of the texts that were read in pictures."""

PHOTO_ID = bindparam("photo_id", type_=BigInteger())
"""The photo that a statement is about; building one takes Python longer than the database takes to answer it."""

COUNTS = table(
    "library_counts",
    column("persona_id", BigInteger()),
    column("name", Text()),
    column("number", BigInteger()),
)
"""The same of the counts of each library."""

STACKS = "photo_stacks"
"""The sequence that numbers stacks."""


class PhotoHashRow(Base):
    """The perceptual hashes of a photo: the same picture has nearly the same bits."""

    __tablename__ = "photo_hashes"

    photo_id: Mapped[int] = key_of("photos")
    pdq: Mapped[Any] = mapped_column(BIT(256))
    pdq_quality: Mapped[int] = mapped_column(SmallInteger)
    dhash: Mapped[Any] = mapped_column(BIT(128))
    strokes: Mapped[Any | None] = mapped_column(BIT(16384))
    """Which parts of a screenshot or a page are written on; null for other pictures."""
    blanks: Mapped[Any | None] = mapped_column(BIT(16384))
    """Which parts, and those around them, are not."""
    stack_id: Mapped[int | None]
    """Shared by the photos of a stack: duplicates, a burst, an edited photo and its original; null for others."""

    __table_args__ = (
        Index("ix_photo_hashes_stack_id", "stack_id", postgresql_where=text("stack_id IS NOT NULL")),
        gin_index("ix_photo_hashes_bands", text("fluffy_bands(pdq)")),
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

    photo_id: Mapped[int] = key_of("photos")
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


class IndexTargetRow(Base):
    """What a stage of a machine's index is to have; triggers queue the photos that lack it."""

    __tablename__ = "index_targets"

    machine_id: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    model_id: Mapped[int | None] = mapped_column(SmallInteger)
    """The model whose vectors are wanted; null for none."""
    finds_faces: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether it looks for faces."""
    filled_to: Mapped[int | None]
    """The last of the photos from before that have been looked through; null when all have been."""


class QueuedPhotoRow(Base):
    """A photo that a machine may have to index: it lacks something, unless another machine was faster."""

    __tablename__ = "photos_to_index"

    photo_id: Mapped[int] = key_of("photos")
    stage: Mapped[str] = mapped_column(primary_key=True)
    machine_id: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    """When it may be claimed; a claim puts it off, so that the photo is claimed again if the worker dies."""

    __table_args__ = (Index("ix_photos_to_index_due", "machine_id", "stage", "due_at", "photo_id"),)


class IndexFailureRow(Base):
    """A photo that is being indexed or could not be; a trigger removes it when the photo's file changes."""

    __tablename__ = "photo_troubles"

    photo_id: Mapped[int] = key_of("photos")
    stage: Mapped[str] = mapped_column(primary_key=True)
    """`look` for scanning the file, `ask` for the image_embed service, `read` for the text in the picture."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """Attempts that failed with a reason."""
    crashes: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """Attempts that never ended: the worker died, or is still at it."""
    reason: Mapped[str] = mapped_column(server_default="")
    next_try_at: Mapped[datetime | None]
    """Null when it is not tried again before its file changes."""

    __table_args__ = (
        CheckConstraint("stage IN ('look', 'ask', 'read')", name="stage_known"),
        Index("ix_photo_troubles_reason", "photo_id", postgresql_where=text("reason <> ''")),
    )


def bits_apart(one: Any, other: Any) -> ColumnElement[float]:
    """Return the SQL for the number of differing bits of two PDQ hashes."""
    difference: ColumnElement[float] = one.op("<~>", return_type=Double())(other)
    return difference


def same_strokes(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the condition that two pictures are not known to have other words; rows of hashes are given."""
    apart = sum(
        func.bit_count(written.op("&", return_type=BIT(16384))(blank))
        for written, blank in ((one.strokes, other.blanks), (other.strokes, one.blanks))
    )
    return func.coalesce(apart, 0) < OTHER_STROKES


def is_same_picture(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the condition that two rows of hashes are of the same picture."""
    return and_(
        bits_apart(one.pdq, other.pdq) <= SAME_PICTURE_BITS,
        one.pdq_quality >= SOUND_QUALITY,
        other.pdq_quality >= SOUND_QUALITY,
        same_strokes(one, other),
    )


@cache
def near_hashes() -> Select[int, float]:
    """Select the persona's other photos of the same picture and their differing bits, nearest first.

    It takes the photo's id as `photo_id`.

    Hashes that differ in no more than 31 of 256 bits have one of 16 equal parts that differs in one bit at most. An
    index finds these, one in 240 of all hashes; only the few near ones are joined with photos.
    """
    own, other = aliased(PhotoHashRow), aliased(PhotoHashRow)
    asked, found = PHOTOS.alias("asked"), PHOTOS.alias("found")
    bits = bits_apart(own.pdq, other.pdq)
    is_near = and_(
        func.fluffy_bands(other.pdq).op("&&")(func.fluffy_near_bands(own.pdq)), is_same_picture(own, other)
    )
    near = (
        select(other.photo_id, bits.label("bits"))
        .join_from(own, other, is_near)
        .where(own.photo_id == PHOTO_ID, other.photo_id != PHOTO_ID)
        .cte("near")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return (
        select(near.c.photo_id, near.c.bits)
        .join(found, found.c.id == near.c.photo_id)
        .join(asked, (asked.c.id == PHOTO_ID) & (asked.c.persona_id == found.c.persona_id))
        .order_by(near.c.bits, near.c.photo_id)
    )


def unnested(**columns: TypeEngine[Any]) -> Any:
    """Return a table of values that are passed as an array for each column, as `in_columns` returns them."""
    arrays = [bindparam(f"{name}s", type_=ARRAY(kind)) for name, kind in columns.items()]
    named = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*named).render_derived()


def in_columns(names: Iterable[str], rows: Iterable[Sequence[object]]) -> dict[str, list[object]]:
    """Return rows as `unnested` takes them: a statement is the same then for any number of them."""
    listed = list(rows)
    return {f"{name}s": [row[place] for row in listed] for place, name in enumerate(names)}
