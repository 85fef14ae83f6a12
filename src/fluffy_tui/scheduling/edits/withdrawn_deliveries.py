"""What a lost create of a cancelled post may leave in Buffer after all: noted, searched for once more, and deleted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from fluffy_tui.buffer import BufferError
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.find_in_buffer import FRONT_SKEW
from fluffy_tui.scheduling.delivery_key import delivery_stem
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.tables import PostRow, WithdrawnDeliveryRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)

TOLD_FOR = timedelta(days=7)
"""How long a cancelled post that was published stays in the problem list."""


def note_lost_creates(session: AsyncSession, row: PostRow, timings: Timings) -> None:
    """Have Buffer searched for a cancelled post once more, if it has failed there or a create may still take effect."""
    may_be_there = row.lost_creates or (row.step is Step.FAILED and row.buffer_post_id is not None)
    if not may_be_there or row.create_buffer_time is None or row.first_create_buffer_time is None:
        return
    # a lost create was given `settle` already; with one that comes even later, nothing else would deal
    check_at = row.create_buffer_time + timedelta(seconds=2 * timings.settle)
    session.add(
        WithdrawnDeliveryRow(
            delivery_key=row.delivery_key,
            persona_id=row.persona_id,
            organization_id=row.organization_id,
            channel_id=row.channel_id,
            caption=row.caption,
            first_create_buffer_time=row.first_create_buffer_time,
            check_at=check_at,
        )
    )


@dataclass(frozen=True, slots=True)
class WithdrawnDeliveries:
    """Searches Buffer once more for each of them, when nothing can appear there any more."""

    database: Database
    budget: RequestBudget
    now: Callable[[], datetime]
    """The time by Buffer's clock."""

    def may_be_due(self, at: datetime) -> ColumnElement[bool]:
        """Return the condition that there is something to check by then."""
        return exists().where(or_(self._is_due(at), self._was_told()))

    def _is_due(self, at: datetime) -> ColumnElement[bool]:
        return and_(WithdrawnDeliveryRow.published_at.is_(None), WithdrawnDeliveryRow.check_at <= at)

    def _was_told(self) -> ColumnElement[bool]:
        return WithdrawnDeliveryRow.published_at < self.now() - TOLD_FOR

    async def check(self, buffer: BufferClient) -> None:
        """Check those whose time has come; one that cannot be checked now is checked in the next round."""
        due = select(WithdrawnDeliveryRow).where(self._is_due(self.now()))
        async with self.database.transaction() as session:
            await session.execute(delete(WithdrawnDeliveryRow).where(self._was_told()))
            rows = list(await session.scalars(due))
        for row in rows:
            if not await self.budget.may_ask():
                return
            try:
                await self._check(buffer, row)
            except BufferError as error:
                log.info("could not look for a cancelled post in Buffer: %s (%s)", error.code, error)

    async def _check(self, buffer: BufferClient, row: WithdrawnDeliveryRow) -> None:
        listed = buffer.posts(
            row.organization_id,
            channel_ids=[row.channel_id],
            created_after=row.first_create_buffer_time - FRONT_SKEW,
            gaps_allowed=False,
        )
        stem = delivery_stem(row.delivery_key)
        ours, without_picture, published = [], [], None
        async for found in listed:
            if found.via == "network":
                continue
            if any(stem in source for source in found.asset_sources):
                ours.append(found)
            elif not found.asset_sources and found.text.strip() == row.caption.strip():
                without_picture.append(found)
        if without_picture:  # Buffer may have dropped them
            async with self.database.transaction() as session:
                ours += await transitions.unclaimed(session, row, without_picture)
        for found in ours:
            if found.is_public:
                published = found
            else:
                log.warning("a cancelled post is in Buffer after all; %s was deleted there", found.id)
                await buffer.delete_post(found.id)
        await self._end(row, published)

    async def _end(self, row: WithdrawnDeliveryRow, published: BufferPost | None) -> None:
        this = WithdrawnDeliveryRow.delivery_key == row.delivery_key
        async with self.database.transaction() as session:
            if published is None:
                await session.execute(delete(WithdrawnDeliveryRow).where(this))
                return
            log.warning("a cancelled post was published: %s", published.id)
            told = {"published_at": published.sent_at or self.now(), "external_link": published.external_link}
            await session.execute(update(WithdrawnDeliveryRow).where(this).values(told))
