"""Which photos belong into one stack: duplicates, a burst, and an edited photo with its original.

Found once for each photo, when it is indexed, with as many look-ups in any library.
"""

from __future__ import annotations

from datetime import time, timedelta
from functools import cache
from hashlib import md5
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text, Time, and_, any_, bindparam, cast, column, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from fluffy_tui.photos import DateSource, counterparts, versions
from fluffy_tui.similarity.model import SOUND_QUALITY
from fluffy_tui.similarity.tables import (
    PHOTO_ID,
    PHOTOS,
    PLACES,
    EmbeddingModelRow,
    PhotoEmbeddingRow,
    PhotoHashRow,
    among,
    bits_apart,
    near_hashes,
    same_strokes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.types import TypeEngine

BURST_SECONDS = 2
"""Between two photos of a burst."""
MOST_IN_BURST = 100
"""A longer series, such as a time lapse, is several stacks."""
_BURST_BITS = 96
"""Of the 256 of two PDQ hashes, those that may differ in a burst: as many as after a movement by a fiftieth of the
picture. Unrelated pictures differ in 128, and in so few in one case of thirty thousand."""
_LOOKED_AT = 100
"""Photos of the same moment that are looked at: of some cameras, all have the same time."""


async def duplicates(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each photo that has duplicates in its persona's library those duplicates and itself.

    One statement for each photo, so that none takes long in a large library.
    """
    return await _groups(session, near_hashes(), {photo_id: {} for photo_id in photo_ids})


async def bursts(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each photo that is in a burst the photos taken just before and after it, and itself."""
    return await _groups(session, _burst(), {photo_id: {} for photo_id in photo_ids})


async def edited_pairs(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each photo that was edited, or is the original of one that was, both, known by their names."""
    return await _named(session, photo_ids, counterparts)


async def other_versions(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each photo that is another version of one by their names, and looks like it, both."""
    named = await _named(session, photo_ids, versions)
    mates = {photo_id: {"mates": sorted(group - {photo_id})} for photo_id, group in named.items()}
    return await _groups(session, _alike_mates(), mates)


async def _named(
    session: AsyncSession, photo_ids: Sequence[int], leads_to: Callable[[str], Sequence[str]]
) -> dict[int, set[int]]:
    """Return for each photo those that are at one of the paths to which its own leads, and itself."""
    mine = select(PLACES.c.photo_id, PLACES.c.persona_id, PLACES.c.machine_id, PLACES.c.path).where(
        among(PLACES.c.photo_id, photo_ids)
    )
    wanted = [
        (photo_id, persona_id, machine_id, md5(path.encode(), usedforsecurity=False).hexdigest())
        for photo_id, persona_id, machine_id, own_path in await session.execute(mine)
        for path in leads_to(own_path)
    ]
    kinds: tuple[TypeEngine[Any], ...] = (BigInteger(), BigInteger(), Text(), Text())
    arrays = [literal([one[part] for one in wanted], ARRAY(kind)) for part, kind in enumerate(kinds)]
    names = [
        column(name, kind) for name, kind in zip(("id", "persona", "machine", "path"), kinds, strict=True)
    ]
    asked = func.unnest(*arrays).table_valued(*names, name="asked").render_derived()
    found = (
        select(PLACES.c.photo_id)
        .where(
            PLACES.c.persona_id == asked.c.persona,
            PLACES.c.machine_id == asked.c.machine,
            func.md5(PLACES.c.path) == asked.c.path,
        )
        .offset(0)  # one look-up in an index for each, whatever the statistics say of the table
        .lateral("found")
    )
    groups: dict[int, set[int]] = {}
    for photo_id, mate in await session.execute(
        select(asked.c.id, found.c.photo_id).join(found, literal(True))
    ):
        groups.setdefault(photo_id, {photo_id}).add(mate)
    return groups


async def _groups(
    session: AsyncSession,
    query: Select[int] | Select[int, float],
    parameters: Mapping[int, Mapping[str, object]],
) -> dict[int, set[int]]:
    """Return for each photo what a query with its parameters finds, and itself."""
    groups: dict[int, set[int]] = {}
    for photo_id, own in parameters.items():
        if found := set(await session.scalars(query, {"photo_id": photo_id, **own})):
            groups[photo_id] = {photo_id, *found}
    return groups


_NO_MOMENT = (DateSource.FILE, DateSource.NAME_OF_DAY)
"""Files that were copied together have the same time, and so have all photos of which only the day is known."""


def _is_dated(photo: Any) -> ColumnElement[bool]:
    """Return whether the moment is known at which a photo was taken; midnight is what programs write for a day."""
    is_moment = func.coalesce(photo.c.dated_by, "").not_in([source.value for source in _NO_MOMENT])
    return and_(is_moment, cast(photo.c.taken_at, Time) != time())


@cache
def _burst() -> Select[int]:
    """Select the photos that were taken within moments of one, `photo_id`, and look like it."""
    asked, other = PHOTOS.alias("asked"), PHOTOS.alias("other")
    span = timedelta(seconds=BURST_SECONDS)
    moment = select(asked.c.taken_at).where(asked.c.id == PHOTO_ID, _is_dated(asked)).scalar_subquery()
    persona = select(asked.c.persona_id).where(asked.c.id == PHOTO_ID).scalar_subquery()
    near = (
        select(other.c.id)
        .where(other.c.persona_id == persona, other.c.id != PHOTO_ID, _is_dated(other))
        .where(other.c.shown_at.between(moment - span, moment + span))  # as the index has it
        .limit(_LOOKED_AT)
    )
    return _alike(near)


@cache
def _alike_mates() -> Select[int]:
    """Select those among `mates` that look like one photo, `photo_id`."""
    mates = bindparam("mates", type_=ARRAY(BigInteger()))
    return _alike(select(PHOTOS.c.id).where(PHOTOS.c.id == any_(mates)))


def _alike(candidates: Select[int]) -> Select[int]:
    """Select those of a few photos that look like one, `photo_id`, by hash or vector."""
    near = candidates.cte("near").prefix_with("MATERIALIZED", dialect="postgresql")
    own, vector = aliased(PhotoHashRow), aliased(PhotoEmbeddingRow)
    # one look-up in an index for each candidate, whatever the statistics say of the tables
    row = PhotoHashRow
    hashes = select(row.pdq, row.pdq_quality, row.strokes, row.blanks).where(row.photo_id == near.c.id)
    other = hashes.correlate(near).offset(0).lateral("other")
    embeddings = select(PhotoEmbeddingRow.model_id, PhotoEmbeddingRow.embedding)
    near_ones = embeddings.where(PhotoEmbeddingRow.photo_id == near.c.id)
    others = near_ones.correlate(near).offset(0).lateral("others")
    looks_alike = (bits_apart(own.pdq, other.c.pdq) <= _BURST_BITS) & (
        func.least(own.pdq_quality, other.c.pdq_quality) >= SOUND_QUALITY
    )
    is_same_scene = (
        select(literal(1))
        .select_from(vector)
        .join(others, others.c.model_id == vector.model_id)
        .join(EmbeddingModelRow, EmbeddingModelRow.id == vector.model_id)
        .where(vector.photo_id == PHOTO_ID)
        .where(vector.embedding.cosine_distance(others.c.embedding) <= EmbeddingModelRow.near_max)
        .correlate(near)
        .exists()
    )
    return (
        select(near.c.id)
        .join(other, literal(True))
        .join(own, own.photo_id == PHOTO_ID)
        .where(or_(looks_alike, is_same_scene), same_strokes(own, other.c))
    )
