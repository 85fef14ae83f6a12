"""Put posts on the queue, inside the transaction of whoever moved them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.queue import defer

if TYPE_CHECKING:
    from datetime import datetime

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.scheduling.tables import PostRow

QUEUE = "delivery"
DELIVER = "delivery:deliver"
WAKE = "delivery:wake"
VERIFY_MEDIA = "delivery:verify_media"


async def defer_delivery(session: AsyncSession, queue: App, post: PostRow) -> None:
    """Have the post looked at as soon as possible, one post of its channel at a time."""
    await defer(session, queue, DELIVER, arguments={"post_id": post.id}, lock=f"channel:{post.channel_id}")


async def defer_waking(session: AsyncSession, queue: App, post_id: int, at: datetime) -> None:
    """Have the post looked at from `at` on.

    The waiting job carries no lock, since a lock that waits for its time would block its whole channel; when it is
    due it defers the delivery that does.
    """
    await defer(session, queue, WAKE, arguments={"post_id": post_id}, at=at)
