"""The statements that find near vectors. Each is built once: that takes SQLAlchemy as long as running it takes.

Postgres uses the model's HNSW index only for a query with the literal id of the model and the same cast to half
precision; distances are then off by some hundred-thousandths. The persona is a literal as well, so that a statement
is planned for the number of photos of this one.

Vectors are passed as Postgres writes them, since nothing here reads their numbers.
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
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from fluffy_tui.similarity.tables import (
    COUNTS,
    PHOTOS,
    EmbeddingModelRow,
    PhotoEmbeddingRow,
    PhotoHashRow,
    is_same_picture,
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
_COUNTED = bindparam("counted", type_=Text)
_WIDTH = bindparam("width", type_=Text)


@dataclass(frozen=True, slots=True)
class SearchScope:
    """The model and the photos of a search."""

    model: EmbeddingModel
    persona_id: int
    unscheduled_only: bool
    """Whether photos that have a post are left out."""


@lru_cache(maxsize=2)
def query_vector(*, iterates: bool) -> Select[Any]:
    """Return the query for the active model, the mean vector of the `photo_ids` under it, their persona, and a count.

    The count of the persona's photos is that named by `counted`. The query also sets up the transaction for a search
    in the index, with `width` as `hnsw.ef_search`.
    """
    settings: dict[str, Any] = {"plan_cache_mode": literal("force_custom_plan"), "hnsw.ef_search": _WIDTH}
    if iterates:
        settings["hnsw.iterative_scan"] = literal("strict_order")
    asked, persona_id = any_(_PHOTO_IDS), func.min(PHOTOS.c.persona_id)
    known = and_(PhotoEmbeddingRow.model_id == EmbeddingModelRow.id, PhotoEmbeddingRow.photo_id == asked)
    return (
        select(
            EmbeddingModelRow,
            cast(func.avg(PhotoEmbeddingRow.embedding), Text),
            persona_id,
            select(func.coalesce(func.sum(COUNTS.c.number), 0))
            .where(COUNTS.c.persona_id == persona_id, COUNTS.c.name == _COUNTED)
            .correlate(PHOTOS)
            .scalar_subquery(),
            *(func.set_config(literal_column(f"'{name}'"), value, True) for name, value in settings.items()),
        )
        .outerjoin(PhotoEmbeddingRow, known)
        .outerjoin(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
        .where(EmbeddingModelRow.active)
        .group_by(EmbeddingModelRow.id)
    )


@lru_cache(maxsize=32)
def compared(model: EmbeddingModel, *, mark_same: bool) -> Select[int, float, bool]:
    """Return the query for the `limit` nearest of `photo_ids`.

    It takes `sought`, and `same_as` if duplicates of that photo are to be marked.
    """
    return _compared(_PHOTO_IDS, model, mark_same=mark_same)


@lru_cache(maxsize=32)
def all_compared(scope: SearchScope, *, mark_same: bool) -> Select[int, float, bool]:
    """Return the query for the `limit` nearest allowed photos that compares each of them; it takes what `nearest` does.

    They are an array, since of a join the planner expects so many that it may read all vectors, in parallel workers.
    Those of missing photos are asked for by themselves: all the others then come from an index alone.
    """
    missing = select(PHOTOS.c.id).where(_in_scope(scope), PHOTOS.c.missing_since.is_not(None))
    allowed = select(PHOTOS.c.id).where(_in_scope(scope), PHOTOS.c.id.not_in(missing))
    return _compared(func.array(allowed.scalar_subquery()), scope.model, mark_same=mark_same)


def _compared(
    photo_ids: ColumnElement[Any], model: EmbeddingModel, *, mark_same: bool
) -> Select[int, float, bool]:
    distance = _distance(model, VECTOR)
    return _marked(
        select(PhotoEmbeddingRow.photo_id, distance)
        .where(_of(PhotoEmbeddingRow, model), PhotoEmbeddingRow.photo_id == any_(photo_ids))
        .order_by(distance)
        .limit(_LIMIT),
        mark_same=mark_same,
    )


@lru_cache(maxsize=32)
def nearest(scope: SearchScope, *, exact: bool, mark_same: bool) -> Select[int, float, bool]:
    """Return the query for the `limit` nearest allowed photos, written so that it uses the index, or cannot.

    The index is in half precision, so a query in full precision never uses it. It takes `sought`, `without`, and
    `same_as` if duplicates of that photo are to be marked.
    """
    distance = _distance(scope.model, VECTOR if exact else HALFVEC)
    return _marked(
        select(PhotoEmbeddingRow.photo_id, distance)
        .join(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
        .where(_of(PhotoEmbeddingRow, scope.model), _in_scope(scope), PHOTOS.c.missing_since.is_(None))
        .order_by(distance)
        .limit(_LIMIT),
        mark_same=mark_same,
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


def _in_scope(scope: SearchScope) -> ColumnElement[bool]:
    """Return the condition for the photos of the scope, those that are missing included."""
    conditions = [
        PHOTOS.c.persona_id == literal_column(str(int(scope.persona_id))),
        ~(PHOTOS.c.id == any_(_WITHOUT)),
    ]
    if scope.unscheduled_only:
        conditions.append(~PHOTOS.c.is_scheduled)
    return and_(*conditions)


def _marked(query: Select[int, float], *, mark_same: bool) -> Select[int, float, bool]:
    """Add to a query whether each photo shows the same picture as the one asked about."""
    photo_id, distance = query.subquery().c
    same = _is_same_picture(photo_id) if mark_same else literal_column("false")
    return select(photo_id, distance, same).order_by(distance)


def _is_same_picture(photo_id: ColumnElement[int]) -> ColumnElement[bool]:
    own, other = aliased(PhotoHashRow), aliased(PhotoHashRow)
    return (
        select(literal(1))
        .select_from(own)
        .join(other, is_same_picture(own, other))
        .where(own.photo_id == _SAME_AS, other.photo_id == photo_id)
        .exists()
    )


def _of(row: Any, model: EmbeddingModel) -> ColumnElement[bool]:
    """Return the condition that a vector is the model's, with a literal id for the partial index."""
    condition: ColumnElement[bool] = row.model_id == literal_column(str(int(model.id)))
    return condition


def _distance(model: EmbeddingModel, precision: Any) -> Any:
    number_type = precision(model.dimensions)
    known = cast(PhotoEmbeddingRow.embedding, number_type)
    return known.cosine_distance(cast(_SOUGHT, number_type)).label("distance")


def _vector(row: Any, model: EmbeddingModel) -> Any:
    return cast(row.embedding, VECTOR(model.dimensions))
