"""The order in which the posts of a channel are sent, and which post tries on behalf of all when all have to wait.

A problem of the channel (its queue is full, it is paused) or of the account (the key is rejected, the request budget
is used up) affects every post behind the first. So only the first post in the queue asks Buffer; the others wait as
long as it does, without jobs of their own, and are woken when it succeeds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from fluffy_tui.scheduling.delivery.delivery_jobs import defer_delivery, defer_waking
from fluffy_tui.scheduling.error_codes import (
    ACCOUNT_WIDE,
    BUFFER_UNREACHABLE,
    CHANNEL_WIDE,
    HOST_FAILURES,
    KEY_SETTINGS,
)
from fluffy_tui.scheduling.model import ON_THE_WAY, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.scheduling.timings import Timings

POSITION = func.coalesce(PostRow.line_order, PostRow.id)
"""A post's position in the queue of its channel: lower is sent first."""

_CAN_WAIT = (Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.HELD)
"""Steps of posts that may have to wait behind another one: they cannot be in Buffer."""


@cache  # an alias of so many columns takes milliseconds to make
def _other_post() -> type[PostRow]:
    return aliased(PostRow)


def is_due() -> ColumnElement[bool]:
    """Return the condition that a post may be attempted now."""
    return or_(PostRow.next_try_at.is_(None), PostRow.next_try_at <= func.now())


async def next_due(session: AsyncSession, post_id: int, skipped: Collection[int]) -> int | None:
    """Return the id of the first due post of this post's channel, up to and including itself; None if none is due.

    Jobs run in the order in which they were deferred; the queue may have another order. Posts in `skipped` are those
    for which nothing could be done; nothing can be done either for those that wait for their picture.
    """
    mine = _other_post()
    query = (
        select(PostRow.id)
        .join(mine, mine.channel_id == PostRow.channel_id)
        .where(
            mine.id == post_id,
            PostRow.step.in_(ON_THE_WAY),
            is_due(),
            PostRow.waits_for_machines.is_(None),
            func.coalesce(mine.line_order, mine.id) >= POSITION,
            PostRow.id.not_in(skipped),
        )
        .order_by(POSITION, PostRow.id)
        .limit(1)
    )
    return await session.scalar(query)


def is_behind() -> ColumnElement[bool]:
    """Return the condition that another post tries on behalf of this one, which therefore needs no job of its own."""
    first = _other_post()
    return select(literal(1)).select_from(first).where(_tries_for(PostRow, first)).exists()


def _tries_for(mine: type[PostRow], first: type[PostRow]) -> ColumnElement[bool]:
    """Return the condition that `first` is ahead of `mine`, and held by an error that would hold `mine` too.

    Neither may wait for its picture: that ends when a machine runs again.
    """
    same_channel = and_(first.channel_id == mine.channel_id, first.error_code.in_(CHANNEL_WIDE))
    return and_(
        first.step.in_(ON_THE_WAY),
        func.coalesce(mine.line_order, mine.id) > func.coalesce(first.line_order, first.id),
        mine.step.in_(_CAN_WAIT),
        mine.create_sent_at.is_(None),
        mine.waits_for_machines.is_(None),
        first.waits_for_machines.is_(None),
        or_(same_channel, first.error_code.in_(ACCOUNT_WIDE)),
    )


async def wait_behind(session: AsyncSession, post_id: int, timings: Timings) -> bool:
    """Hold a post if one ahead of it tries on its behalf; False if it has to try itself.

    No job is deferred: the post is woken when the one ahead of it succeeds or is cancelled.
    """
    mine = _other_post()
    behind = select(PostRow).join(mine, mine.id == post_id).where(_tries_for(mine, PostRow))
    first = await session.scalar(behind.order_by(POSITION).limit(1))
    if first is None:
        return False
    # The post ahead may succeed at this very moment, on another channel, and would not notice that this one waits.
    # So both are locked, in the order of their ids, and checked again.
    both = select(PostRow.id).where(PostRow.id.in_((first.id, post_id)))
    await session.execute(both.order_by(PostRow.id).with_for_update())
    still = behind.where(PostRow.id == first.id).execution_options(populate_existing=True)
    if await session.scalar(still) is None:
        return False
    until = func.greatest(first.next_try_at, func.now() + timedelta(seconds=timings.request_timeout))
    statement = (
        update(PostRow)
        .where(PostRow.id == post_id, PostRow.step.in_(_CAN_WAIT), PostRow.create_sent_at.is_(None), is_due())
        .values(
            step=Step.HELD,
            error_code=first.error_code,
            error_message=first.error_message,
            next_try_at=until,
            claim=None,
        )
    )
    await session.execute(statement)
    return True


async def after_departure(session: AsyncSession, queue: App, posts: Collection[PostRow]) -> None:
    """Wake the posts for which these were tried first, now that these are no longer ahead of them."""
    for channel_id in dict.fromkeys(post.channel_id for post in posts):
        at = _soonest(post for post in posts if post.channel_id == channel_id)
        await _schedule_first(session, queue, PostRow.channel_id == channel_id, at)
    if for_all := [post for post in posts if post.error_code in ACCOUNT_WIDE]:
        await _schedule_first(session, queue, PostRow.error_code.in_(ACCOUNT_WIDE), _soonest(for_all))


def _soonest(posts: Iterable[PostRow]) -> datetime | None:
    return min((post.next_try_at for post in posts if post.next_try_at is not None), default=None)


async def _schedule_first(
    session: AsyncSession, queue: App, waiting: ColumnElement[bool], at: datetime | None
) -> None:
    """Have the first of the waiting posts attempted at its time, or at `at` if that is sooner.

    A locked one is being moved by someone else, who takes care of it.
    """
    query = (
        select(PostRow)
        .where(waiting, PostRow.step == Step.HELD, ~is_behind())
        .order_by(POSITION, PostRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    first = await session.scalar(query)
    if first is None or first.next_try_at is None:
        return
    if at is not None and at < first.next_try_at and first.error_code in CHANNEL_WIDE | ACCOUNT_WIDE:
        first.next_try_at = at
    await defer_waking(session, queue, first.id, first.next_try_at)


async def hold_others(
    session: AsyncSession,
    queue: App,
    post: PostRow,
    code: str,
    message: str,
    until: datetime,
    timings: Timings,
) -> None:
    """Hold all posts that already wait for the same reason as long as `post`, which tried on their behalf.

    Any channel may run into a problem of the account. If the first post in the queue is another one than `post`, that
    one tries for all from then on, at the same time.
    """
    ends = until
    if code in CHANNEL_WIDE:
        others = and_(PostRow.channel_id == post.channel_id, PostRow.error_code.in_(CHANNEL_WIDE))
    elif code in ACCOUNT_WIDE:
        others = PostRow.error_code.in_(ACCOUNT_WIDE)
        until += timedelta(seconds=timings.request_timeout)  # so that other channels wait for its answer
    else:
        return
    # Two channels may be refused at the same moment. Posts that someone else is holding right now are left to them:
    # waiting for each other's rows would be a deadlock.
    free = (
        select(PostRow.id)
        .where(others, PostRow.step == Step.HELD, PostRow.id != post.id)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        update(PostRow)
        .where(PostRow.id.in_((await session.execute(free)).scalars().all()))
        .values(error_code=code, error_message=message, next_try_at=until)
    )
    if code in ACCOUNT_WIDE:
        await _schedule_first(session, queue, and_(others, PostRow.id != post.id), ends)


async def wake_after_success(session: AsyncSession, queue: App, post: PostRow) -> None:
    """Wake all posts that wait for the account and the next one of the channel: Buffer accepted this one."""
    await _wake(session, queue, PostRow.error_code.in_(ACCOUNT_WIDE), clear_error=True)
    await wake_next(session, queue, post.channel_id)


async def wake_for_retry(session: AsyncSession, queue: App, code: str | None, channel_id: str | None) -> None:
    """Wake the post that tries for all with this error, because the user asked for a retry."""
    if code in ACCOUNT_WIDE:
        first = select(PostRow.id).where(PostRow.error_code.in_(ACCOUNT_WIDE), PostRow.step == Step.HELD)
        await _wake(session, queue, PostRow.id.in_(first.order_by(POSITION).limit(1)))
    elif code in CHANNEL_WIDE:
        await wake_next(session, queue, channel_id)


async def channel_unblocked(session: AsyncSession, queue: App, post: PostRow) -> None:
    """Wake the posts that `post` tried for, since its new error is its own and not theirs."""
    if post.error_code in ACCOUNT_WIDE:
        await _wake(session, queue, PostRow.error_code.in_(ACCOUNT_WIDE), clear_error=True)
    await wake_next(session, queue, post.channel_id)


async def wake_next(session: AsyncSession, queue: App, channel_id: str | None) -> None:
    """Wake the first post that waits for its channel: there is room, or the channel works again."""
    waiting = and_(PostRow.channel_id == channel_id, PostRow.error_code.in_(CHANNEL_WIDE))
    first = select(PostRow.id).where(waiting, PostRow.step == Step.HELD).order_by(POSITION).limit(1)
    await _wake(session, queue, PostRow.id.in_(first))


async def wake_for_new_settings(session: AsyncSession, queue: App) -> None:
    """Wake posts that wait for other settings or a network: one to try Buffer for all, all that need the media host."""
    key = PostRow.error_code.in_(KEY_SETTINGS | BUFFER_UNREACHABLE)
    first = select(PostRow.id).where(key, PostRow.step.in_(ON_THE_WAY)).order_by(POSITION).limit(1)
    await _wake(session, queue, or_(PostRow.id.in_(first), PostRow.error_code.in_(HOST_FAILURES)))


async def _wake(
    session: AsyncSession, queue: App, which: ColumnElement[bool], *, clear_error: bool = False
) -> None:
    """Make held and unconfirmed posts due now; `clear_error` means that their error is certainly over."""
    paused = and_(which, PostRow.step.in_((Step.HELD, Step.UNCONFIRMED)), PostRow.claim.is_(None))
    query = select(PostRow).where(paused).order_by(POSITION, PostRow.id).with_for_update(skip_locked=True)
    for post in (await session.execute(query)).scalars().all():
        post.next_try_at = func.now()
        if clear_error:
            post.error_code = post.error_message = None
            if post.step == Step.HELD:
                post.step = Step.QUEUED
        await defer_delivery(session, queue, post)


async def move_up(session: AsyncSession, queue: App, post_id: int) -> bool:
    """Swap a waiting post with the one ahead of it; False if it is the first or is not waiting.

    Two users may do so at the same moment. The whole queue is locked, in the order of the ids, before its order is
    read: so there is no deadlock, and the second move starts from the result of the first.
    """
    channel = select(PostRow.channel_id).where(PostRow.id == post_id).scalar_subquery()
    waiting = and_(PostRow.channel_id == channel, PostRow.step.in_(ON_THE_WAY))
    await session.execute(select(PostRow.id).where(waiting).order_by(PostRow.id).with_for_update())
    in_order = select(PostRow).where(waiting).order_by(POSITION, PostRow.id)
    posts = (await session.execute(in_order)).scalars().all()
    position = next((position for position, post in enumerate(posts) if post.id == post_id), 0)
    if position == 0:
        return False
    earlier, later = posts[position - 1], posts[position]
    later.line_order, earlier.line_order = (
        earlier.line_order or earlier.id,
        later.line_order or later.id,
    )
    await session.flush()
    if position == 1:
        await after_departure(session, queue, [earlier])
    return True


async def room_expected(session: AsyncSession, channel_id: str | None) -> datetime | None:
    """Return when the next of our posts will leave the channel's queue in Buffer, as far as is known."""
    query = select(func.min(PostRow.scheduled_at)).where(
        PostRow.channel_id == channel_id, PostRow.step == Step.ACCEPTED
    )
    return (await session.execute(query)).scalar_one()
