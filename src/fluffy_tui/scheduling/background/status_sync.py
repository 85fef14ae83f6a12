"""Bring posts up to date with Buffer: one request for all open posts of an organisation, when something is due."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import ColumnElement, and_, any_, exists, false, func, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError

from fluffy_tui.buffer import POSTS_A_REQUEST, BufferError, Code, ShareMode
from fluffy_tui.core.database import Database, database_now
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.background.doubled_posts import may_be_double, settled_at, undo_doubles
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.find_in_buffer import oldest_possible
from fluffy_tui.scheduling.edits import planned_edits
from fluffy_tui.scheduling.edits.withdrawn_deliveries import WithdrawnDeliveries
from fluffy_tui.scheduling.error_codes import PUBLISHING_FAILURES, PostError
from fluffy_tui.scheduling.model import IN_BUFFER, PostNotFound, Step
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.post_from_buffer import row_values
from fluffy_tui.scheduling.tables import (
    IN_BUFFER_OR_LOST,
    IS_LIVE_WITHOUT_LINK,
    PlannedEditRow,
    PostRow,
    StatusSyncRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.scheduling.request_budget import RequestBudget
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)

_MAY_HEAL = PUBLISHING_FAILURES | {PostError.REMOVED_IN_BUFFER}
"""Failures that are over once Buffer has the post and publishes it."""
_MAY_BE_PUBLISHED = _MAY_HEAL | {Code.IMAGE_DROPPED}
"""Failures after which Buffer may publish the post, perhaps without all of its pictures."""
_HIDDEN = (Code.FORBIDDEN, Code.KEY_REFUSED, Code.NOT_FOUND)
"""What Buffer answers to a key that may not see an organisation."""

SYNC_SOON = "delivery:follow_soon"
MAX_SINGLE_REQUESTS = 5
"""How many posts that were missing from the answer are asked for one by one in a round."""
_UNSURE = timedelta(minutes=1)
"""How far two readings of Buffer's clock may differ."""
BETWEEN_RUNS = timedelta(seconds=60)
"""The periodic run comes every minute; only what is due earlier needs a job of its own."""


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
    now: Callable[[], datetime]
    """The time by Buffer's clock."""

    async def run(self) -> datetime | None:
        """Ask about every organisation that is due; return when to ask again, if before the next periodic run."""
        if self.buffer is None:
            return None
        await WithdrawnDeliveries(self.database, self.budget, self.now).check(self.buffer)
        due = []
        edits = await self._sent_edits()
        for organization_id, posts in (await self._open_posts()).items():
            asked_at = await self._asked_at(organization_id)
            moment = next_request(posts, asked_at, self.now(), self.timings, edits)
            if asked_at > self.now() + _UNSURE:  # by a clock that was wrong then, or is not known yet
                moment = self.now()
            if moment <= self.now():
                if not await self.budget.may_ask():
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
        async with self.database.transaction() as session:
            at = await database_now(session) + max(soonest - self.now(), timedelta(seconds=1))
        soon = self.queue.configure_task(SYNC_SOON, queueing_lock="follow_soon", schedule_at=at)
        try:
            await soon.defer_async()
        except AlreadyEnqueued:
            log.debug("the next status request is already deferred")

    async def _sent_edits(self) -> dict[int, datetime]:
        """Return when the outcome of each unanswered edit can be told, by post id."""
        async with self.database.transaction() as session:
            return await planned_edits.settled_at(session, self.timings)

    def may_be_due(self) -> ColumnElement[bool]:
        """Return the condition that Buffer might have to be asked before the next periodic run.

        Not if its posts are only waiting for their times, and it was asked lately.
        """
        soon = self.now() + BETWEEN_RUNS
        last = soon - timedelta(seconds=self.timings.sync_max_interval)
        asked = select(StatusSyncRow.asked_at).where(StatusSyncRow.organization_id == PostRow.organization_id)
        asked_at = asked.scalar_subquery()
        waits = and_(
            PostRow.step == Step.ACCEPTED,
            PostRow.missing_since.is_(None),
            PostRow.scheduled_at > soon - timedelta(seconds=self.timings.sync_delay),
            or_(PostRow.share_mode != ShareMode.SHARE_NEXT, PostRow.create_buffer_time <= asked_at),
        )
        is_quiet = and_(
            or_(waits, PostRow.step == Step.FAILED),
            PostRow.lost_creates == 0,
            asked_at.between(last, self.now() + _UNSURE),
        )
        return or_(
            exists().where(self._is_open(), ~func.coalesce(is_quiet, false())),
            exists().where(PlannedEditRow.post_id.is_not(None)),
            WithdrawnDeliveries(self.database, self.budget, self.now).may_be_due(soon),
        )

    def _is_open(self) -> ColumnElement[bool]:
        """Return the condition for posts about which Buffer may have news."""
        failed = and_(
            PostRow.step == Step.FAILED,
            PostRow.error_code.in_(_MAY_BE_PUBLISHED),
            PostRow.buffer_post_id.is_not(None),
            func.coalesce(PostRow.scheduled_at, PostRow.updated_at)
            > self.now() - timedelta(seconds=self.timings.sync_failed),
        )
        is_known = or_(PostRow.buffer_post_id.is_not(None), PostRow.step == Step.FAILED)  # nobody else looks
        lost = and_(PostRow.lost_creates > 0, is_known)
        ids = union_all(
            select(PostRow.id).where(IN_BUFFER_OR_LOST, or_(PostRow.step.in_(IN_BUFFER), failed, lost)),
            select(PostRow.id).where(IS_LIVE_WITHOUT_LINK, PostRow.link_looks < self.timings.max_link_checks),
            select(PlannedEditRow.post_id),
        )
        # as an array, since Postgres without statistics would rather read all posts than look up those of a subquery
        return PostRow.id == any_(func.array(ids.scalar_subquery()))

    async def _open_posts(self) -> dict[str, list[PostRow]]:
        """Return the posts about which Buffer may have news, by organisation, oldest first."""
        query = select(PostRow).where(self._is_open()).order_by(PostRow.created_at)
        posts: dict[str, list[PostRow]] = defaultdict(list)
        async with self.database.transaction() as session:
            for row in await session.scalars(query):
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
            asked_at = await database_now(session)
        found: dict[int, list[BufferPost]] = defaultdict(list)
        try:
            await self._list(buffer, organization_id, posts, found)
        except BufferError as error:
            log.info("could not ask Buffer about posts: %s (%s)", error.code, error)
            is_whole = False
            if error.code in _HIDDEN:
                await self._record_hidden(posts, error)
        else:
            is_whole = True
        for row in posts:
            # One post that cannot be recorded must not stop those after it.
            with _one_by_one(row):
                mine = next((post for post in found[row.id] if post.id == row.buffer_post_id), None)
                if mine is not None and _is_news(row, mine):
                    await self._record(row, mine, asked_at)
        if is_whole:
            await self._note_clock(buffer, organization_id)
            await self._look_for_missing(buffer, posts, found, asked_at)
            for row in posts:
                with _one_by_one(row):
                    doubles = found[row.id]
                    await undo_doubles(self.database, buffer, row, doubles, self.timings, self.now())

    async def _list(
        self,
        buffer: BufferClient,
        organization_id: str,
        posts: Sequence[PostRow],
        found: dict[int, list[BufferPost]],
    ) -> None:
        """Collect what Buffer has of each post, doubles included; stops as soon as nothing more can be missing.

        Raises:
            BufferError: the list could not be read whole, so that a post which is not in it may be in Buffer.
        """
        by_id = {row.buffer_post_id: row for row in posts if row.buffer_post_id is not None}
        doubled = [row for row in posts if row.lost_creates]
        left = set(by_id)
        listed = buffer.posts(
            organization_id,
            channel_ids=sorted({str(row.channel_id) for row in posts}),
            created_after=min(oldest_possible(row, self.now()) for row in posts),
            gaps_allowed=False,
        )
        async for post in listed:
            if post.via == "network":
                continue
            row = by_id.get(post.id) or next((row for row in doubled if may_be_double(post, row)), None)
            if row is not None:
                found[row.id].append(post)
                left.discard(post.id)
            if not left and not doubled:
                return

    async def _look_for_missing(
        self,
        buffer: BufferClient,
        posts: Sequence[PostRow],
        found: Mapping[int, Sequence[BufferPost]],
        asked_at: datetime,
    ) -> None:
        """Find out about posts that are not in Buffer's whole list.

        Reads may lag behind writes. So a post is only taken for removed once no list has had it for longer than such a
        lag, and Buffer also says that there is no post with its id.
        """
        settled = self.now() - timedelta(seconds=self.timings.settle)
        asked = 0
        for row in posts:
            if row.step not in IN_BUFFER or any(post.id == row.buffer_post_id for post in found[row.id]):
                continue
            with _one_by_one(row):
                if row.missing_since is None:
                    async with self.database.transaction() as session:
                        await transitions.record_missing(session, row, self.now())
                elif row.missing_since <= settled and asked < MAX_SINGLE_REQUESTS:
                    asked += 1
                    await self._ask_for_one(buffer, row, asked_at)

    async def _ask_for_one(self, buffer: BufferClient, row: PostRow, asked_at: datetime) -> None:
        try:
            found = await buffer.post(str(row.buffer_post_id))
        except BufferError as error:
            log.info("could not ask Buffer about post %s: %s", row.id, error.code)
            return
        if found is not None:
            await self._record(row, found, asked_at)
            return
        async with self.database.transaction() as session:
            if await transitions.record_removal(session, row):
                log.info("post %s is no longer in Buffer", row.id)
                await channel_queue.wake_next(session, self.queue, row.channel_id)

    async def _record_hidden(self, posts: Sequence[PostRow], error: BufferError) -> None:
        """Show that Buffer refuses to say anything about these posts: the key belongs to another account, perhaps."""
        message = f"Buffer does not show this post, so its state is not known. {error}"
        async with self.database.transaction() as session:
            for row in posts:
                await transitions.record_unreadable(session, row, PostError.UNREADABLE_IN_BUFFER, message)

    async def _note_clock(self, buffer: BufferClient, organization_id: str) -> None:
        async with self.database.transaction() as session:
            await session.execute(
                update(StatusSyncRow)
                .where(StatusSyncRow.organization_id == organization_id)
                .values(database_lead=await database_now(session) - buffer.time.now())
            )

    async def _record(self, row: PostRow, found: BufferPost, asked_at: datetime) -> None:
        async with self.database.transaction() as session:
            if Step.FAILED in (row.step, row_values(found)["step"]):
                await session.execute(taking_photos(row.persona_id))
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


def _is_news(row: PostRow, found: BufferPost) -> bool:
    """Return whether what Buffer has counts: not what still waits there without all pictures of a failed post."""
    is_failed = row.step is Step.FAILED
    return (
        not is_failed
        or row.error_code in _MAY_HEAL
        or (row.error_code in _MAY_BE_PUBLISHED and found.is_public)
    )


@contextmanager
def _one_by_one(row: PostRow) -> Iterator[None]:
    """Let an error about one post end with that post; what makes all of them fail goes on."""
    try:
        yield
    except (DatabaseUnavailable, OperationalError, InterfaceError):
        raise
    except BufferError as error:
        log.info("could not ask Buffer about post %s: %s (%s)", row.id, error.code, error)
    except Exception:
        log.exception("post %s could not be brought up to date", row.id)


def next_request(
    posts: Sequence[PostRow],
    asked_at: datetime,
    now: datetime,
    timings: Timings,
    edits: Mapping[int, datetime] = MappingProxyType({}),
) -> datetime:
    """Return when Buffer is to be asked next about these posts of one organisation, which it was asked about before.

    Never before one is due, but for the rare request that notices what was moved or deleted in Buffer, and for one
    after a post that went to the front of a queue, because the others there have other times now. A post that is
    overdue is asked about at growing intervals, a fifth of its delay, since a paused queue may keep it forever.
    `edits` says when the outcome of each unanswered edit can be told, by post id. While nothing is due, twice as long a
    list is read half as often, so that a full queue does not use up the requests of the day.
    """
    pages = max(1, math.ceil(len(posts) / POSTS_A_REQUEST))
    latest = asked_at + timedelta(seconds=timings.sync_max_interval * pages)
    earliest = asked_at + timedelta(seconds=timings.sync_min_interval)
    moments = [
        min(_next_for(row, asked_at, now, timings, latest), max(earliest, edits.get(row.id, latest)))
        for row in posts
    ]
    return min(moments, default=latest)


def _next_for(
    row: PostRow, asked_at: datetime, now: datetime, timings: Timings, latest: datetime
) -> datetime:
    if row.missing_since is not None and row.step in IN_BUFFER:
        since_missing = (now - row.missing_since).total_seconds()
        pause = min(max(since_missing / 2, timings.sync_min_interval), timings.sync_max_interval)
        return asked_at + timedelta(seconds=pause)
    created_at = row.create_buffer_time
    if row.share_mode is ShareMode.SHARE_NEXT and created_at is not None and created_at > asked_at:
        return asked_at + timedelta(seconds=timings.sync_min_interval)  # Buffer has moved others back for it
    if row.lost_creates and (settled := settled_at(row, timings)) is not None:
        latest = min(latest, max(settled, asked_at + timedelta(seconds=timings.sync_min_interval)))
    since = row.posted_at if row.step == Step.LIVE else row.scheduled_at
    if since is None or row.step == Step.FAILED:
        return latest
    first = since + timedelta(seconds=timings.sync_delay)
    if first > now:
        return min(latest, max(first, asked_at + timedelta(seconds=timings.sync_min_interval)))
    delay = (now - since).total_seconds()
    pause = min(max(delay / 5, timings.sync_min_interval), timings.sync_max_interval)
    return max(first, asked_at + timedelta(seconds=pause))
