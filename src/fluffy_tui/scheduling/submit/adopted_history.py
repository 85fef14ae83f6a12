"""Posts that another program has published, taken in as history: their photos are not posted again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.database import Database
from fluffy_tui.networks import clean_caption
from fluffy_tui.photos import Photo, locked
from fluffy_tui.scheduling.delivery_key import new_delivery_key
from fluffy_tui.scheduling.model import PostStatus, Step
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.post_photo import PostPhoto
from fluffy_tui.scheduling.tables import PostPhotoRow, PostRow


@dataclass(frozen=True, slots=True)
class AdoptedPost:
    """A post of one photo that another program has published."""

    photo: Photo
    caption: str
    posted_at: datetime
    origin: str
    """The program, and its id of the post."""


@dataclass(frozen=True, slots=True)
class AdoptedHistory:
    """The posts of one database that were published before it knew of them."""

    database: Database

    async def taken(self, photo_ids: Collection[int]) -> set[int]:
        """Return those of the photos that have a post."""
        async with self.database.transaction() as session:
            return await _taken(session, photo_ids)

    async def write(self, persona_id: int, posts: Sequence[AdoptedPost]) -> set[str]:
        """Write live posts of one persona, in one transaction; of a photo that has a post none is written.

        Returns:
            The sha256 of the photos of those that were written.
        """
        async with self.database.transaction() as session:
            await session.execute(taking_photos(persona_id))
            await session.execute(locked(post.photo.id for post in posts))
            taken = await _taken(session, [post.photo.id for post in posts])
            free = {post.photo.id: post for post in reversed(posts) if post.photo.id not in taken}
            session.add_all(_row(post) for post in reversed(free.values()))
        return {post.photo.sha256 for post in free.values()}


async def _taken(session: AsyncSession, photo_ids: Collection[int]) -> set[int]:
    query = select(PostPhotoRow.photo_id).where(PostPhotoRow.photo_id.in_(photo_ids))
    return set(await session.scalars(query))


def _row(post: AdoptedPost) -> PostRow:
    return PostRow(
        persona_id=post.photo.persona_id,
        photo_id=post.photo.id,
        photos=(PostPhoto(post.photo.id, post.photo.sha256),),
        caption=clean_caption(post.caption),
        status=PostStatus.POSTED,
        step=Step.LIVE,
        share_mode=ShareMode.CUSTOM_SCHEDULED,
        requested_at_time=post.posted_at,
        posted_at=post.posted_at,
        delivery_key=new_delivery_key(post.photo.sha256),
        adopted_from=post.origin,
    )
