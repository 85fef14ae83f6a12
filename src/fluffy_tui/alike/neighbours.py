"""More like this and least like those: nearest vectors under the active model, filtered without losing any.

The model's HNSW index is used only by a query that writes the model's id literally and repeats the cast to half
precision, in which the distances then are: some hundred-thousandths off. It is read on until enough photos have
passed the filters (pgvector's iterative scan, since 0.8); an older pgvector is asked again for more before it. Where
few photos would pass, reading the index on and on is slower than comparing just those, and where the index gave up,
they are compared too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy import (
    ARRAY,
    BigInteger,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import aliased

from fluffy_tui.alike.model import SAME_PICTURE_BITS, SOUND_QUALITY, Neighbour, NotLookedAtYet, Relation
from fluffy_tui.alike.models import answering_model
from fluffy_tui.alike.tables import PHOTOS, PhotoEmbeddingRow, PhotoHashRow, among, bits_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.alike.model import EmbeddingModel

FEW = 2000
"""Of so few photos all are compared, which is exact and as fast as the index."""

ITERATES_SINCE = (0, 8)
"""The version of pgvector that first reads its index on for as long as filters leave too little."""

_SEARCH_WIDTH = 80
"""Of the index (hnsw.ef_search). With the links that `models.index_statement` gives it, 99 in 100 of the true
neighbours are found; with pgvector's own number of links that takes 200."""

_WIDEST = 1000
"""pgvector's own limit of it."""

_FAR_CANDIDATES = 8
"""Times as many as asked are taken from the index when the farthest are looked for, then compared one by one."""


async def can_iterate(session: AsyncSession) -> bool:
    """Return whether this database's pgvector reads its index on; asking an older one to do so is an error."""
    version = await session.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    numbers = tuple(int(part) for part in str(version).split(".")[:2] if part.isdigit())
    return numbers >= ITERATES_SINCE


async def more_like(
    session: AsyncSession, photo_id: int, limit: int, scheduled: Select[Any] | None, *, iterates: bool
) -> list[Neighbour]:
    """Return the persona's nearest photos; see `service.Alike.more_like`."""
    model = await answering_model(session)
    vector, persona_id = await _vector_of(session, model, [photo_id])
    allowed = allowed_photos(persona_id, [photo_id], scheduled)
    rows = await _nearest(session, model, vector, allowed, limit, iterates=iterates)
    same = await _same_picture_among(session, photo_id, [row[0] for row in rows])
    return [
        Neighbour(found, distance, Relation.SAME_PICTURE if found in same else model.relation(distance))
        for found, distance in rows
    ]


async def least_like(
    session: AsyncSession,
    photo_ids: Sequence[int],
    limit: int,
    scheduled: Select[Any] | None,
    *,
    iterates: bool,
) -> list[Neighbour]:
    """Return the persona's farthest photos; see `service.Alike.least_like`.

    A unit vector is far from several others on average when it is near to the opposite of their sum, and that the
    index can find. Of those, the ones that are far from each are taken.
    """
    model = await answering_model(session)
    centre, persona_id = await _vector_of(session, model, photo_ids)
    opposite = [-number for number in centre]
    allowed = allowed_photos(persona_id, photo_ids, scheduled)
    rows = await _nearest(session, model, opposite, allowed, limit * _FAR_CANDIDATES, iterates=iterates)
    found = await _nearest_of_these(session, model, [row[0] for row in rows], photo_ids)
    return [Neighbour(photo_id, distance, model.relation(distance)) for photo_id, distance in found[:limit]]


async def _vector_of(
    session: AsyncSession, model: EmbeddingModel, photo_ids: Sequence[int]
) -> tuple[list[float], int]:
    """Return the mean vector of some photos of one persona, and the persona."""
    query = (
        select(
            func.avg(_vector(PhotoEmbeddingRow, model), type_=VECTOR(model.dimensions)),
            func.min(PHOTOS.c.persona_id),
        )
        .join(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
        .where(_of(PhotoEmbeddingRow, model), among(PhotoEmbeddingRow.photo_id, photo_ids))
    )
    vector, persona_id = (await session.execute(query)).one()
    if vector is None:
        raise NotLookedAtYet(
            "The worker has not looked at this yet.", "It goes on by itself; try again later."
        )
    return list(vector), int(persona_id)


async def _nearest(
    session: AsyncSession,
    model: EmbeddingModel,
    vector: list[float],
    allowed: ColumnElement[bool],
    limit: int,
    *,
    iterates: bool,
) -> list[tuple[int, float]]:
    """Return the nearest of the allowed photos with their distances, from the index or by comparing all."""
    width = max(_SEARCH_WIDTH, min(limit * 2, _WIDEST))
    few = await _few(session, allowed, width, iterates=iterates)
    if few is not None:
        return await _found(session, _compared(model, vector, few, limit))
    for wide in (width,) if iterates else dict.fromkeys((width, _WIDEST)):
        if wide != width:
            await session.execute(select(func.set_config("hnsw.ef_search", str(wide), True)))
        found = await _found(session, nearest_query(model, vector, allowed, limit, exact=False))
        if len(found) >= limit:
            return found
    return await _found(session, nearest_query(model, vector, allowed, limit, exact=True))


async def _few(
    session: AsyncSession, allowed: ColumnElement[bool], width: int, *, iterates: bool
) -> list[int] | None:
    """Return the allowed photos when they are few enough to compare all, and set this transaction up for the index.

    Both in one question: the way to the database and back takes as long as a search.
    """
    settings = {"plan_cache_mode": "force_custom_plan", "hnsw.ef_search": str(width)}
    if iterates:
        settings["hnsw.iterative_scan"] = "strict_order"
    some = select(PHOTOS.c.id).where(allowed).limit(FEW + 1).subquery()
    ids = func.coalesce(func.array_agg(some.c.id), cast(literal([]), ARRAY(BigInteger)))
    set_up = [func.set_config(literal_column(f"'{name}'"), value, True) for name, value in settings.items()]
    few: list[int] | None = await session.scalar(
        select(case((func.count() <= FEW, ids)), *set_up).select_from(some)
    )
    return few


def allowed_photos(
    persona_id: int, without: Sequence[int], scheduled: Select[Any] | None
) -> ColumnElement[bool]:
    """Return the condition for the photos that may be answered with.

    The persona is written out, so that a prepared statement is planned for as many photos as this one has.
    """
    conditions = [
        PHOTOS.c.persona_id == literal_column(str(int(persona_id))),
        PHOTOS.c.missing_since.is_(None),
        ~among(PHOTOS.c.id, without),
    ]
    if scheduled is not None:
        posted = scheduled.subquery()
        conditions.append(~exists().where(next(iter(posted.c)) == PHOTOS.c.id))
    return and_(*conditions)


async def _found(session: AsyncSession, query: Select[int, float]) -> list[tuple[int, float]]:
    return [(row[0], float(row[1])) for row in await session.execute(query)]


def _compared(
    model: EmbeddingModel, vector: list[float], photo_ids: Sequence[int], limit: int
) -> Select[int, float]:
    """Return the query for the nearest of some photos: a join would have the server start a process to help."""
    distance = _vector(PhotoEmbeddingRow, model).cosine_distance(vector)
    return (
        select(PhotoEmbeddingRow.photo_id, distance)
        .where(_of(PhotoEmbeddingRow, model), among(PhotoEmbeddingRow.photo_id, photo_ids))
        .order_by(distance)
        .limit(limit)
    )


def nearest_query(
    model: EmbeddingModel, vector: list[float], allowed: ColumnElement[bool], limit: int, *, exact: bool
) -> Select[int, float]:
    """Return the query for the nearest allowed photos, written so that the index serves it, or so that it cannot.

    The index is in half precision, so that one in full precision never serves.
    """
    precision: Any = VECTOR if exact else HALFVEC
    number_type = precision(model.dimensions)
    sought = cast(literal(vector, number_type), number_type)
    distance = cast(PhotoEmbeddingRow.embedding, number_type).cosine_distance(sought)
    return (
        select(PhotoEmbeddingRow.photo_id, distance)
        .join(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
        .where(_of(PhotoEmbeddingRow, model), allowed)
        .order_by(distance)
        .limit(limit)
    )


async def _nearest_of_these(
    session: AsyncSession, model: EmbeddingModel, candidates: Sequence[int], recent: Sequence[int]
) -> list[tuple[int, float]]:
    """Return each candidate's distance to the nearest of some photos, farthest first."""
    own, other = aliased(PhotoEmbeddingRow), aliased(PhotoEmbeddingRow)
    distance = func.min(_vector(own, model).cosine_distance(_vector(other, model)))
    query = (
        select(own.photo_id, distance)
        .join(other, among(other.photo_id, recent))
        .where(_of(own, model), _of(other, model), among(own.photo_id, candidates))
        .group_by(own.photo_id)
        .order_by(distance.desc(), own.photo_id)
    )
    return [(row[0], float(row[1])) for row in await session.execute(query)]


async def _same_picture_among(session: AsyncSession, photo_id: int, candidates: Sequence[int]) -> set[int]:
    own, other = aliased(PhotoHashRow), aliased(PhotoHashRow)
    query = (
        select(other.photo_id)
        .select_from(own)
        .join(other, bits_apart(own.pdq, other.pdq) <= SAME_PICTURE_BITS)
        .where(
            own.photo_id == photo_id,
            among(other.photo_id, candidates),
            own.pdq_quality >= SOUND_QUALITY,
            other.pdq_quality >= SOUND_QUALITY,
        )
    )
    return set(await session.scalars(query))


def _of(row: Any, model: EmbeddingModel) -> ColumnElement[bool]:
    """Return the condition that a vector is the model's, with its id written out for the partial index."""
    condition: ColumnElement[bool] = row.model_id == literal_column(str(int(model.id)))
    return condition


def _vector(row: Any, model: EmbeddingModel) -> Any:
    return cast(row.embedding, VECTOR(model.dimensions))
