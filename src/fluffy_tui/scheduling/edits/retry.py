"""Retry a post without leaving its first try behind in Buffer, or upload its picture again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from fluffy_tui.buffer import BufferStatus, Code
from fluffy_tui.core.job_queue import defer
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.delivery_jobs import VERIFY_MEDIA, defer_delivery
from fluffy_tui.scheduling.edits.cancellation import existing_row, required
from fluffy_tui.scheduling.model import Missing, NotPossibleNow, Post, Step
from fluffy_tui.scheduling.photo_usage import taking_photos, without_their_photos
from fluffy_tui.scheduling.submit.submission_check import buffer_now, channel_refusal, time_refusal
from fluffy_tui.scheduling.tables import HostedPictureRow, PostRow

if TYPE_CHECKING:
    from procrastinate import App

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Personas
    from fluffy_tui.scheduling.request_budget import RequestBudget


@dataclass(frozen=True, slots=True)
class Retry:
    """Queues posts again."""

    database: Database
    queue: App
    personas: Personas
    buffer: BufferClient | None
    missing: tuple[Missing, ...]
    """What delivery lacks; while it lacks something, nothing can be retried."""
    budget: RequestBudget

    async def retry(self, existing: Post, *, upload_again: bool = False) -> Post:
        """Queue a failed or held post or a draft, and upload its picture again or not; see `Scheduling.retry`."""
        if self.missing:
            raise NotPossibleNow("The post cannot be sent yet.", " ".join(map(str, self.missing)))
        persona = await self.personas.by_id(existing.persona_id)
        chosen = (
            persona.main_channel
            if existing.channel_id is None
            else next((chosen for chosen in persona.channels if chosen.id == existing.channel_id), None)
        )
        is_checked = existing.channel_id is None or chosen is not None  # else it is no longer the persona's
        if is_checked and (refusal := channel_refusal(persona, chosen)) is not None:
            raise NotPossibleNow(refusal.reason)
        now = buffer_now(self.buffer)
        is_past = time_refusal(existing.share_mode, existing.requested_at_time, now) is not None
        if is_past and existing.step in (None, Step.FAILED):
            raise NotPossibleNow("The time of this post is past.", "Choose a new time first.")
        await self.budget.forget_exhausted()  # what the user asks for is always tried
        await self._delete_first_try(existing.id)
        async with self.database.transaction() as session:
            await session.execute(taking_photos(existing.persona_id))
            # As far as it will be locked: to lock it further later could be a deadlock.
            row = await existing_row(session, existing.id, with_for_update=True)
            if await without_their_photos(session, [row.to_post()]):
                raise NotPossibleNow(
                    "A photo of this post has another post now: it was free, since this one had failed.",
                    "Cancel one of them.",
                )
            if chosen is not None and chosen.channel is not None and row.buffer_post_id is None:
                row.channel_id, row.organization_id = chosen.id, chosen.channel.organization_id
                row.pinterest_board_id = chosen.board_id
            await session.flush()
            queued = await transitions.requeue(session, existing.id)
            if queued is None:
                raise NotPossibleNow(f"This post is {existing.state}, so there is nothing to retry.")
            if upload_again:
                queued.photos = transitions.without_pictures(queued.photos)
            await defer_delivery(session, self.queue, queued)
            await channel_queue.wake_for_retry(session, self.queue, existing.error_code, existing.channel_id)
            await session.refresh(queued)
            return queued.to_post()

    async def upload_again(self, existing: Post) -> Post:
        """Render and upload the picture again; see `Scheduling.upload_again`."""
        if existing.step != Step.ACCEPTED:
            return await self.retry(existing, upload_again=True)
        async with self.database.transaction() as session:
            row = await existing_row(session, existing.id)
            await session.execute(
                update(HostedPictureRow)
                .where(HostedPictureRow.delivery_key == row.delivery_key)
                .values(verified_at=None)
            )
            now = {"timestamp": int(time.time())}
            await defer(session, self.queue, VERIFY_MEDIA, arguments=now, lock="verify_media")
        return existing

    async def _delete_first_try(self, post_id: int) -> None:
        """Make sure that a failed post is not in Buffer any more, where it could be published as well."""
        async with self.database.transaction() as session:
            row = await session.get(PostRow, post_id)
        if row is None or row.step != Step.FAILED or row.buffer_post_id is None:
            return
        buffer = required(self.buffer)
        found = await buffer.post(row.buffer_post_id)
        if found is None:
            return
        is_incomplete = row.error_code == Code.IMAGE_DROPPED and not found.is_public
        if found.status == BufferStatus.ERROR or is_incomplete:
            await buffer.delete_post(row.buffer_post_id)
            return
        async with self.database.transaction() as session:
            await transitions.record_status(session, row, found)
        if row.error_code == Code.IMAGE_DROPPED:
            raise NotPossibleNow(
                "Buffer has published this post without all of its pictures, so nothing was sent.",
                "Delete it on the network if it is not to stay like that.",
            )
        raise NotPossibleNow(
            "Buffer is already publishing this post again, so nothing was sent.",
            "It was retried in Buffer itself.",
        )
