"""Search Buffer for a post that may already be there: the only thing that makes sending again safe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.buffer import BufferError, BufferStatus
from fluffy_tui.scheduling.delivery_key import delivery_stem, is_first_version

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.scheduling.tables import PostRow

FRONT_SKEW = timedelta(minutes=10)
"""How far the clock that dates Buffer's replies may differ from the one that dates its posts."""

UNKNOWN_SKEW = timedelta(days=1)
"""How far the database's clock and Buffer's may differ, where nothing better is known."""


@dataclass(frozen=True, slots=True)
class BufferMatch:
    """What Buffer has of one delivery."""

    posts: tuple[BufferPost, ...] = ()
    """Posts with the delivery key in their pictures' URLs; more than one if a create took effect late."""
    incomplete: tuple[BufferPost, ...] = ()
    """The same with fewer pictures than were sent: Buffer dropped some."""
    earlier: tuple[BufferPost, ...] = ()
    """The same post as it was before it was edited or retried, from a create that took effect late."""
    without_pictures: tuple[BufferPost, ...] = ()
    """Posts with exactly our text but not all pictures, made since our create was sent: Buffer dropped them."""
    lookalikes: tuple[BufferPost, ...] = ()
    """Posts that would be ours if Buffer has replaced the pictures' URLs: same text, as many pictures, made since."""

    def without(self, taken: Collection[str]) -> BufferMatch:
        """Return the match without what only looks like this delivery and is known to be another one."""
        return replace(
            self,
            without_pictures=tuple(post for post in self.without_pictures if post.id not in taken),
            lookalikes=tuple(post for post in self.lookalikes if post.id not in taken),
        )


def oldest_possible(post: PostRow, buffer_now: datetime) -> datetime:
    """Return the time, by Buffer's clock, before which this delivery cannot have been created there."""
    if post.first_create_buffer_time is not None:
        return post.first_create_buffer_time - FRONT_SKEW
    return min(post.created_at, buffer_now) - UNKNOWN_SKEW


def may_have_left(post: PostRow) -> bool:
    """Return whether a create of this post may have been sent without a clear answer, in this or an earlier version."""
    has_lost = post.create_sent_at is not None or post.lost_creates > 0
    return has_lost or not is_first_version(post.delivery_key)


async def find_in_buffer(buffer: BufferClient, post: PostRow) -> BufferMatch:
    """Search the post's channel, in every status, from before its first create was sent.

    Raises:
        BufferError: Buffer could not be asked, or its answer had gaps, so nothing is known.
    """
    posts: list[BufferPost] = []
    incomplete: list[BufferPost] = []
    earlier: list[BufferPost] = []
    lookalikes: list[BufferPost] = []
    without_pictures: list[BufferPost] = []
    stem = delivery_stem(post.delivery_key)
    found = buffer.posts(
        str(post.organization_id),
        channel_ids=[str(post.channel_id)],
        created_after=oldest_possible(post, buffer.time.now()),
        gaps_allowed=post.create_sent_at is None and post.lost_creates == 0,
    )
    try:
        async for candidate in found:
            if candidate.via == "network":
                continue
            is_whole = len(candidate.asset_sources) >= len(post.photos)
            if any(post.delivery_key in source for source in candidate.asset_sources):
                (posts if is_whole else incomplete).append(candidate)
            elif any(stem in source for source in candidate.asset_sources):
                if candidate.status != BufferStatus.ERROR:  # else it is not going to be published
                    earlier.append(candidate)
            elif post.create_sent_at is not None and may_be_ours(candidate, post):
                (lookalikes if is_whole else without_pictures).append(candidate)
    except BufferError:
        if not posts and not incomplete:  # what was found is there, whatever the rest of the answer was
            raise
    return BufferMatch(
        tuple(posts), tuple(incomplete), tuple(earlier), tuple(without_pictures), tuple(lookalikes)
    )


def may_be_ours(candidate: BufferPost, post: PostRow) -> bool:
    """Return whether a post without the delivery key looks like one that this delivery has created.

    Buffer may have lost pictures, or put them at addresses of its own.
    """
    if post.first_create_buffer_time is None:
        return False
    from_our_host = str(post.photos[0].media_url).partition(post.delivery_key)[0]
    return (
        candidate.text.strip() == post.caption.strip()
        and len(candidate.asset_sources) <= len(post.photos)
        and not any(source.startswith(from_our_host) for source in candidate.asset_sources)
        and candidate.created_at >= post.first_create_buffer_time - FRONT_SKEW
    )
