"""Stores what was seen of photos, unless they have changed meanwhile, and puts copies into stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    column,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import (
    Sequence as NumberSequence,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import aliased

from fluffy_tui.similarity.model import SAME_PICTURE_BITS, SOUND_QUALITY, Gain
from fluffy_tui.similarity.tables import PHOTOS, STACKS, PhotoEmbeddingRow, PhotoHashRow, among, bits_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.similarity.index.photo_scan import Look
    from fluffy_tui.similarity.model import EmbeddingModel

_STACKS = NumberSequence(STACKS)


async def store(
    session: AsyncSession, looks: Sequence[Look], model: EmbeddingModel | None
) -> dict[int, Gain]:
    """Store hashes and vectors; a photo that has another file by now is left out and has its turn later.

    Args:
        session: The transaction.
        looks: What was seen.
        model: Whose vectors they are; None where there are none.

    Returns:
        What was gained, by persona.
    """
    gains: dict[int, Gain] = {}
    current = await _unchanged(session, looks)
    hashed = [look for look in looks if look.photo_id in current and look.bits]
    if hashed:
        await session.execute(
            insert(PhotoHashRow).on_conflict_do_nothing(), [_hashes(look) for look in hashed]
        )
        stacked = await _stack(session, [look.photo_id for look in hashed])
        for look in hashed:
            gain = gains.setdefault(current[look.photo_id], Gain())
            gain.hashed += 1
            gain.stacked |= look.photo_id in stacked
    embedded = [look for look in looks if look.photo_id in current and look.vector]
    if embedded and model is not None:
        rows = [
            {
                "photo_id": look.photo_id,
                "model_id": model.id,
                "dimensions": model.dimensions,
                "embedding": look.vector,
            }
            for look in embedded
        ]
        await session.execute(insert(PhotoEmbeddingRow).on_conflict_do_nothing(), rows)
        for look in embedded:
            gains.setdefault(current[look.photo_id], Gain()).embedded += 1
    return gains


async def _unchanged(session: AsyncSession, looks: Sequence[Look]) -> dict[int, int]:
    """Return the personas of the photos whose file is still the one looked at, and keep them so until the commit.

    A photo that an import is changing just now is skipped: waiting for each other would end one of the two.
    """
    seen = func.unnest(
        literal([look.photo_id for look in looks], ARRAY(BigInteger())),
        literal([look.sha256 for look in looks], ARRAY(LargeBinary())),
    ).table_valued(column("id", BigInteger()), column("sha256", LargeBinary()), name="seen")
    seen = seen.render_derived()
    query = (
        select(PHOTOS.c.id, PHOTOS.c.persona_id)
        .join(seen, (seen.c.id == PHOTOS.c.id) & (seen.c.sha256 == PHOTOS.c.sha256))
        .with_for_update(read=True, skip_locked=True, of=PHOTOS)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


def _hashes(look: Look) -> dict[str, object]:
    assert look.bits is not None  # noqa: S101 - the caller has filtered
    return {
        "photo_id": look.photo_id,
        "pdq": look.bits.pdq,
        "pdq_quality": look.bits.pdq_quality,
        "dhash": look.bits.dhash,
    }


async def _stack(session: AsyncSession, photo_ids: Sequence[int]) -> set[int]:
    """Put each of the photos into the stack of its copies; stacks that it connects become one.

    Returns:
        Which of the photos have copies.
    """
    groups = await _copies(session, photo_ids)
    for members in groups.values():
        query = (
            select(PhotoHashRow.photo_id, PhotoHashRow.stack_id)
            .where(among(PhotoHashRow.photo_id, members))
            .with_for_update(skip_locked=True)  # an import takes them away just now
        )
        rows = (await session.execute(query)).all()
        stacks = {stack for _, stack in rows if stack is not None}
        stack = min(stacks) if stacks else await session.scalar(_STACKS)
        await session.execute(
            update(PhotoHashRow)
            .where(
                or_(
                    among(PhotoHashRow.photo_id, [photo_id for photo_id, _ in rows]),
                    among(PhotoHashRow.stack_id, stacks),
                )
            )
            .values(stack_id=stack)
        )
    return set(groups)


async def _copies(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return for each photo that has copies in its persona's library those copies and itself.

    All hashes are compared, a 256-bit difference each, which no index makes faster below half a million photos.
    """
    own, other = aliased(PhotoHashRow), aliased(PhotoHashRow)
    query = select(own.photo_id, other.photo_id).where(
        among(own.photo_id, photo_ids),
        own.pdq_quality >= SOUND_QUALITY,
        other.pdq_quality >= SOUND_QUALITY,
        other.photo_id != own.photo_id,
        bits_apart(own.pdq, other.pdq) <= SAME_PICTURE_BITS,
    )
    pairs = [(row[0], row[1]) for row in await session.execute(query)]
    if not pairs:
        return {}
    concerned = {photo_id for pair in pairs for photo_id in pair}
    query = select(PHOTOS.c.id, PHOTOS.c.persona_id).where(among(PHOTOS.c.id, concerned))
    persona_of = {row[0]: row[1] for row in await session.execute(query)}
    groups: dict[int, set[int]] = {}
    for photo_id, copy in pairs:
        if persona_of.get(photo_id) == persona_of.get(copy):
            groups.setdefault(photo_id, {photo_id}).add(copy)
    return groups
