"""Learn what went out on the channels without this program: posts from the phone, or made in Buffer itself."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.buffer import BufferError
from fluffy_tui.core.event_stream import POSTS_CHANNEL
from fluffy_tui.scheduling.profile.thumbnail_fetch import fetch_thumbnails
from fluffy_tui.scheduling.tables import OutsidePostRow, OutsideRoundRow, PostRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, SentPost
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery

log = logging.getLogger(__name__)

EVERY = timedelta(hours=6)
"""Between two rounds of an organisation."""
REQUESTS = 3
"""The most for one round: 150 posts. What they leave is listed by the next rounds, the last posts first."""
FIRST_TIME = timedelta(days=365)
"""How far the first listing reaches back."""
OVERLAP = timedelta(days=1)
"""How far a later one reaches back beyond the last: reads lag behind writes."""


@dataclass(frozen=True, slots=True)
class OutsideSync:
    """Keeps posts from elsewhere and their thumbnails. However many workers there are, one of them asks."""

    delivery: Delivery

    async def run(self) -> None:
        """Ask for the posts of each organisation that is due; cheap if none is."""
        asked = self.delivery.budget.organizations(self.delivery.personas, self.delivery.buffer)
        async for client, organization_id, channel_ids in asked:
            round_ = await self._take_round(organization_id, channel_ids)
            if round_ is not None:
                await self._list(client, round_)

    async def fetch_thumbnails(self) -> None:
        """Fetch some thumbnails; cheap if none is due."""
        buffer = self.delivery.buffer
        if buffer is not None:
            await self._notify(await fetch_thumbnails(self.delivery.database, may_be_local=buffer.is_local))

    async def _take_round(self, organization_id: str, channel_ids: Sequence[str]) -> OutsideRoundRow | None:
        """Return the organisation's round if it is due and this worker is the first to see it."""
        row, now = OutsideRoundRow, func.now()
        begin = {"organization_id": organization_id, "channel_ids": channel_ids, "asked_at": now}
        has_new_channel = ~row.channel_ids.contains(channel_ids)
        take = insert(row).values(begin)
        take = take.on_conflict_do_update(
            index_elements=["organization_id"],
            set_={"asked_at": now},
            where=has_new_channel | (row.asked_at < now - EVERY),
        )
        start_again = (
            update(row)
            .where(row.organization_id == organization_id, has_new_channel)
            .values(channel_ids=channel_ids, listed_until=None, begun_at=None, rest_before=None)
        )
        async with self.delivery.database.transaction() as session:
            if (await session.execute(take.returning(row.organization_id))).one_or_none() is None:
                return None
            await session.execute(start_again)
            return (
                await session.execute(select(row).where(row.organization_id == organization_id))
            ).scalar_one()

    async def _list(self, buffer: BufferClient, round_: OutsideRoundRow) -> None:
        """List what is newer than known, or go on with a listing that takes more than one round."""
        begun = round_.begun_at or buffer.time.now()
        since = begun - FIRST_TIME if round_.listed_until is None else round_.listed_until - OVERLAP
        try:
            found = await buffer.sent_posts(
                round_.organization_id,
                channel_ids=round_.channel_ids,
                created_after=since,
                created_before=round_.rest_before,
                requests=REQUESTS,
            )
        except BufferError as error:
            log.info("Buffer gave no posts from elsewhere: %s (%s)", error.code, error)
            return
        reached: dict[str, Any] = {"begun_at": begun}
        if found.is_whole:
            reached = {"begun_at": None, "rest_before": None, "listed_until": begun}
        elif found.posts:
            reached["rest_before"] = min(post.created_at for post in found.posts)
        async with self.delivery.database.transaction() as session:
            stored = await _store(session, found.posts)
            if not found.has_gaps:  # a missing page is asked for again
                own = OutsideRoundRow.organization_id == round_.organization_id
                await session.execute(update(OutsideRoundRow).where(own).values(reached))
        await self._notify(stored)

    async def _notify(self, channel_ids: Collection[str]) -> None:
        """Tell open apps what changed."""
        if channel_ids:
            payload = json.dumps({"outside": sorted(channel_ids)})
            async with self.delivery.database.transaction() as session:
                await session.execute(select(func.pg_notify(POSTS_CHANNEL, payload)))


async def _store(session: AsyncSession, found: Sequence[SentPost]) -> set[str]:
    """Store the posts that are neither ours nor known; return the channels that have any."""
    ids = [post.id for post in found]
    ours = set(await session.scalars(select(PostRow.buffer_post_id).where(PostRow.buffer_post_id.in_(ids))))
    rows = [
        {
            "buffer_post_id": post.id,
            "channel_id": post.channel_id,
            "sent_at": post.sent_at,
            "caption": post.text,
            "external_link": post.external_link,
            "asset_count": post.asset_count,
            "thumbnail_url": post.thumbnail,
            "next_try_at": func.now() if post.thumbnail else None,
        }
        for post in found
        if post.id not in ours
    ]
    if not rows:
        return set()
    insertion = insert(OutsidePostRow).values(rows).on_conflict_do_nothing()
    return set(await session.scalars(insertion.returning(OutsidePostRow.channel_id)))
