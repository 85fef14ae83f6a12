"""Look in Buffer for a post that may be there already: the only thing that makes sending again safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.scheduling.tables import PostRow

CLOCKS_DIFFER = timedelta(hours=1)
"""How far this machine's clock and Buffer's may be apart without a post being overlooked."""


@dataclass(frozen=True, slots=True)
class BufferMatch:
    """What was found of one delivery in Buffer."""

    post: BufferPost | None = None
    """The post that carries the delivery key."""
    without_picture: BufferPost | None = None
    """A post with exactly our words but no picture, made since a create of ours left: Buffer dropped it."""


async def look(buffer: BufferClient, post: PostRow) -> BufferMatch:
    """Search the post's channel, in every status, from before the post was written.

    Raises:
        BufferError: Buffer could not be asked, so nothing is known.
    """
    since = post.created_at - CLOCKS_DIFFER
    without_picture = None
    found = buffer.posts(
        str(post.organization_id),
        channel_ids=[str(post.channel_id)],
        created_after=since,
        null_is_empty=post.create_sent_at is None,  # once a create may have left, only a real answer will do
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
        and candidate.created_at >= post.create_sent_at - CLOCKS_DIFFER
    )
