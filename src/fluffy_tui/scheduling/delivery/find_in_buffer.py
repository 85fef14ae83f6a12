"""Search Buffer for a post that may already be there: the only thing that makes sending again safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.scheduling.tables import PostRow

MAX_CLOCK_SKEW = timedelta(hours=1)
"""How far this machine's clock and Buffer's may differ without a post being overlooked."""


@dataclass(frozen=True, slots=True)
class BufferMatch:
    """What Buffer has of one delivery."""

    post: BufferPost | None = None
    """The post with the delivery key in its picture's URL."""
    without_picture: BufferPost | None = None
    """A post with exactly our text but no picture, made since our create was sent: Buffer dropped the picture."""


async def find_in_buffer(buffer: BufferClient, post: PostRow) -> BufferMatch:
    """Search the post's channel, in every status, from before the post was written.

    Raises:
        BufferError: Buffer could not be asked, so nothing is known.
    """
    without_picture = None
    found = buffer.posts(
        str(post.organization_id),
        channel_ids=[str(post.channel_id)],
        created_after=post.created_at - MAX_CLOCK_SKEW,
        null_is_empty=post.create_sent_at
        is None,  # once a create may be in flight, only a real answer counts
    )
    async for candidate in found:
        if candidate.via == "network":
            continue
        if any(post.delivery_key in source for source in candidate.asset_sources):
            return BufferMatch(post=candidate)
        if _may_have_lost_its_picture(candidate, post):
            without_picture = candidate
    return BufferMatch(without_picture=without_picture)


def _may_have_lost_its_picture(candidate: BufferPost, post: PostRow) -> bool:
    return (
        post.create_sent_at is not None
        and not candidate.asset_sources
        and candidate.text == post.caption
        and candidate.created_at >= post.create_sent_at - MAX_CLOCK_SKEW
    )
