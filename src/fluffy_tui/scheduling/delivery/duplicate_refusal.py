"""Buffer's refusal of a post as a duplicate: of another post of ours, or of what an earlier request has left there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import literal, or_, select

from fluffy_tui.buffer import BufferStatus, Code, ShareMode
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure
from fluffy_tui.scheduling.delivery_key import is_first_version
from fluffy_tui.scheduling.model import IN_BUFFER, Step
from fluffy_tui.scheduling.posts_by_time import GOES_AT
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from sqlalchemy import Select

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.delivery.find_in_buffer import BufferMatch

_RECENT = timedelta(minutes=10)
"""How long before this post another may have come to Buffer to be why; what Buffer means by "so soon" is not known."""
_TAKES_PLACE = (BufferStatus.SCHEDULED, BufferStatus.SENDING, BufferStatus.SENT)
"""In which status Buffer has a post that makes another one a duplicate."""


async def refuse_if_duplicate(
    buffer: BufferClient, database: Database, post: PostRow, match: BufferMatch
) -> None:
    """Fail an unconfirmed post that Buffer refused as a duplicate of another post of ours.

    Where that one came to Buffer before the only create of this post was sent, Buffer has refused this one however
    often the request arrived. Anything else may mean that an earlier request took effect, and is waited for.

    Raises:
        DeliveryFailure: it is such a duplicate.
        BufferError: Buffer could not be asked about the other post.
    """
    is_only_create = post.lost_creates == 0 and is_first_version(post.delivery_key)
    if post.error_code != Code.DUPLICATE_TEXT or not is_only_create or match.lookalikes:
        return
    async with database.transaction() as session:
        row = await session.scalar(_other_with_its_text(post))
    if row is None:
        return
    other = await buffer.post(str(row.buffer_post_id))
    if other is None or other.text.strip() != post.caption.strip() or other.status not in _TAKES_PLACE:
        return
    if post.share_mode == ShareMode.CUSTOM_SCHEDULED and other.due_at == post.requested_at_time:
        reason = (
            "Buffer already has a post with this text at this time. Change the text or the time, then retry."
        )
    else:
        reason = "Buffer has just taken another post with this text. Change the text, or retry later."
    raise DeliveryFailure.final(Code.DUPLICATE_TEXT, reason)


def _other_with_its_text(post: PostRow) -> Select[PostRow]:
    """Return the query for a post of ours that came to Buffer before, for the same time or in the last minutes."""
    recent = literal(post.create_buffer_time) - _RECENT
    at = post.requested_at_time if post.share_mode == ShareMode.CUSTOM_SCHEDULED else None
    return (
        select(PostRow)
        .where(
            PostRow.channel_id == post.channel_id,
            PostRow.step.in_((*IN_BUFFER, Step.LIVE)),
            recent <= GOES_AT,
            PostRow.caption == post.caption,
            PostRow.buffer_post_id.is_not(None),
            PostRow.create_buffer_time < post.create_buffer_time,
            or_(PostRow.scheduled_at == at, PostRow.create_buffer_time >= recent),
        )
        .order_by((PostRow.scheduled_at == at).desc().nulls_last(), PostRow.id)
        .limit(1)
    )
