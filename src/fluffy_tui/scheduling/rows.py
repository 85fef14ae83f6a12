"""Stored rows turned into the values that leave this pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.scheduling.model import Post, PostEvent, PostStatus, Step

if TYPE_CHECKING:
    from fluffy_tui.scheduling.tables import PostEventRow, PostRow


def post_of(row: PostRow) -> Post:
    """Return the post that a row holds."""
    return Post(
        id=row.id,
        photo_id=row.photo_id,
        persona_id=row.persona_id,
        caption=row.caption,
        alt_text=row.alt_text,
        status=PostStatus(row.status),
        step=Step(row.step) if row.step else None,
        share_mode=ShareMode(row.share_mode),
        requested_at_time=row.requested_at_time,
        channel_id=row.channel_id,
        buffer_post_id=row.buffer_post_id,
        scheduled_at=row.scheduled_at,
        posted_at=row.posted_at,
        next_try_at=row.next_try_at,
        attempts=row.attempts,
        error_code=row.error_code,
        error_message=row.error_message,
        media_url=row.media_url,
        rendition=row.rendition,
        external_link=row.external_link,
        created_at=row.created_at,
        updated_at=row.updated_at,
        support_url=row.support_url,
        framing=row.framing,
    )


def event_of(row: PostEventRow) -> PostEvent:
    """Return the line of the trail that a row holds."""
    return PostEvent(
        id=row.id,
        at=row.at,
        what=row.what,
        step=Step(row.step) if row.step else None,
        status=PostStatus(row.status),
        attempt=row.attempt,
        code=row.code,
        message=row.message,
        scheduled_at=row.scheduled_at,
        next_try_at=row.next_try_at,
        worker=row.worker,
    )
