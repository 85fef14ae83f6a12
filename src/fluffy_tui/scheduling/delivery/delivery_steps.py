"""Bring one post into Buffer: claim, render, host, look, create, record. At any instruction it may be killed."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from procrastinate.exceptions import ConnectorException
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from fluffy_tui.buffer import BufferError, Code, NewPost, NextStep, ShareMode
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.media import MediaHostError, media_key
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.deferral import defer_delivery, defer_waking
from fluffy_tui.scheduling.delivery.delivery_failure import ClaimLost, DeliveryFailure, own_fault, trouble_of
from fluffy_tui.scheduling.delivery.find_in_buffer import BufferMatch, look
from fluffy_tui.scheduling.delivery.pinterest_board import board_of
from fluffy_tui.scheduling.delivery.post_picture import facts_of, rendition_of
from fluffy_tui.scheduling.model import ON_THE_WAY, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, BufferPost, Channel
    from fluffy_tui.core.database import Database
    from fluffy_tui.media import MediaHost
    from fluffy_tui.personas import Personas
    from fluffy_tui.photos import Photos
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Pace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that one worker needs to bring posts into Buffer."""

    database: Database
    queue: App
    personas: Personas
    photos: Photos
    pace: Pace
    buffer: BufferClient | None
    """None while no key is set."""
    host: MediaHost | None
    """None while no media host is set."""
    budget: RequestBudget

    async def wake(self, post_id: int) -> None:
        """Put a post whose pause is over back on the queue, under its channel's lock.

        If another one tries for it, it is held as that one is instead.
        """
        async with self.database.transaction() as session:
            mine = (PostRow.id == post_id, PostRow.step.in_(ON_THE_WAY))
            post = (await session.execute(select(PostRow).where(*mine))).scalar_one_or_none()
            if post is None or (
                post.claim is None and await channel_queue.stand_behind(session, post_id, self.pace)
            ):
                return
            await defer_delivery(session, self.queue, post)

    async def retry_after_settings_change(self) -> None:
        """Try again what waited for other settings, now that a worker starts with those of today."""
        async with self.database.transaction() as session:
            await channel_queue.settings_changed(session, self.queue)

    async def deliver(self, post_id: int) -> None:
        """Take a post as far as it will go now. It ends accepted, failed, or resting with the time of its next try.

        Those that wait before it in the line of its channel, and are due, go first; so does one of them whose pause
        ends meanwhile, which would else wait for a whole line of others.

        Doing it twice, or in two workers at once, does no harm: each step is moved by compare-and-set under this
        attempt's own token, and nothing is sent before Buffer was looked at.
        """
        passed: set[int] = set()
        while (turn := await self._next_turn(post_id, passed)) is not None:
            if not await self._deliver_one(turn) or turn == post_id:
                passed.add(turn)

    async def _next_turn(self, post_id: int, passed: set[int]) -> int | None:
        async with self.database.transaction() as session:
            return await channel_queue.next_turn(session, post_id, passed)

    async def _deliver_one(self, post_id: int) -> bool:
        """Take one post as far as it goes; False when there was nothing to do."""
        async with self.database.transaction() as session:
            if await channel_queue.stand_behind(session, post_id, self.pace):
                return False
            post = await transitions.claim(session, post_id)
        if post is None:
            return False
        try:
            await self._attempt(post)
        except ClaimLost:
            log.info("post %s was taken over or let go", post_id)
        except (BufferError, MediaHostError, DeliveryFailure) as error:
            await self._rest_or_fail(post, trouble_of(error, post, self.pace))
        except (DatabaseUnavailable, SQLAlchemyError, ConnectorException):
            raise  # nothing can be written down now; the sweep finds the post
        except Exception as error:
            # The boundary of one post: a fault of our own in one must not hold up all those behind it.
            log.exception("post %s met a fault of the program", post_id)
            await self._rest_or_fail(post, own_fault(error, post, self.pace))
        return True

    async def _attempt(self, post: PostRow) -> None:
        if self.buffer is None:
            raise BufferError(Code.KEY_MISSING, NextStep.HOLD)
        buffer = self.buffer
        if (closed := await self.budget.closed_for()) is not None:
            window, seconds = closed
            raise BufferError(Code.RATE_LIMITED, NextStep.HOLD, retry_after=seconds, window=window.length)
        if post.step == Step.UNCONFIRMED and not await self._settled(post, buffer):
            return
        channel = await self._healthy_channel(post, buffer)
        if await self._recorded(post, await self._look_with_picture(post, buffer, str(channel.service))):
            return
        await self._create(post, buffer, channel)

    async def _settled(self, post: PostRow, buffer: BufferClient) -> bool:
        """Find out what became of a create without an answer; True when it is certain that there is none.

        Not finding it proves nothing before the create had time to arrive, so until then the post stays unconfirmed.
        """
        if await self._recorded(post, await look(buffer, post)):
            return False
        async with self.database.transaction() as session:
            unsettled = await transitions.unsettled_for(session, post, self.pace.settle)
        if unsettled > 0:
            code, message = post.error_code, post.error_message
            if (
                code is None or message is None or code in channel_queue.ACCOUNT_WIDE
            ):  # which is over: Buffer has answered
                code = Code.NO_ANSWER
                message = "No answer came from Buffer, which is looked at before sending again."
            raise DeliveryFailure(Step.UNCONFIRMED, code, message, unsettled)
        if post.error_code == Code.DUPLICATE_TEXT:
            raise DeliveryFailure.final(
                Code.DUPLICATE_TEXT, post.error_message or "Buffer says that it has this text."
            )
        await self._move(post, Step.RENDERING, create_sent_at=None)
        return True

    async def _healthy_channel(self, post: PostRow, buffer: BufferClient) -> Channel:
        """Return the channel, asking Buffer anew when what is known of it is old."""
        known = await self.personas.known_channel(str(post.channel_id), self.pace.channel_known)
        channel = known
        if channel is None or channel.trouble:
            channel = await buffer.channel(str(post.channel_id))
            await self.personas.remember_channel(channel)
        if channel.trouble:
            raise DeliveryFailure.waiting(channel_queue.CHANNEL_UNHEALTHY, channel.trouble, post, self.pace)
        if post.share_mode == ShareMode.ADD_TO_QUEUE and not channel.has_slots:
            raise DeliveryFailure.waiting(
                channel_queue.NO_SLOTS,
                f"{channel.name} has no posting times in Buffer, so its queue never transitions. Add some there.",
                post,
                self.pace,
            )
        return channel

    async def _look_with_picture(self, post: PostRow, buffer: BufferClient, service: str) -> BufferMatch:
        """Look in Buffer with the picture hosted; at the first attempt it is made while Buffer answers.

        Any later one has met trouble, and spends none of the day's requests before the picture is there.
        """
        if post.media_url is not None:
            return await look(buffer, post)
        if post.attempts > 1:
            await self._host_picture(post, service)
            return await look(buffer, post)
        looking = asyncio.create_task(look(buffer, post), name=f"look-{post.id}")
        try:
            await self._host_picture(post, service)
            return await looking
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _host_picture(self, post: PostRow, service: str) -> None:
        if self.host is None:
            raise MediaHostError(
                "No media host is set, so Buffer has no place to fetch the picture from.",
                "Set FLUFFY_MEDIA_HOST.",
                temporary=False,
            )
        rendition = await rendition_of(self.photos, post.photo_id, post.framing, service)
        await self._move(post, Step.HOSTING)
        url = await self.host.put(media_key(post.delivery_key), rendition.data)
        await self.host.verify(url, rendition.data)
        await self._move(post, Step.HOSTING, media_url=url, rendition=facts_of(rendition))
        post.media_url = url

    async def _recorded(self, post: PostRow, sighting: BufferMatch) -> bool:
        """Whether the post is in Buffer, which is then recorded."""
        if sighting.post is not None:
            await self._record(post, sighting.post)
            return True
        if sighting.without_picture is not None:
            raise DeliveryFailure.final(
                Code.IMAGE_DROPPED,
                "Buffer holds a post with these words but without the picture. Delete it there, then try again.",
            )
        return False

    async def _create(self, post: PostRow, buffer: BufferClient, channel: Channel) -> None:
        """Send the one create. That it may have left is on record before its first byte does."""
        new = NewPost(
            channel_id=channel.id,
            service=channel.service,
            text=post.caption,
            image_url=str(post.media_url),
            alt_text=post.alt_text,
            share_mode=ShareMode(post.share_mode),
            due_at=post.requested_at_time if post.share_mode == ShareMode.CUSTOM_SCHEDULED else None,
            pinterest_board_id=board_of(post, channel),
        )
        if new.due_at is not None and new.due_at <= datetime.now(UTC):
            raise DeliveryFailure.final(
                "time_past",
                f"Its time, {new.due_at.astimezone():%Y-%m-%d %H:%M}, passed while it waited, so nothing was sent.",
            )
        before = time.time()  # the wall clock, because it goes on while the computer sleeps
        await self._move(post, Step.SENDING, create_sent_at=func.now())
        if not 0 <= time.time() - before <= self.pace.departure:
            # Whoever takes over after `settle` counts on it that no create leaves later than `departure`.
            raise DeliveryFailure.held(
                "slept", "This computer was asleep just before sending.", self.pace.first_look
            )
        try:
            created = await buffer.create_post(new)
        except BufferError as error:
            if error.code is Code.IMAGE_DROPPED and error.post is not None:
                await self._take_back(post, buffer, error.post)
            raise
        await self._record(post, created)

    async def _take_back(self, post: PostRow, buffer: BufferClient, bare: BufferPost) -> None:
        """Delete the post that Buffer made without its picture, before another one may be sent."""
        log.warning("Buffer dropped the picture of post %s; deleting %s there", post.id, bare.id)
        try:
            await buffer.delete_post(bare.id)
        except BufferError as error:
            async with self.database.transaction() as session:
                message = (
                    "Buffer took the post but left its picture out, and it could not be deleted there "
                    f"({error.message}) Delete it in Buffer, then try again."
                )
                await transitions.fail(session, post, Code.IMAGE_DROPPED, message, buffer_post_id=bare.id)
            raise ClaimLost from error
        raise DeliveryFailure.passing(
            Code.IMAGE_DROPPED, "Buffer took the post but left its picture out.", post, self.pace
        )

    async def _record(self, post: PostRow, found: BufferPost) -> None:
        async with self.database.transaction() as session:
            recorded = await transitions.record_creation(session, post.id, found)
            if recorded:
                await channel_queue.accepted(session, self.queue, post)
        log.info("post %s is %s in Buffer%s", post.id, found.id, "" if recorded else " (known before)")

    async def _move(self, post: PostRow, step: Step, **values: object) -> None:
        async with self.database.transaction() as session:
            if not await transitions.move(session, post, step, **values):
                raise ClaimLost
        post.step = step

    async def _rest_or_fail(self, post: PostRow, trouble: DeliveryFailure) -> None:
        log.info("post %s: %s (%s)", post.id, trouble.code, trouble.step)
        if trouble.step is Step.FAILED:
            async with self.database.transaction() as session:
                if await transitions.fail(session, post, trouble.code, trouble.message):
                    await channel_queue.channel_unblocked(session, self.queue, post)
            return
        until = datetime.now(UTC) + timedelta(seconds=trouble.pause)
        async with self.database.transaction() as session:
            if trouble.code == Code.QUEUE_FULL:
                until = await self._when_there_is_room(session, post, until)
            await self._rest(session, post, trouble, until)

    async def _rest(
        self, session: AsyncSession, post: PostRow, trouble: DeliveryFailure, until: datetime
    ) -> None:
        code, message = trouble.code, trouble.message
        if not await transitions.wait(session, post, trouble.step, code, message, until):
            return
        await defer_waking(session, self.queue, post.id, until)
        await channel_queue.hold_behind(session, self.queue, post, code, message, until, self.pace)
        if post.error_code in channel_queue.ACCOUNT_WIDE and code not in channel_queue.ACCOUNT_WIDE:
            await channel_queue.channel_unblocked(session, self.queue, post)

    async def _when_there_is_room(self, session: AsyncSession, post: PostRow, soonest: datetime) -> datetime:
        """Put off asking for room until a post of ours leaves the queue: each try costs three requests of 250 a day.

        The moment at which one goes out is known before; whoever sees it go, or takes one back, wakes this one earlier.
        """
        now = datetime.now(UTC)
        leaves = await channel_queue.room_expected(session, post.channel_id)
        if leaves is None or leaves <= now:
            return soonest
        return min(now + timedelta(seconds=self.pace.fullest), max(soonest, leaves + timedelta(minutes=1)))
