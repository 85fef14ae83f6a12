"""The statements that find what is near, each built once: that takes SQLAlchemy about as long as answering it takes.

The model's HNSW index is used only by a query that writes the model's id literally and repeats the cast to half
precision, in which the distances then are: some hundred-thousandths off. The persona is written out as well, so that a
prepared statement is planned for as many photos as this one has.

A vector is given as Postgres writes it, since nothing here reads its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from fluffy_tui.similarity.model import SAME_PICTURE_BITS, SOUND_QUALITY
from fluffy_tui.similarity.tables import (
    PHOTOS,
    EmbeddingModelRow,
    PhotoEmbeddingRow,
    PhotoHashRow,
    bits_apart,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from fluffy_tui.similarity.model import EmbeddingModel

_SOUGHT = bindparam("sought", type_=Text)
_PHOTO_IDS = bindparam("photo_ids", type_=ARRAY(BigInteger))
_CANDIDATES = bindparam("candidates", type_=ARRAY(BigInteger))
_WITHOUT = bindparam("without", type_=ARRAY(BigInteger))
_SAME_AS = bindparam("same_as", type_=BigInteger)
_LIMIT = bindparam("limit", type_=Integer)
_MOST = bindparam("most", type_=Integer)
_WIDTH = bindparam("width", type_=Text)


@dataclass(frozen=True, slots=True)
class Scope:
    """By which model, and among which photos, is searched."""

    model: EmbeddingModel
    persona_id: int
    scheduled: Select[Any] | None
    """Selects the ids of photos that may not be answered with."""


def _of_active_model() -> Select[EmbeddingModelRow, str, int]:
    asked = any_(_PHOTO_IDS)
    known = and_(PhotoEmbeddingRow.model_id == EmbeddingModelRow.id, PhotoEmbeddingRow.photo_id == asked)
    return (
        select(
            EmbeddingModelRow,
            cast(func.avg(PhotoEmbeddingRow.embedding), Text),
            func.min(PHOTOS.c.persona_id),
        )
        .outerjoin(PhotoEmbeddingRow, known)
        .outerjoin(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
        .where(EmbeddingModelRow.active)
        .group_by(EmbeddingModelRow.id)
    )


ASKED_ABOUT = _of_active_model()
"""The model that answers, the mean vector of the `photo_ids` under it, and whose photos they are."""


@lru_cache(maxsize=32)
def few(scope: Scope, *, iterates: bool) -> Select[list[int] | None]:
    """Return the query for the allowed photos if they are few, which sets the transaction up for the index, too.

    It takes `without`, `most`, which are few, and `width`, which is the index's `hnsw.ef_search`.
    """
    settings: dict[str, Any] = {"plan_cache_mode": literal("force_custom_plan"), "hnsw.ef_search": _WIDTH}
    if iterates:
        settings["hnsw.iterative_scan"] = literal("strict_order")
    some = select(PHOTOS.c.id).where(_allowed(scope)).limit(_MOST + 1).subquery()
    ids = func.coalesce(func.array_agg(some.c.id), cast(literal([]), ARRAY(BigInteger)))
    set_up = [func.set_config(literal_column(f"'{name}'"), value, True) for name, value in settings.items()]
    return select(case((func.count() <= _MOST, ids)), *set_up).select_from(some)


@lru_cache(maxsize=32)
def compared(model: EmbeddingModel, *, tell_same: bool) -> Select[int, float, bool]:
    """Return the query for the `limit` nearest of `photo_ids`: a join would have the server start a process to help.

    It takes `sought`, and `same_as` if it is to tell what shows the same picture as that photo.
    """
    distance = _distance(model, VECTOR)
    return _told(
        select(PhotoEmbeddingRow.photo_id, distance)
        .where(_of(PhotoEmbeddingRow, model), PhotoEmbeddingRow.photo_id == any_(_PHOTO_IDS))
        .order_by(distance)
        .limit(_LIMIT),
        tell_same=tell_same,
    )


@lru_cache(maxsize=32)
def nearest(scope: Scope, *, exact: bool, tell_same: bool) -> Select[int, float, bool]:
    """Return the query for the `limit` nearest allowed photos, so that the index serves it, or so that it cannot.

    The index is in half precision, so that a query in full precision is never served by it. It takes `sought`,
    `without`, and `same_as` if it is to tell what shows the same picture as that photo.
    """
    distance = _distance(scope.model, VECTOR if exact else HALFVEC)
    return _told(
        select(PhotoEmbeddingRow.photo_id, distance)
        .join(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
        .where(_of(PhotoEmbeddingRow, scope.model), _allowed(scope))
        .order_by(distance)
        .limit(_LIMIT),
        tell_same=tell_same,
    )


@lru_cache(maxsize=32)
def farthest_of(model: EmbeddingModel) -> Select[int, float]:
    """Return the query for the distance of each of the `candidates` to the nearest of `photo_ids`, farthest first."""
    own, other = aliased(PhotoEmbeddingRow), aliased(PhotoEmbeddingRow)
    distance = func.min(_vector(own, model).cosine_distance(_vector(other, model)))
    return (
        select(own.photo_id, distance)
        .join(other, other.photo_id == any_(_PHOTO_IDS))
        .where(_of(own, model), _of(other, model), own.photo_id == any_(_CANDIDATES))
        .group_by(own.photo_id)
        .order_by(distance.desc(), own.photo_id)
    )


def _allowed(scope: Scope) -> ColumnElement[bool]:
    """Return the condition for the photos that may be answered with."""
    conditions = [
        PHOTOS.c.persona_id == literal_column(str(int(scope.persona_id))),
        PHOTOS.c.missing_since.is_(None),
        ~(PHOTOS.c.id == any_(_WITHOUT)),
    ]
    if scope.scheduled is not None:
        posted = scope.scheduled.subquery()
        conditions.append(~exists().where(next(iter(posted.c)) == PHOTOS.c.id))
    return and_(*conditions)


def _told(query: Select[int, float], *, tell_same: bool) -> Select[int, float, bool]:
    """Have a query tell of each photo whether it shows the same picture as the one asked about."""
    photo_id, distance = query.subquery().c
    same = _is_same_picture(photo_id) if tell_same else literal_column("false")
    return select(photo_id, distance, same).order_by(distance)


def _is_same_picture(photo_id: ColumnElement[int]) -> ColumnElement[bool]:
    own, other = aliased(PhotoHashRow), aliased(PhotoHashRow)
    return (
        select(literal(1))
        .select_from(own)
        .join(other, bits_apart(own.pdq, other.pdq) <= SAME_PICTURE_BITS)
        .where(
            own.photo_id == _SAME_AS,
            other.photo_id == photo_id,
            own.pdq_quality >= SOUND_QUALITY,
            other.pdq_quality >= SOUND_QUALITY,
        )
        .exists()
    )


def _of(row: Any, model: EmbeddingModel) -> ColumnElement[bool]:
    """Return the condition that a vector is the model's, with its id written out for the partial index."""
    condition: ColumnElement[bool] = row.model_id == literal_column(str(int(model.id)))
    return condition


def _distance(model: EmbeddingModel, precision: Any) -> Any:
    number_type = precision(model.dimensions)
    known = cast(PhotoEmbeddingRow.embedding, number_type)
    return known.cosine_distance(cast(_SOUGHT, number_type)).label("distance")


def _vector(row: Any, model: EmbeddingModel) -> Any:
    return cast(row.embedding, VECTOR(model.dimensions))
