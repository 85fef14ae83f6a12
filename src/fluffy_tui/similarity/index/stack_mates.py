"""Which photos belong into one stack: duplicates, a burst, and an edited photo with its original.

Found once for each photo, when it is indexed, with as many look-ups in any library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    Text,
    Time,
    and_,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from fluffy_tui.core.database import each_answer
from fluffy_tui.photos import DateSource, counterparts, versions
from fluffy_tui.similarity.model import SOUND_QUALITY
from fluffy_tui.similarity.tables import (
    PHOTOS,
    PLACES,
    EmbeddingModelRow,
    PhotoEmbeddingRow,
    PhotoHashRow,
    bits_apart,
    in_columns,
    near_hashes,
    same_strokes,
    unnested,
)

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
    answers = await each_answer(session, near_hashes(), [{"photo_id": photo_id} for photo_id in photo_ids])
    asked = zip(photo_ids, answers, strict=True)
    return _groups((photo_id, row[0]) for photo_id, rows in asked for row in rows)


async def bursts(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each photo that is in a burst the photos taken just before and after it, and itself."""
    return _groups(await session.execute(_burst_mates(), {"photo_ids": photo_ids}))


async def relatives(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each photo those in its folder to which its name leads, and itself.

    These are its original or its edited version, and other versions if they look like it.
    """
    places = await session.execute(_places(), {"photo_ids": photo_ids})
    asked = [
        (photo_id, persona_id, machine_id, folder + slash, "/".join(lead_to(name)), lead_to is versions)
        for photo_id, persona_id, machine_id, path in places
        for folder, slash, name in [path.rpartition("/")]
        for lead_to in (counterparts, versions)
    ]
    found = (await session.execute(_at_names(), in_columns(_LED_TO, asked))).all()
    pairs = [(photo_id, mate) for photo_id, mate, is_version in found if not is_version]
    if to_compare := [(photo_id, mate) for photo_id, mate, is_version in found if is_version]:
        compared = in_columns(("photo_id", "mate_id"), to_compare)
        pairs += [(row[0], row[1]) for row in await session.execute(_alike_mates(), compared)]
    return _groups(pairs)


def _groups(pairs: Iterable[Any]) -> dict[int, set[int]]:
    """Return for each photo its mates, and itself."""
    groups: dict[int, set[int]] = {}
    for photo_id, mate in pairs:
        groups.setdefault(photo_id, {photo_id}).add(mate)
    return groups


_LED_TO: dict[str, TypeEngine[Any]] = {
    "photo_id": BigInteger(),
    "persona_id": BigInteger(),
    "machine_id": Text(),
    "folder": Text(),
    "names": Text(),
    "is_version": Boolean(),
}
"""What `_at_names` takes of each photo and the names, divided by slashes, to which its own leads."""


@cache
def _places() -> Select[int, int, str, str]:
    """Select whose the `photo_ids` are, on which machines, and under which paths."""
    place = PLACES.c
    mine = place.photo_id == any_(bindparam("photo_ids", type_=ARRAY(BigInteger())))
    return select(place.photo_id, place.persona_id, place.machine_id, place.path).where(mine)


@cache
def _at_names() -> Select[int, int, bool]:
    """Select for each photo those that are in its folder under one of the names."""
    asked = unnested(**_LED_TO)
    names = func.unnest(func.string_to_array(asked.c.names, "/"))
    leads = names.table_valued(column("name", Text()), name="leads").render_derived().lateral()
    found = (
        select(PLACES.c.photo_id)
        .where(
            PLACES.c.persona_id == asked.c.persona_id,
            PLACES.c.machine_id == asked.c.machine_id,
            func.md5(PLACES.c.path) == func.md5(asked.c.folder.concat(leads.c.name)),
        )
        .offset(0)  # one look-up in an index for each, whatever the statistics say of the table
        .lateral("found")
    )
    named = asked.join(leads, true()).join(found, true())
    return select(asked.c.photo_id, found.c.photo_id, asked.c.is_version).select_from(named)


_NO_MOMENT = (DateSource.FILE, DateSource.NAME_OF_DAY)
"""Files that were copied together have the same time, and so have all photos of which only the day is known."""


def _is_dated(photo: Any) -> ColumnElement[bool]:
    """Return whether the moment is known at which a photo was taken; midnight is what programs write for a day."""
    is_moment = func.coalesce(photo.c.dated_by, "").not_in([source.value for source in _NO_MOMENT])
    return and_(is_moment, cast(photo.c.taken_at, Time) != time())


@cache
def _burst_mates() -> Select[int, int]:
    """Select for each of the photos those that were taken within moments of it, and look like it."""
    asked = unnested(photo_id=BigInteger())
    own, other = PHOTOS.alias("dated"), PHOTOS.alias("other")
    moment = select(own.c.persona_id, own.c.taken_at).where(own.c.id == asked.c.photo_id, _is_dated(own))
    dated = moment.offset(0).lateral("own")
    span = timedelta(seconds=BURST_SECONDS)
    near = (
        select(other.c.id)
        .where(other.c.persona_id == dated.c.persona_id, other.c.id != asked.c.photo_id, _is_dated(other))
        .where(other.c.is_scheduled == any_(literal_column("ARRAY[false, true]")))  # as the index has it
        .where(other.c.shown_at.between(dated.c.taken_at - span, dated.c.taken_at + span))
        .limit(_LOOKED_AT)
        .lateral("near")
    )
    pairs = select(asked.c.photo_id, near.c.id.label("mate_id"))
    return _alike(pairs.select_from(asked.join(dated, true()).join(near, true())).cte("pairs"))


@cache
def _alike_mates() -> Select[int, int]:
    """Select those of the photos that look like the mates that are passed with them."""
    ids = BigInteger()
    return _alike(unnested(photo_id=ids, mate_id=ids))


def _alike(pairs: Any) -> Select[int, int]:
    """Select those of a few pairs of photos that look like each other, by hash or vector."""
    row, vector = PhotoHashRow, PhotoEmbeddingRow
    # one look-up in an index for each, whatever the statistics say of the tables
    hashes = [
        select(row.pdq, row.pdq_quality, row.strokes, row.blanks)
        .where(row.photo_id == photo_id)
        .correlate(pairs)
        .offset(0)
        .lateral(name)
        for name, photo_id in (("own", pairs.c.photo_id), ("other", pairs.c.mate_id))
    ]
    vectors = [
        select(vector.model_id, vector.embedding)
        .where(vector.photo_id == photo_id)
        .correlate(pairs)
        .offset(0)
        .lateral(name)
        for name, photo_id in (("own_vector", pairs.c.photo_id), ("other_vector", pairs.c.mate_id))
    ]
    own, other = hashes
    own_vector, other_vector = vectors
    looks_alike = (bits_apart(own.c.pdq, other.c.pdq) <= _BURST_BITS) & (
        func.least(own.c.pdq_quality, other.c.pdq_quality) >= SOUND_QUALITY
    )
    model = EmbeddingModelRow
    is_same_scene = (
        select(literal(1))
        .select_from(own_vector)
        .join(other_vector, other_vector.c.model_id == own_vector.c.model_id)
        .join(model, model.id == own_vector.c.model_id)
        .where(own_vector.c.embedding.cosine_distance(other_vector.c.embedding) <= model.near_max)
        .correlate(pairs)
        .exists()
    )
    return (
        select(pairs.c.photo_id, pairs.c.mate_id)
        .select_from(pairs.join(own, true()).join(other, true()))
        .where(or_(looks_alike, is_same_scene), same_strokes(own.c, other.c))
    )
