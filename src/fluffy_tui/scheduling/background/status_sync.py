"""Follow accepted posts to the end: one question for all open posts of an organisation, when something is due."""

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
from fluffy_tui.scheduling.buffer_evidence import PUBLISHING_FAILED
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.find_in_buffer import CLOCKS_DIFFER
from fluffy_tui.scheduling.edits import planned_edits
from fluffy_tui.scheduling.model import IN_BUFFER, PostNotFound, Step
from fluffy_tui.scheduling.request_budget import RESERVE
from fluffy_tui.scheduling.tables import FollowRoundRow, PlannedEditRow, PostRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Pace

log = logging.getLogger(__name__)

FOLLOW_SOON = "delivery:follow_soon"
MOST_SINGLE_LOOKS = 5
"""How many posts that were missing from the answer are asked for one by one in a round."""
BETWEEN_RUNS = timedelta(seconds=60)
"""The periodic run comes every minute; only what is wanted earlier needs a job of its own."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Follower:
    """Asks Buffer what became of the posts that it has.

    However many workers there are, one of them asks: the right to a round is taken by compare-and-set in the
    database. Nothing is held meanwhile, so a worker that dies in a round costs that round and nothing else.
    """

    database: Database
    queue: App
    buffer: BufferClient | None
    budget: RequestBudget
    pace: Pace
    now: Callable[[], datetime] = field(default=_utc_now)
    """What time it is where Buffer is."""

    async def follow(self) -> datetime | None:
        """Ask about every organisation whose time has come; cheap when nothing is due.

        Returns:
            When to look again if that is before the next periodic run, or None.
        """
        if self.buffer is None:
            return None
        wanted = []
        edits = await self._planned_edits()
        for organization_id, posts in (await self._open_posts()).items():
            asked_at = await self._asked_at(organization_id)
            moment = next_question(posts, asked_at, self.now(), self.pace, edits)
            if moment <= self.now():
                if await self.budget.closed_for(reserve=RESERVE) is not None:
                    log.info("Buffer is not asked about accepted posts: what is left is kept for new ones")
                    continue
                if not await self._take_round(organization_id, asked_at):
                    continue  # another worker was faster
                await self._ask(self.buffer, organization_id, posts)
                left = (await self._open_posts()).get(organization_id)
                edits = await self._planned_edits()
                moment = next_question(left, self.now(), self.now(), self.pace, edits) if left else moment
            if moment > self.now():
                wanted.append(moment)
        soonest = min(wanted, default=None)
        return soonest if soonest is not None and soonest - self.now() < BETWEEN_RUNS else None

    async def follow_and_come_back(self) -> None:
        """Follow, and put the next look on the queue when the periodic one would come too late."""
        soonest = await self.follow()
        if soonest is None:
            return
        at = datetime.now(UTC) + max(soonest - self.now(), timedelta(seconds=1))
        soon = self.queue.configure_task(FOLLOW_SOON, queueing_lock="follow_soon", schedule_at=at)
        try:
            await soon.defer_async()
        except AlreadyEnqueued:
            log.debug("the next look at accepted posts is on the queue already")

    async def _planned_edits(self) -> dict[int, datetime]:
        """Return when it can be told what became of edits without an answer, by post id."""
        async with self.database.transaction() as session:
            return await planned_edits.settled_at(session, self.pace)

    async def _open_posts(self) -> dict[str, list[PostRow]]:
        """Return the posts about which Buffer may have news, by organisation, oldest first."""
        linkless = and_(
            PostRow.step == Step.LIVE,
            PostRow.external_link.is_(None),
            PostRow.link_looks < self.pace.link_looks,
        )
        failed = and_(
            PostRow.step == Step.FAILED,
            PostRow.error_code.in_(PUBLISHING_FAILED),
            PostRow.scheduled_at > self.now() - timedelta(seconds=self.pace.follow_failed),
        )
        edited = PostRow.id.in_(select(PlannedEditRow.post_id))
        query = (
            select(PostRow)
            .where(
                PostRow.buffer_post_id.is_not(None),
                or_(PostRow.step.in_(IN_BUFFER), linkless, failed, edited),
            )
            .order_by(PostRow.created_at)
        )
        posts: dict[str, list[PostRow]] = defaultdict(list)
        async with self.database.transaction() as session:
            for row in (await session.execute(query)).scalars():
                posts[str(row.organization_id)].append(row)
        return posts

    async def _asked_at(self, organization_id: str) -> datetime:
        """Return when Buffer was last asked; now for an organisation that is new here, since its post just came."""
        fresh = insert(FollowRoundRow).values(organization_id=organization_id, asked_at=self.now())
        async with self.database.transaction() as session:
            await session.execute(fresh.on_conflict_do_nothing())
            return (await session.get_one(FollowRoundRow, organization_id)).asked_at

    async def _take_round(self, organization_id: str, asked_at: datetime) -> bool:
        statement = (
            update(FollowRoundRow)
            .where(FollowRoundRow.organization_id == organization_id, FollowRoundRow.asked_at == asked_at)
            .values(asked_at=self.now())
        )
        async with self.database.transaction() as session:
            taken = (await session.execute(statement.returning(FollowRoundRow.asked_at))).one_or_none()
        return taken is not None

    async def _ask(self, buffer: BufferClient, organization_id: str, posts: Sequence[PostRow]) -> None:
        async with self.database.transaction() as session:
            looked_at = await planned_edits.moment(session)
        try:
            found = await self._look(buffer, organization_id, posts)
            for row in posts:
                if (there := found.get(str(row.buffer_post_id))) is not None:
                    await self._observe(row, there, looked_at)
            missing = [row for row in posts if row.buffer_post_id not in found and row.step in IN_BUFFER]
            for row in missing[:MOST_SINGLE_LOOKS]:
                await self._look_alone(buffer, row, looked_at)
        except BufferError as error:
            log.info("Buffer could not be asked about accepted posts: %s (%s)", error.code, error)

    async def _look(
        self, buffer: BufferClient, organization_id: str, posts: Sequence[PostRow]
    ) -> dict[str, BufferPost]:
        """Return Buffer's posts by id; reading stops as soon as every open one was seen."""
        unseen = {str(row.buffer_post_id) for row in posts}
        found: dict[str, BufferPost] = {}
        channels = sorted({str(row.channel_id) for row in posts})
        since = min(row.created_at for row in posts) - CLOCKS_DIFFER
        # Null in place of a page is no list that a post could be missing from.
        listed = buffer.posts(organization_id, channel_ids=channels, created_after=since, null_is_empty=False)
        async for there in listed:
            if there.via != "network" and there.id in unseen:
                found[there.id] = there
                unseen.discard(there.id)
                if not unseen:
                    break
        return found

    async def _look_alone(self, buffer: BufferClient, row: PostRow, looked_at: datetime) -> None:
        """Ask for one post that was missing: a gap in a list proves nothing, Buffer's "not found" does."""
        try:
            await self._observe(row, await buffer.post(str(row.buffer_post_id)), looked_at)
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise
            async with self.database.transaction() as session:
                if await transitions.removed(session, row):
                    log.info("post %s was removed in Buffer", row.id)
                    await channel_queue.room_in(session, self.queue, row.channel_id)

    async def _observe(self, row: PostRow, there: BufferPost, looked_at: datetime) -> None:
        async with self.database.transaction() as session:
            try:
                row = await planned_edits.settle(session, row, there, looked_at, self.pace)
            except PostNotFound:
                return  # taken back since Buffer was asked
            if not await transitions.observe(session, row, there):
                return
            await self._room_if_gone(session, row)

    async def _room_if_gone(self, session: AsyncSession, row: PostRow) -> None:
        after = (await session.execute(select(PostRow.step).where(PostRow.id == row.id))).scalar_one()
        if row.step in IN_BUFFER and after != Step.ACCEPTED:
            log.info("post %s is %s", row.id, after)
            await channel_queue.room_in(session, self.queue, row.channel_id)


def next_question(
    posts: Iterable[PostRow],
    asked_at: datetime,
    now: datetime,
    pace: Pace,
    edits: Mapping[int, datetime] = MappingProxyType({}),
) -> datetime:
    """Return when Buffer is to be asked next about these posts of one organisation.

    Never before one is due, but for the seldom look that notices what was moved or removed over there. A post that
    is overdue is asked for at growing intervals, a fifth of the time that it is late, since a paused queue may
    keep it for ever.

    Args:
        posts: open ones.
        asked_at: when Buffer was last asked about them.
        now: where Buffer is.
        pace: the durations of delivery.
        edits: when it can be told what became of an edit without an answer, by post id.
    """
    seldom = asked_at + timedelta(seconds=pace.follow_seldom)
    often = asked_at + timedelta(seconds=pace.follow_often)
    questions = [
        min(_wanted(row, asked_at, now, pace), max(often, edits.get(row.id, seldom))) for row in posts
    ]
    return min(questions, default=seldom)


def _wanted(row: PostRow, asked_at: datetime, now: datetime, pace: Pace) -> datetime:
    seldom = asked_at + timedelta(seconds=pace.follow_seldom)
    since = row.posted_at if row.step == Step.LIVE else row.scheduled_at
    if since is None or row.step == Step.FAILED:
        return seldom
    first = since + timedelta(seconds=pace.follow_after)
    if first > now:
        return min(seldom, max(first, asked_at + timedelta(seconds=pace.follow_often)))
    late = (now - since).total_seconds()
    pause = min(max(late / 5, pace.follow_often), pace.follow_seldom)
    return max(first, asked_at + timedelta(seconds=pause))
