"""Deliver what is due: choose and claim the next post of a channel, run an attempt, hold or fail it otherwise."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from procrastinate.exceptions import ConnectorException
from sqlalchemy import func, select
from sqlalchemy.exc import InterfaceError, OperationalError

from fluffy_tui.buffer import BufferError, Code, NextStep
from fluffy_tui.core.database import database_now
from fluffy_tui.core.errors import DatabaseTooNew, DatabaseUnavailable
from fluffy_tui.core.event_stream import BUFFER_CHANNEL
from fluffy_tui.media import MediaHostError
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.delivery_attempt import DeliveryAttempt
from fluffy_tui.scheduling.delivery.delivery_failure import (
    ClaimLost,
    DeliveryFailure,
    StepTimeout,
    failure_of,
    internal_error,
)
from fluffy_tui.scheduling.delivery.delivery_jobs import defer_delivery, defer_upload, defer_waking
from fluffy_tui.scheduling.delivery.picture_step import PictureStep
from fluffy_tui.scheduling.delivery.picture_upload import PictureUpload
from fluffy_tui.scheduling.error_codes import ACCOUNT_WIDE, BUFFER_UNREACHABLE, PostError
from fluffy_tui.scheduling.model import ON_THE_WAY, Step
from fluffy_tui.scheduling.tables import PostRow
from fluffy_tui.scheduling.timings import FOREVER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.core.database import Database
    from fluffy_tui.media import MediaHost
    from fluffy_tui.personas import Personas
    from fluffy_tui.photos import Photos
    from fluffy_tui.scheduling.delivery.buffer_comparison import BufferComparison
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that one worker needs to bring posts into Buffer."""

    database: Database
    queue: App
    personas: Personas
    photos: Photos
    timings: Timings
    buffer: BufferClient | None
    """None while no key is configured."""
    host: MediaHost | None
    """None while no media host is configured."""
    budget: RequestBudget
    comparison: BufferComparison
    while_making: Callable[[], AbstractContextManager[None]]
    """Is entered while pictures are made."""

    @property
    def pictures(self) -> PictureUpload:
        """What makes and uploads the pictures."""
        return PictureUpload(self.photos, self.host, self.timings, self.while_making)

    async def wake(self, post_id: int) -> None:
        """Defer the delivery of a post whose pause is over, under its channel's lock.

        If another post tries on its behalf, it is held like that one instead.
        """
        async with self.database.transaction() as session:
            mine = (PostRow.id == post_id, PostRow.step.in_(ON_THE_WAY))
            post = await session.scalar(select(PostRow).where(*mine))
            if post is None or (
                post.claim is None and await channel_queue.wait_behind(session, post_id, self.timings)
            ):
                return
            await defer_delivery(session, self.queue, post)

    async def retry_after_settings_change(self) -> None:
        """Retry posts that waited for other settings or a network, now that a worker has started."""
        async with self.database.transaction() as session:
            await channel_queue.wake_for_new_settings(session, self.queue)

    async def check_reachability(self) -> None:
        """Tell open apps whether Buffer can be reached; if so, retry posts that waited only for that.

        No request of the budget is spent.
        """
        if self.buffer is None:
            return
        is_reachable = await self.buffer.is_reachable()
        unreachable = (PostRow.step == Step.HELD, PostRow.error_code.in_(BUFFER_UNREACHABLE))
        async with self.database.transaction() as session:
            payload = json.dumps({"is_reachable": is_reachable})
            await session.execute(select(func.pg_notify(BUFFER_CHANNEL, payload)))
            code = await session.scalar(select(PostRow.error_code).where(*unreachable).limit(1))
            if is_reachable and code is not None:
                await channel_queue.wake_for_retry(session, self.queue, code, None)

    async def deliver(self, post_id: int) -> None:
        """Take a post as far as possible now: it ends in Buffer, failed, or paused with the time of its next attempt.

        Due posts ahead of it in the queue of its channel go first, even those whose pause ends in the meantime:
        otherwise they would wait for all the others.

        Doing this twice, or in two workers at once, does no harm: each step is a compare-and-set under this attempt's
        own claim, and nothing is sent before Buffer was searched.
        """
        skipped: set[int] = set()
        while (turn := await self._next_due(post_id, skipped)) is not None:
            if not await self._deliver_one(turn) or turn == post_id:
                skipped.add(turn)

    async def _next_due(self, post_id: int, skipped: set[int]) -> int | None:
        async with self.database.transaction() as session:
            return await channel_queue.next_due(session, post_id, skipped)

    async def _deliver_one(self, post_id: int) -> bool:
        """Take one post as far as possible; False if there was nothing to do."""
        async with self.database.transaction() as session:
            if await channel_queue.wait_behind(session, post_id, self.timings):
                return False
            post = await transitions.claim(session, post_id)
        if post is not None:
            await self._run(post, self._attempt)
        return post is not None

    async def upload_picture(self, post_id: int) -> None:
        """Make and upload the picture of a post that waits for this machine; then any worker with a key can send it.

        Nothing is sent to Buffer here, so this needs neither a key nor the lock of the channel.
        """
        async with self.database.transaction() as session:
            post = await transitions.claim_picture(session, post_id, self.photos.machine.id)
        if post is not None:
            await self._run(post, self._upload_claimed)

    async def _upload_claimed(self, post: PostRow) -> None:
        channel = await self.personas.known_channel(str(post.channel_id), FOREVER)
        if channel is None:
            raise DeliveryFailure.final(PostError.CHANNEL_UNKNOWN, "The post's channel no longer exists.")
        if not post.is_uploaded:
            await PictureStep(post, self.database, self.pictures).run(str(channel.service))
        async with self.database.transaction() as session:
            if not await transitions.picture_uploaded(session, post):
                raise ClaimLost
            await defer_delivery(session, self.queue, post)

    async def _run(self, post: PostRow, attempt: Callable[[PostRow], Awaitable[None]]) -> None:
        """Attempt something for a claimed post, and record why it could not be done."""
        try:
            await attempt(post)
        except ClaimLost:
            log.info("post %s was taken over, changed or cancelled", post.id)
        except (BufferError, MediaHostError, StepTimeout, DeliveryFailure) as error:
            await self._pause_or_fail(post, failure_of(error, post, self.timings))
        except (DatabaseUnavailable, DatabaseTooNew, OperationalError, InterfaceError, ConnectorException):
            raise  # nothing can be recorded now; recovery finds the post
        except Exception as error:
            # The boundary of one post: a bug that hits one must not hold up all those behind it.
            log.exception("post %s: internal error", post.id)
            await self._pause_or_fail(post, internal_error(error, post, self.timings))

    async def _attempt(self, post: PostRow) -> None:
        if self.buffer is None:
            raise BufferError(Code.KEY_MISSING, NextStep.HOLD)
        if (closed := await self.budget.closed_for()) is not None:
            window, seconds = closed
            raise BufferError(Code.RATE_LIMITED, NextStep.HOLD, retry_after=seconds, window=window.length)
        await DeliveryAttempt(
            post,
            self.buffer,
            self.database,
            self.queue,
            self.personas,
            self.pictures,
            self.comparison,
            self.timings,
        ).run()

    async def _pause_or_fail(self, post: PostRow, failure: DeliveryFailure) -> None:
        log.info("post %s: %s (%s)", post.id, failure.code, failure.step)
        async with self.database.transaction() as session:
            if failure.step is Step.FAILED:
                if await transitions.fail(session, post, failure.code, failure.message):
                    await channel_queue.channel_unblocked(session, self.queue, post)
                return
            now = await database_now(session)
            until = now + timedelta(seconds=failure.pause)
            if failure.code == Code.QUEUE_FULL:
                until = await self._when_there_is_room(session, post, now, until)
            await self._pause(session, post, failure, until)

    async def _pause(
        self, session: AsyncSession, post: PostRow, failure: DeliveryFailure, until: datetime
    ) -> None:
        code, message = failure.code, failure.message
        paused = await transitions.pause(
            session, post, failure.step, code, message, until, waits_for_machines=failure.machine_ids
        )
        if not paused:
            return
        for machine_id in failure.machine_ids:
            await defer_upload(session, self.queue, post.id, machine_id)
        if not failure.machine_ids:
            await defer_waking(session, self.queue, post.id, until)
        await channel_queue.hold_others(session, self.queue, post, code, message, until, self.timings)
        if post.error_code in ACCOUNT_WIDE and code not in ACCOUNT_WIDE:
            await channel_queue.channel_unblocked(session, self.queue, post)

    async def _when_there_is_room(
        self, session: AsyncSession, post: PostRow, now: datetime, earliest: datetime
    ) -> datetime:
        """Return when a post of ours will have left Buffer's full queue.

        Each attempt costs three of 250 requests a day. Whoever notices earlier that a post has left, or cancels one,
        wakes this one.
        """
        leaves = await channel_queue.room_expected(session, post.channel_id)
        if leaves is None or leaves <= now:
            return earliest
        return min(
            now + timedelta(seconds=self.timings.blocked_max), max(earliest, leaves + timedelta(minutes=1))
        )
