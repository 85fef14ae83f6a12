"""Ask Buffer once a day what the networks count for live posts."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.buffer import BufferError
from fluffy_tui.scheduling.post_events import notify_screens
from fluffy_tui.scheduling.tables import PostMetricRow, PostRow, StatusSyncRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.buffer import BufferClient, PostMetrics
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery

log = logging.getLogger(__name__)

EVERY = timedelta(hours=24)
"""Between two rounds of an organisation: Buffer itself asks the networks once a day, and no day has two."""
REQUESTS = 2
"""The most for one round: the numbers of the newest 100 posts."""


@dataclass(frozen=True, slots=True)
class MetricsSync:
    """Keeps the numbers of live posts. However many workers there are, one of them asks, once a day."""

    delivery: Delivery

    async def run(self) -> None:
        """Ask for the numbers of each organisation that is due; cheap if none is."""
        asked = self.delivery.budget.organizations(self.delivery.personas, self.delivery.buffer)
        async for client, organization_id, channel_ids in asked:
            if await self._take_round(organization_id):
                await self._ask(client, organization_id, channel_ids)

    async def _take_round(self, organization_id: str) -> bool:
        """Return whether the organisation is due and this worker is the first to see it.

        It has a row as soon as a post of it was in Buffer.
        """
        row = StatusSyncRow
        is_due = or_(row.metrics_asked_at.is_(None), row.metrics_asked_at < func.now() - EVERY)
        statement = (
            update(row)
            .where(row.organization_id == organization_id, is_due)
            .values(metrics_asked_at=func.now())
            .returning(row.organization_id)
        )
        async with self.delivery.database.transaction() as session:
            return (await session.execute(statement)).one_or_none() is not None

    async def _ask(self, buffer: BufferClient, organization_id: str, channel_ids: Sequence[str]) -> None:
        refusal = None
        try:
            found = await buffer.metrics(organization_id, channel_ids=channel_ids, requests=REQUESTS)
        except BufferError as error:
            log.info("Buffer gave no numbers: %s (%s)", error.code, error)
            refusal, found = str(error), []
        async with self.delivery.database.transaction() as session:
            await session.execute(
                update(StatusSyncRow)
                .where(StatusSyncRow.organization_id == organization_id)
                .values(metrics_refusal=refusal)
            )
        await self._store(found)

    async def _store(self, found: Sequence[PostMetrics]) -> None:
        """Store what is newer than what is known; Buffer also lists posts that were not made here."""
        query = select(PostRow.buffer_post_id, PostRow.id).where(
            PostRow.buffer_post_id.in_([post.post_id for post in found])
        )
        async with self.delivery.database.transaction() as session:
            known = {row[0]: row[1] for row in await session.execute(query)}
            rows = {
                (known[post.post_id], metric.type): {"as_of": post.as_of, **asdict(metric)}
                for post in found
                if post.post_id in known and post.as_of is not None
                for metric in post.metrics
            }
            if not rows:
                return
            insertion = insert(PostMetricRow).values(
                [{"post_id": post_id, **values} for (post_id, _), values in rows.items()]
            )
            newer = {name: insertion.excluded[name] for name in ("value", "is_percentage", "as_of")}
            stored = await session.scalars(
                insertion.on_conflict_do_update(
                    index_elements=["post_id", "type"],
                    set_=newer,
                    where=PostMetricRow.as_of < insertion.excluded.as_of,
                ).returning(PostMetricRow.post_id)
            )
            await notify_screens(session, set(stored))
