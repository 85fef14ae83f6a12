"""Which photos have a post, as queries that other packs join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    Text,
    and_,
    column,
    func,
    select,
    table,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fluffy_tui.scheduling.model import Post, PostStatus
from fluffy_tui.scheduling.tables import OutsidePostRow, PostPhotoRow, PostRow

CHANNELS = table("persona_channels", column("persona_id", BigInteger()), column("channel_id", Text()))
"""What is read of the table of the personas' channels, whose rows belong to another pack."""


def taking_photos(persona_id: int) -> Select[Any]:
    """Return the query that lets one transaction at a time give photos of a persona to posts, or free them.

    Such transactions lock photos and posts in different orders, and would wait for each other. It comes before all
    other locks.
    """
    return select(func.pg_advisory_xact_lock(func.hashtextextended(f"posts of {persona_id}", 0)))


async def without_their_photos(session: AsyncSession, posts: Sequence[Post]) -> set[int]:
    """Return the ids of those of these posts of which another submission has taken a photo since they failed."""
    ids = {photo_id for post in posts for photo_id in post.photo_ids}
    taken = select(PostPhotoRow.photo_id, PostPhotoRow.post_id).where(PostPhotoRow.photo_id.in_(ids))
    holders = dict((await session.execute(taken)).all()) if ids else {}
    return {
        post.id
        for post in posts
        if any(holders.get(photo_id, post.group_id) != post.group_id for photo_id in post.photo_ids)
    }


def unposted_photo_ids() -> CompoundSelect[int]:
    """Return the query for the ids of all photos of posts that are not live, whose files may still be needed."""
    leads = select(PostPhotoRow.photo_id).join(PostRow, PostRow.id == PostPhotoRow.post_id)
    cross_posts = select(PostPhotoRow.photo_id).join(PostRow, PostRow.lead_post_id == PostPhotoRow.post_id)
    is_needed = PostRow.status != PostStatus.POSTED
    return union_all(leads.where(is_needed), cross_posts.where(is_needed))


def outside_pictures() -> Select[int, int, datetime, object, int]:
    """Return the query for the hash of every picture that went out elsewhere, for each persona with its channel."""
    row = OutsidePostRow
    is_ours = select(PostRow.id).where(PostRow.buffer_post_id == row.buffer_post_id).exists()
    return (
        select(CHANNELS.c.persona_id, row.id.label("post_id"), row.sent_at, row.pdq, row.pdq_quality)
        .join(CHANNELS, CHANNELS.c.channel_id == row.channel_id)
        .where(row.pdq.is_not(None), ~is_ours)
    )


@cache
def public_posts() -> CompoundSelect[int, int, datetime | None, datetime | None, datetime]:
    """Return the query for every photo of every post that is public or will be: no failed one, no unsubmitted draft."""
    columns = (
        PostPhotoRow.photo_id,
        PostRow.id.label("post_id"),
        PostRow.posted_at,
        PostRow.scheduled_at,
        PostRow.created_at,
    )
    public = and_(PostRow.step.is_not(None), PostRow.status != PostStatus.FAILED)
    # a live post that is posted again has handed its photos on; the new one may be a draft, or have failed
    again = aliased(PostRow)
    shown = func.jsonb_build_array(func.jsonb_build_object("photo_id", PostPhotoRow.photo_id))
    earlier = (
        select(*columns)
        .join(again, again.id == PostPhotoRow.post_id)
        .join(PostRow, func.coalesce(PostRow.lead_post_id, PostRow.id) == again.again_of_id)
        .where(public, type_coerce(PostRow.photos, JSONB).contains(shown))
    )
    # one for each index, since a condition with OR would read all posts
    leads = select(*columns).join(PostRow, PostRow.id == PostPhotoRow.post_id)
    cross_posts = select(*columns).join(PostRow, PostRow.lead_post_id == PostPhotoRow.post_id)
    return union_all(leads.where(public), cross_posts.where(public), earlier)
