"""Bring posts up to date with Buffer: one request for all open posts of an organisation, when something is due."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.buffer import BufferError, Code
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.find_in_buffer import MAX_CLOCK_SKEW
from fluffy_tui.scheduling.edits import planned_edits
from fluffy_tui.scheduling.error_codes import PUBLISHING_FAILURES
from fluffy_tui.scheduling.model import IN_BUFFER, PostNotFound, Step
from fluffy_tui.scheduling.request_budget import RESERVE
from fluffy_tui.scheduling.tables import PlannedEditRow, PostRow, StatusSyncRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)

SYNC_SOON = "delivery:follow_soon"
MAX_SINGLE_REQUESTS = 5
"""How many posts that were missing from the answer are asked for one by one in a round."""
BETWEEN_RUNS = timedelta(seconds=60)
"""The periodic run comes every minute; only what is due earlier needs a job of its own."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StatusSync:
    """Asks Buffer about the posts that it has.

    However many workers there are, one of them asks: the right to a round is taken by compare-and-set in the database.
    No lock is held meanwhile, so a worker that dies in a round loses that round and nothing else.
    """

    database: Database
    queue: App
    buffer: BufferClient | None
    budget: RequestBudget
    timings: Timings
    now: Callable[[], datetime] = field(default=_utc_now)
    """The time by Buffer's clock."""

    async def run(self) -> datetime | None:
        """Ask about every organisation that is due; cheap if none is.

        Returns:
            When to ask again if that is before the next periodic run, or None.
        """
        if self.buffer is None:
            return None
        due = []
        edits = await self._sent_edits()
        for organization_id, posts in (await self._open_posts()).items():
            asked_at = await self._asked_at(organization_id)
            moment = next_request(posts, asked_at, self.now(), self.timings, edits)
            if moment <= self.now():
                if await self.budget.closed_for(reserve=RESERVE) is not None:
                    log.info(
                        "Buffer is not asked about posts: the remaining requests are reserved for new ones"
                    )
                    continue
                if not await self._take_round(organization_id, asked_at):
                    continue  # another worker was faster
                await self._ask(self.buffer, organization_id, posts)
                left = (await self._open_posts()).get(organization_id)
                edits = await self._sent_edits()
                moment = next_request(left, self.now(), self.now(), self.timings, edits) if left else moment
            if moment > self.now():
                due.append(moment)
        soonest = min(due, default=None)
        return soonest if soonest is not None and soonest - self.now() < BETWEEN_RUNS else None

    async def run_and_defer_next(self) -> None:
        """Ask, and defer the next run if the periodic one would be too late."""
        soonest = await self.run()
        if soonest is None:
            return
        at = datetime.now(UTC) + max(soonest - self.now(), timedelta(seconds=1))
        soon = self.queue.configure_task(SYNC_SOON, queueing_lock="follow_soon", schedule_at=at)
        try:
            await soon.defer_async()
        except AlreadyEnqueued:
            log.debug("the next status request is already deferred")

    async def _sent_edits(self) -> dict[int, datetime]:
        """Return when the outcome of each unanswered edit can be told, by post id."""
        async with self.database.transaction() as session:
            return await planned_edits.settled_at(session, self.timings)

    async def _open_posts(self) -> dict[str, list[PostRow]]:
        """Return the posts about which Buffer may have news, by organisation, oldest first."""
        without_link = and_(
            PostRow.step == Step.LIVE,
            PostRow.external_link.is_(None),
            PostRow.link_looks < self.timings.max_link_checks,
        )
        failed = and_(
            PostRow.step == Step.FAILED,
            PostRow.error_code.in_(PUBLISHING_FAILURES),
            PostRow.scheduled_at > self.now() - timedelta(seconds=self.timings.sync_failed),
        )
        edited = PostRow.id.in_(select(PlannedEditRow.post_id))
        query = (
            select(PostRow)
            .where(
                PostRow.buffer_post_id.is_not(None),
                or_(PostRow.step.in_(IN_BUFFER), without_link, failed, edited),
            )
            .order_by(PostRow.created_at)
        )
        posts: dict[str, list[PostRow]] = defaultdict(list)
        async with self.database.transaction() as session:
            for row in (await session.execute(query)).scalars():
                posts[str(row.organization_id)].append(row)
        return posts

    async def _asked_at(self, organization_id: str) -> datetime:
        """Return when Buffer was last asked; now for a new organisation, since its first post has just arrived."""
        fresh = insert(StatusSyncRow).values(organization_id=organization_id, asked_at=self.now())
        async with self.database.transaction() as session:
            await session.execute(fresh.on_conflict_do_nothing())
            return (await session.get_one(StatusSyncRow, organization_id)).asked_at

    async def _take_round(self, organization_id: str, asked_at: datetime) -> bool:
        statement = (
            update(StatusSyncRow)
            .where(StatusSyncRow.organization_id == organization_id, StatusSyncRow.asked_at == asked_at)
            .values(asked_at=self.now())
        )
        async with self.database.transaction() as session:
            taken = (await session.execute(statement.returning(StatusSyncRow.asked_at))).one_or_none()
        return taken is not None

    async def _ask(self, buffer: BufferClient, organization_id: str, posts: Sequence[PostRow]) -> None:
        async with self.database.transaction() as session:
            asked_at = await planned_edits.database_now(session)
        try:
            found = await self._list(buffer, organization_id, posts)
            for row in posts:
                if (post := found.get(str(row.buffer_post_id))) is not None:
                    await self._record(row, post, asked_at)
            missing = [row for row in posts if row.buffer_post_id not in found and row.step in IN_BUFFER]
            for row in missing[:MAX_SINGLE_REQUESTS]:
                await self._ask_for_one(buffer, row, asked_at)
        except BufferError as error:
            log.info("could not ask Buffer about posts: %s (%s)", error.code, error)

    async def _list(
        self, buffer: BufferClient, organization_id: str, posts: Sequence[PostRow]
    ) -> dict[str, BufferPost]:
        """Return Buffer's posts by id; reading stops as soon as every open one was found."""
        open_ids = {str(row.buffer_post_id) for row in posts}
        found: dict[str, BufferPost] = {}
        channels = sorted({str(row.channel_id) for row in posts})
        since = min(row.created_at for row in posts) - MAX_CLOCK_SKEW
        # Null in place of a page is not a list that a post could be missing from.
        listed = buffer.posts(organization_id, channel_ids=channels, created_after=since, null_is_empty=False)
        async for post in listed:
            if post.via != "network" and post.id in open_ids:
                found[post.id] = post
                if found.keys() == open_ids:
                    break
        return found

    async def _ask_for_one(self, buffer: BufferClient, row: PostRow, asked_at: datetime) -> None:
        """Ask for one post that was missing: a gap in a list proves nothing, Buffer's "not found" does."""
        try:
            await self._record(row, await buffer.post(str(row.buffer_post_id)), asked_at)
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise
            async with self.database.transaction() as session:
                if await transitions.record_removal(session, row):
                    log.info("post %s was deleted in Buffer", row.id)
                    await channel_queue.wake_next(session, self.queue, row.channel_id)

    async def _record(self, row: PostRow, found: BufferPost, asked_at: datetime) -> None:
        async with self.database.transaction() as session:
            try:
                row = await planned_edits.settle(session, row, found, asked_at, self.timings)
            except PostNotFound:
                return  # cancelled since Buffer was asked
            if await transitions.record_status(session, row, found):
                await self._wake_if_gone(session, row)

    async def _wake_if_gone(self, session: AsyncSession, row: PostRow) -> None:
        after = (await session.execute(select(PostRow.step).where(PostRow.id == row.id))).scalar_one()
        if row.step in IN_BUFFER and after != Step.ACCEPTED:
            log.info("post %s is %s", row.id, after)
            await channel_queue.wake_next(session, self.queue, row.channel_id)


def next_request(
    posts: Iterable[PostRow],
    asked_at: datetime,
    now: datetime,
    timings: Timings,
    edits: Mapping[int, datetime] = MappingProxyType({}),
) -> datetime:
    """Return when Buffer is to be asked next about these posts of one organisation.

    Never before one is due, but for the rare request that notices what was moved or deleted in Buffer. A post that is
    overdue is asked about at growing intervals, a fifth of its delay, since a paused queue may keep it for ever.

    Args:
        posts: the open ones.
        asked_at: when Buffer was last asked about them.
        now: the time by Buffer's clock.
        timings: the durations of delivery.
        edits: when the outcome of each unanswered edit can be told, by post id.
    """
    latest = asked_at + timedelta(seconds=timings.sync_max_interval)
    earliest = asked_at + timedelta(seconds=timings.sync_min_interval)
    moments = [
        min(_next_for(row, asked_at, now, timings), max(earliest, edits.get(row.id, latest))) for row in posts
    ]
    return min(moments, default=latest)


def _next_for(row: PostRow, asked_at: datetime, now: datetime, timings: Timings) -> datetime:
    latest = asked_at + timedelta(seconds=timings.sync_max_interval)
    since = row.posted_at if row.step == Step.LIVE else row.scheduled_at
    if since is None or row.step == Step.FAILED:
        return latest
    first = since + timedelta(seconds=timings.sync_delay)
    if first > now:
        return min(latest, max(first, asked_at + timedelta(seconds=timings.sync_min_interval)))
    delay = (now - since).total_seconds()
    pause = min(max(delay / 5, timings.sync_min_interval), timings.sync_max_interval)
    return max(first, asked_at + timedelta(seconds=pause))
