"""Whether channels are well, asked of Buffer now and then, so that a trouble is told before a post meets it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from fluffy_tui.buffer import BufferError
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.request_budget import RESERVE
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from fluffy_tui.buffer import BufferClient, Channel
    from fluffy_tui.scheduling.delivery.delivery_steps import Delivery

log = logging.getLogger(__name__)

OVERDUE = timedelta(minutes=2)
"""A post that Buffer still has so long after its time may be held back by its channel."""


@dataclass(frozen=True, slots=True)
class ChannelWatch:
    """Looks after the health of the channels that personas speak through.

    A delivery asks about its own channel. This is for all the others: posts that wait in Buffer while their channel
    loses its connection, and channels that somebody has mended over there meanwhile.
    """

    delivery: Delivery

    async def look(self) -> None:
        """Ask about every organisation of which something is not known well enough; one request each."""
        buffer = self.delivery.buffer
        if buffer is None:
            return
        organizations: dict[str, dict[str, Channel]] = {}
        for channel in await self._to_look_at():
            organizations.setdefault(channel.organization_id, {})[channel.id] = channel
        for organization_id, before in organizations.items():
            if await self.delivery.budget.closed_for(reserve=RESERVE) is not None:
                log.info("channels are not asked about: what is left of the requests is kept for posts")
                return
            try:
                await self._ask(buffer, organization_id, before)
            except BufferError as error:
                log.info("Buffer could not be asked about channels: %s (%s)", error.code, error)

    async def _to_look_at(self) -> list[Channel]:
        personas, pace = self.delivery.personas, self.delivery.pace
        chosen = {
            persona.channel.id: persona.channel
            for persona in await personas.list()
            if persona.channel is not None
        }
        waiting, overdue = await self._channels_with_posts()
        found = []
        for channel in chosen.values():
            if channel.id in overdue:
                believed = pace.channel_known
            elif channel.problem:
                believed = pace.channel_in_trouble
            elif channel.id in waiting:
                believed = pace.channel_with_posts
            else:
                continue
            if await personas.known_channel(channel.id, believed) is None:
                found.append(channel)
        return found

    async def _channels_with_posts(self) -> tuple[set[str], set[str]]:
        """Return the channels of posts that wait in Buffer, and of those among them that should be out by now."""
        query = (
            select(PostRow.channel_id, func.min(PostRow.scheduled_at) < func.now() - OVERDUE)
            .where(PostRow.step == Step.ACCEPTED, PostRow.channel_id.is_not(None))
            .group_by(PostRow.channel_id)
        )
        async with self.delivery.database.transaction() as session:
            rows = (await session.execute(query)).all()
        return {str(channel) for channel, _ in rows}, {str(channel) for channel, late in rows if late}

    async def _ask(self, buffer: BufferClient, organization_id: str, before: dict[str, Channel]) -> None:
        for channel in await buffer.channels(organization_id):
            known = before.get(channel.id)
            if known is None:
                continue
            await self.delivery.personas.remember_channel(channel)
            if channel.problem and not known.problem:
                log.warning("%s", channel.problem)
            if known.problem and not channel.problem:
                async with self.delivery.database.transaction() as session:
                    await channel_queue.room_in(session, self.delivery.queue, channel.id)
