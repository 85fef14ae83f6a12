"""Send a post on its way again, without leaving its first try behind in Buffer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from fluffy_tui.buffer import BufferError, BufferStatus, Code
from fluffy_tui.core.job_queue import defer
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.deferral import VERIFY_MEDIA, defer_delivery
from fluffy_tui.scheduling.edits.cancellation import needed
from fluffy_tui.scheduling.model import Missing, NotPossibleNow, Post, Step
from fluffy_tui.scheduling.rows import post_of
from fluffy_tui.scheduling.submit.submission_check import channel_refusal, time_refusal
from fluffy_tui.scheduling.tables import HostedPictureRow, PostRow

if TYPE_CHECKING:
    from procrastinate import App

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Personas


@dataclass(frozen=True, slots=True)
class Resending:
    """Sends posts again."""

    database: Database
    queue: App
    personas: Personas
    buffer: BufferClient | None
    missing: tuple[Missing, ...]

    async def retry(self, existing: Post, *, anew: bool = False) -> Post:
        """Send a failed, held or kept post again; see `Scheduling.retry`.

        Args:
            existing: the post as it was read.
            anew: whether its picture is to be rendered and hosted anew.
        """
        if self.missing:
            raise NotPossibleNow("It cannot be sent yet.", " ".join(map(str, self.missing)))
        persona = await self.personas.by_id(existing.persona_id)
        channel = persona.channel
        lacking = channel_refusal(persona)
        if lacking is not None and (channel is None) == (existing.channel_id is None):
            raise NotPossibleNow(lacking.reason)
        is_past = time_refusal(existing.share_mode, existing.requested_at_time) is not None
        if is_past and existing.step in (None, Step.FAILED):
            raise NotPossibleNow("The time of this post is past.", "Choose a later one first.")
        await self._leave_nothing_behind(existing.id)
        async with self.database.transaction() as session:
            row = await session.get_one(PostRow, existing.id)
            if existing.channel_id is None and channel is not None:
                row.channel_id, row.organization_id = channel.id, channel.organization_id
            if channel is not None and row.channel_id == channel.id and row.buffer_post_id is None:
                row.pinterest_board_id = persona.pinterest_board_id
            await session.flush()
            resubmitted = await transitions.resubmit(session, existing.id)
            if resubmitted is None:
                raise NotPossibleNow(f"This post is {existing.step}, so there is nothing to retry.")
            if anew:
                resubmitted.media_url = None
            await defer_delivery(session, self.queue, resubmitted)
            await channel_queue.ask_again(session, self.queue, existing.error_code, existing.channel_id)
            await session.refresh(resubmitted)
            return post_of(resubmitted)

    async def rehost(self, existing: Post) -> Post:
        """Render and host the picture anew; see `Scheduling.rehost`."""
        if existing.step != Step.ACCEPTED:
            return await self.retry(existing, anew=True)
        async with self.database.transaction() as session:
            row = await session.get_one(PostRow, existing.id)
            await session.execute(
                update(HostedPictureRow)
                .where(HostedPictureRow.delivery_key == row.delivery_key)
                .values(verified_at=None)
            )
            now = {"timestamp": int(time.time())}
            await defer(session, self.queue, VERIFY_MEDIA, arguments=now, lock="verify_media")
        return existing

    async def _leave_nothing_behind(self, post_id: int) -> None:
        """See to it that a failed post is not in Buffer any more, where it could go out beside its second try."""
        async with self.database.transaction() as session:
            row = await session.get(PostRow, post_id)
        if row is None or row.step != Step.FAILED or row.buffer_post_id is None:
            return
        buffer = needed(self.buffer)
        try:
            there = await buffer.post(row.buffer_post_id)
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise
            return
        if there.status == BufferStatus.ERROR or row.error_code == Code.IMAGE_DROPPED:
            await buffer.delete_post(row.buffer_post_id)
            return
        async with self.database.transaction() as session:
            await transitions.observe(session, row, there)
        raise NotPossibleNow(
            "Buffer is sending this post again by itself, so a second one was not made.",
            "Somebody started it over there.",
        )
