"""Most and least similar photos: nearest vectors under the active model, filtered without losing any.

The scan of the model's HNSW index continues until enough photos have passed the filters (pgvector's iterative scan,
since 0.8); an older pgvector is asked once more for a longer list. If few photos would pass, that is slower than
comparing just those, so they are compared; so are all if the index did not find enough.

A round trip to the database takes about as long as a search, so each question is few statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pgvector import Vector
from sqlalchemy import Select, SelectBase, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.similarity.index.model_registry import model_of
from fluffy_tui.similarity.model import EmbeddingModel, Neighbour, NoEmbeddings, NotIndexedYet, Relation
from fluffy_tui.similarity.search.nearest_sql import (
    SearchScope,
    all_compared,
    compared,
    farthest_of,
    nearest,
    query_vector,
)
from fluffy_tui.similarity.tables import PHOTOS

FEW = 2000
"""Up to this many photos are all compared, which is exact and as fast as the index."""

ITERATES_SINCE = (0, 8)
"""The first version of pgvector that continues an index scan while filters leave too few."""

_SEARCH_WIDTH = 100
"""Of the index (hnsw.ef_search). With the links that `model_registry.index_statement` gives it, 80 find 99 in 100 of
the true neighbours; with pgvector's default number of links that takes 200. With 100 a scan seldom has to be continued
where half of the photos have a post, which takes longer than the wider list."""

_WIDEST = 1000
"""Pgvector's limit for it."""

_FAR_CANDIDATES = 8
"""To find the farthest photos, this many times as many are taken from the index, then compared one by one."""


async def can_iterate(session: AsyncSession) -> bool:
    """Return whether this database's pgvector can continue an index scan; an older one raises an error."""
    version = await session.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    numbers = tuple(int(part) for part in str(version).split(".")[:2] if part.isdigit())
    return numbers >= ITERATES_SINCE


async def more_like(
    session: AsyncSession, photo_id: int, limit: int, *, unscheduled_only: bool, iterates: bool
) -> list[Neighbour]:
    """Return the persona's nearest photos; see `service.Similarity.more_like`."""
    search = await _search(session, [photo_id], limit, unscheduled_only=unscheduled_only, iterates=iterates)
    asked = {"sought": search.vector, "without": [photo_id], "same_as": photo_id, "limit": limit}
    return _neighbours(await _nearest(session, search, asked), search.scope.model)


async def related(session: AsyncSession, photo_id: int, others: Sequence[int]) -> list[Neighbour]:
    """Return how similar these photos are to one; see `service.Similarity.related`."""
    search = await _search(session, [photo_id], len(others))
    model, ids = search.scope.model, [other for other in others if other != photo_id]
    asked = {"sought": search.vector, "same_as": photo_id, "photo_ids": ids, "limit": len(ids)}
    return _neighbours(await _found(session, compared(model, mark_same=True), asked), model)


async def least_like(
    session: AsyncSession,
    photo_ids: Sequence[int],
    limit: int,
    *,
    unscheduled_only: bool,
    iterates: bool,
) -> list[Neighbour]:
    """Return the persona's farthest photos; see `service.Similarity.least_like`.

    A unit vector is far from several others on average if it is near the opposite of their sum, which the index can
    find. Of those, the ones that are far from each are returned.
    """
    most = limit * _FAR_CANDIDATES
    search = await _search(session, photo_ids, most, unscheduled_only=unscheduled_only, iterates=iterates)
    model = search.scope.model
    opposite = Vector([-number for number in Vector.from_text(search.vector).to_list()]).to_text()
    rows = await _nearest(session, search, {"sought": opposite, "without": list(photo_ids), "limit": most})
    candidates = {"candidates": [row[0] for row in rows], "photo_ids": list(photo_ids)}
    found = (await session.execute(farthest_of(model), candidates)).all()
    return [
        Neighbour(photo_id, float(distance), model.relation(float(distance)))
        for photo_id, distance in found[:limit]
    ]


async def recent_photos(session: AsyncSession, persona_id: int, last: int, posts: SelectBase) -> list[int]:
    """Return the photos of the persona's last posts, from which the next one is to differ.

    The posts are as `service.Similarity` takes them: those that wait to go out are among them.
    """
    post = posts.subquery()
    at = func.coalesce(post.c.posted_at, post.c.scheduled_at, post.c.created_at)
    query = (
        select(post.c.photo_id)
        .join(PHOTOS, PHOTOS.c.id == post.c.photo_id)
        .where(PHOTOS.c.persona_id == persona_id)
        .order_by(at.desc(), post.c.post_id.desc())
        .limit(last)
    )
    return list(await session.scalars(query))


@dataclass(frozen=True, slots=True)
class _Search:
    """A search in a transaction that is set up for it."""

    scope: SearchScope
    vector: str
    """The mean of the photos that are asked about."""
    photos: int
    """How many photos are in the scope."""
    width: int
    """The length of the index's list."""
    iterates: bool
    """Whether the scan of the index continues after that list."""


async def _search(
    session: AsyncSession,
    photo_ids: Sequence[int],
    most: int,
    *,
    unscheduled_only: bool = True,
    iterates: bool = False,
) -> _Search:
    """Return the search for at most so many photos around some photos of one persona.

    Raises:
        NoEmbeddings: no model was ever used.
        NotIndexedYet: none of the photos has a vector.
    """
    width = max(_SEARCH_WIDTH, min(most * 2, _WIDEST))
    counted = "unscheduled" if unscheduled_only else "present"
    asked = {"photo_ids": list(photo_ids), "counted": counted, "width": str(width)}
    found = (await session.execute(query_vector(iterates=iterates), asked)).one_or_none()
    if found is None:
        raise NoEmbeddings(
            "No photos are embedded yet.",
            "The worker does it; fluffy-tui --doctor shows what is missing.",
        )
    model, vector, persona_id, photos = found[:4]
    if vector is None:
        raise NotIndexedYet(
            "This photo is not indexed yet.", "The worker continues by itself; try again later."
        )
    return _Search(
        SearchScope(model_of(model), persona_id, unscheduled_only), vector, int(photos), width, iterates
    )


async def _nearest(
    session: AsyncSession, search: _Search, asked: dict[str, Any]
) -> list[tuple[int, float, bool]]:
    """Return the nearest of the allowed photos, from the index if it can iterate, or by comparing all.

    Each comes with its distance, and whether it shows the same picture as `same_as`, if `asked` has that beside
    `sought`, `without` and `limit`.
    """
    scope, mark_same = search.scope, "same_as" in asked
    if search.photos <= FEW:
        return await _found(session, all_compared(scope, mark_same=mark_same), asked)
    by_index = nearest(scope, exact=False, mark_same=mark_same)
    for wide in (search.width,) if search.iterates else dict.fromkeys((search.width, _WIDEST)):
        if wide != search.width:
            await session.execute(select(func.set_config("hnsw.ef_search", str(wide), True)))
        found = await _found(session, by_index, asked)
        if len(found) >= asked["limit"]:
            return found
    return await _found(session, nearest(scope, exact=True, mark_same=mark_same), asked)


def _neighbours(rows: Sequence[tuple[int, float, bool]], model: EmbeddingModel) -> list[Neighbour]:
    return [
        Neighbour(found, distance, Relation.SAME_PICTURE if same else model.relation(distance))
        for found, distance, same in rows
    ]


async def _found(
    session: AsyncSession, query: Select[int, float, bool], asked: dict[str, Any]
) -> list[tuple[int, float, bool]]:
    rows = await session.execute(query, asked)
    return [(photo_id, float(distance), same) for photo_id, distance, same in rows]
