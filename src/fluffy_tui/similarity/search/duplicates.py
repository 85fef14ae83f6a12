"""Same file and same picture: what SHA-256 and PDQ say, within one persona."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, SelectBase, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fluffy_tui.core.database import among
from fluffy_tui.similarity.model import (
    SAME_PICTURE_BITS,
    SOUND_QUALITY,
    Copy,
    EarlierPost,
    Neighbour,
    OutsideMatch,
    Relation,
)
from fluffy_tui.similarity.tables import PHOTOS, PhotoHashRow, bits_apart, near_hashes


async def same_picture(session: AsyncSession, photo_id: int) -> list[Copy]:
    """Return the persona's other photos whose PDQ hash is near, nearest first."""
    found = await session.execute(near_hashes(), {"photo_id": photo_id})
    return [Copy(row[0], int(row[1])) for row in found]


async def posted_before(session: AsyncSession, photo_id: int, posts: SelectBase) -> EarlierPost | None:
    """Return the latest of the posts of the photo itself or of one that shows the same picture."""
    bits = {copy.photo_id: copy.bits for copy in await same_picture(session, photo_id)} | {photo_id: 0}
    post = posts.subquery()
    at = func.coalesce(post.c.posted_at, post.c.scheduled_at)
    query = (
        select(post.c.post_id, post.c.photo_id, post.c.posted_at.is_not(None), at)
        .where(among(post.c.photo_id, bits))
        .order_by(func.coalesce(at, post.c.created_at).desc(), post.c.post_id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    post_id, found, posted, when = row
    relation = Relation.SAME_FILE if found == photo_id else Relation.SAME_PICTURE
    return EarlierPost(post_id, found, relation, bits[found], posted, when)


async def posted_elsewhere(session: AsyncSession, photo_id: int, outside: SelectBase) -> OutsideMatch | None:
    """Return the latest post from elsewhere, on a channel of the photo's persona, that shows the same picture."""
    own, post = aliased(PhotoHashRow), outside.subquery()
    bits = bits_apart(own.pdq, post.c.pdq)
    query = (
        select(post.c.sent_at, bits)
        .join_from(own, PHOTOS, PHOTOS.c.id == own.photo_id)
        .join(
            post,
            (post.c.persona_id == PHOTOS.c.persona_id)
            & func.fluffy_bands(post.c.pdq).op("&&")(func.fluffy_near_bands(own.pdq))
            & (bits <= SAME_PICTURE_BITS)
            & (own.pdq_quality >= SOUND_QUALITY)
            & (post.c.pdq_quality >= SOUND_QUALITY),
        )
        .where(own.photo_id == photo_id)
        .order_by(post.c.sent_at.desc(), post.c.post_id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return OutsideMatch(row[0], int(row[1])) if row else None


async def copies(session: AsyncSession, photo_ids: Sequence[int]) -> dict[int, int]:
    """Return the stack of each photo that shares one."""
    own, other = aliased(PhotoHashRow), aliased(PhotoHashRow)
    shared = select(literal(1)).where(other.stack_id == own.stack_id, other.photo_id != own.photo_id).exists()
    query = select(own.photo_id, own.stack_id).where(
        among(own.photo_id, photo_ids), own.stack_id.is_not(None), shared
    )
    return {row[0]: row[1] for row in await session.execute(query) if row[1] is not None}


async def first_of_stacks(session: AsyncSession, found: Sequence[Neighbour]) -> list[Neighbour]:
    """Return an answer without the photos that are duplicates of one before them."""
    stacks = await copies(session, [one.photo_id for one in found])
    seen: set[int] = set()
    kept = []
    for one in found:
        stack = stacks.get(one.photo_id)
        if stack is None or stack not in seen:
            kept.append(one)
        if stack is not None:
            seen.add(stack)
    return kept


def stacked_photos() -> Select[int, int | None]:
    """Select `photo_id` and `stack_id` of every photo that shares its picture with another, for the library."""
    return select(PhotoHashRow.photo_id, PhotoHashRow.stack_id).where(PhotoHashRow.stack_id.is_not(None))
