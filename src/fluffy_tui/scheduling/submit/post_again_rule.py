"""Whether a live post may be posted again: all of its channels are live, and that for long enough."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.clocks import months_later
from fluffy_tui.scheduling.model import Post, PostStatus
from fluffy_tui.scheduling.tables import PostPhotoRow, PostRow


def again_refusal(posts: Sequence[Post | PostRow], now: datetime, months: int) -> str:
    """Return why photos cannot be posted again: not all posts of theirs are live for so many months; else empty."""
    if any(post.status != PostStatus.POSTED for post in posts):
        return "The photo has a post that is not live yet. Wait until it is, or cancel it."
    last = max(post.posted_at for post in posts if post.posted_at)
    free_from = months_later(last, months)
    if now < free_from:
        return (
            f"It was posted on {_day(last)}, and can be posted again from {_day(free_from)} on "
            f"({months} months, FLUFFY_POST_AGAIN_MONTHS)."
        )
    return ""


def _day(moment: datetime) -> str:
    local = moment.astimezone()
    return f"{local.day} {local:%B %Y}"


async def holders_of(
    session: AsyncSession, photo_ids: Collection[int], *, lock: bool = False
) -> dict[int, list[PostRow]]:
    """Return all posts of the submissions that have any of these photos, by the id of the lead."""
    holding = select(PostPhotoRow.post_id).where(PostPhotoRow.photo_id.in_(photo_ids)).distinct()
    leads = list(await session.scalars(holding))
    query = select(PostRow).where(or_(PostRow.id.in_(leads), PostRow.lead_post_id.in_(leads)))
    query = query.order_by(PostRow.id)
    found: dict[int, list[PostRow]] = {}
    for row in await session.scalars(query.with_for_update() if lock else query):
        found.setdefault(row.lead_post_id or row.id, []).append(row)
    return found
