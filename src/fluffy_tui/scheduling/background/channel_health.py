"""Check with Buffer now and then whether channels work, so that a problem shows before a post runs into it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from fluffy_tui.buffer import BufferError
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from fluffy_tui.buffer import BufferClient, Channel
    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery

log = logging.getLogger(__name__)

OVERDUE = timedelta(minutes=2)
"""A post that is still in Buffer this long after its time may be held up by its channel."""


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """Keeps what is known about the health of the personas' channels up to date.

    A delivery checks its own channel. This is for the others: posts that wait in Buffer while their channel loses its
    connection, and channels that have been fixed in Buffer in the meantime.
    """

    delivery: Delivery

    async def check(self) -> None:
        """Ask about every organisation with a channel whose health is out of date; one request each."""
        buffer = self.delivery.buffer
        if buffer is None:
            return
        organizations: dict[str, dict[str, Channel]] = {}
        for channel in await self._outdated():
            organizations.setdefault(channel.organization_id, {})[channel.id] = channel
        for organization_id, before in organizations.items():
            if not await self.delivery.budget.may_ask():
                log.info("channels are not checked: the remaining requests are reserved for posts")
                return
            try:
                await self._ask(buffer, organization_id, before)
            except BufferError as error:
                log.info("could not ask Buffer about channels: %s (%s)", error.code, error)

    async def _outdated(self) -> list[Channel]:
        personas, timings = self.delivery.personas, self.delivery.timings
        chosen = {
            chosen.id: chosen.channel
            for persona in await personas.list()
            for chosen in persona.channels
            if chosen.channel is not None
        }
        waiting, overdue = await self._channels_with_posts()
        found = []
        for channel in chosen.values():
            if channel.id in overdue:
                trusted_for = timings.channel_fresh
            elif channel.problem:
                trusted_for = timings.unhealthy_channel_check
            elif channel.id in waiting:
                trusted_for = timings.healthy_channel_check
            else:
                continue
            if await personas.known_channel(channel.id, trusted_for) is None:
                found.append(channel)
        return found

    async def _channels_with_posts(self) -> tuple[set[str], set[str]]:
        """Return the channels with posts in Buffer, and those among them with posts that should be live by now."""
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
                    await channel_queue.wake_next(session, self.delivery.queue, channel.id)
