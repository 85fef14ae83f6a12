"""The order in which waiting posts go out, and who tries for whom when all of them have to wait.

What is wrong with a channel (its queue is full, it is paused) or with the account (the key is refused, the budget
is spent) is wrong for every post behind. So only the first in line asks Buffer; the others wait as long as it does,
and are woken when it got through. They put nothing on the queue meanwhile, however long the line is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from fluffy_tui.buffer import Code
from fluffy_tui.scheduling.delivery.deferral import defer_delivery, defer_waking
from fluffy_tui.scheduling.model import ON_THE_WAY, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.scheduling.timings import Pace

CHANNEL_UNHEALTHY = "channel_unhealthy"
NO_SLOTS = "no_slots"
MEDIA_HOST = "media_host"

CHANNEL_WIDE = frozenset({Code.QUEUE_FULL, Code.DAILY_LIMIT, CHANNEL_UNHEALTHY, NO_SLOTS})
"""What holds one post of a channel and would hold every other one too."""

ACCOUNT_WIDE = frozenset(
    {
        Code.BLOCKED,
        Code.FORBIDDEN,
        Code.KEY_MISSING,
        Code.KEY_REFUSED,
        Code.RATE_LIMITED,
        Code.REDIRECTED,
        Code.UNREACHABLE,
        Code.WRONG_ADDRESS,
    }
)
"""What holds one post and would hold every other one of the same key too."""

MENDED_BY_SETTINGS = frozenset(
    {Code.KEY_MISSING, Code.KEY_REFUSED, Code.FORBIDDEN, Code.WRONG_ADDRESS, MEDIA_HOST}
)
"""What a person mends by other settings, which a worker reads when it starts."""

PLACE = func.coalesce(PostRow.line_order, PostRow.id)
"""A post's place in the line of its channel: lower goes first."""

_BEHIND = (Step.QUEUED, Step.RENDERING, Step.HOSTING, Step.HELD)
"""Steps of posts that may have to stand behind another one: nothing of them can be in Buffer."""


def is_due() -> ColumnElement[bool]:
    """Return the condition that a post may be tried now."""
    return or_(PostRow.next_try_at.is_(None), PostRow.next_try_at <= func.now())


async def next_turn(session: AsyncSession, post_id: int, passed: Collection[int]) -> int | None:
    """Return the id of the first due post of this post's channel, itself the last; None when there is none.

    The order of jobs is that in which they were put on the queue; the order of the line may be another one.

    Args:
        session: the open transaction.
        post_id: whose job it is.
        passed: posts of which nothing could be done.
    """
    mine = aliased(PostRow)
    query = (
        select(PostRow.id)
        .join(mine, mine.channel_id == PostRow.channel_id)
        .where(
            mine.id == post_id,
            PostRow.step.in_(ON_THE_WAY),
            is_due(),
            func.coalesce(mine.line_order, mine.id) >= PLACE,
            PostRow.id.not_in(passed),
        )
        .order_by(PLACE, PostRow.id)
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


def stands_behind() -> ColumnElement[bool]:
    """Return the condition that another post tries for this one, which therefore needs no job of its own."""
    first = aliased(PostRow)
    return select(literal(1)).select_from(first).where(_tries_for(PostRow, first)).exists()


def _tries_for(mine: type[PostRow], first: type[PostRow]) -> ColumnElement[bool]:
    """Return the condition that `first` is before `mine`, and held by what would hold `mine` too."""
    same_channel = and_(first.channel_id == mine.channel_id, first.error_code.in_(CHANNEL_WIDE))
    return and_(
        first.step.in_(ON_THE_WAY),
        func.coalesce(mine.line_order, mine.id) > func.coalesce(first.line_order, first.id),
        mine.step.in_(_BEHIND),
        mine.create_sent_at.is_(None),
        or_(same_channel, first.error_code.in_(ACCOUNT_WIDE)),
    )


async def stand_behind(session: AsyncSession, post_id: int, pace: Pace) -> bool:
    """Let a post wait if one before it tries for it; False when it is its own turn.

    Nothing is put on the queue: it is woken when the one before it got through, or was taken back.
    """
    mine = aliased(PostRow)
    behind = select(PostRow).join(mine, mine.id == post_id).where(_tries_for(mine, PostRow))
    first = (await session.execute(behind.order_by(PLACE).limit(1))).scalar_one_or_none()
    if first is None:
        return False
    # The one before may get through at this very moment, on another channel, and would not see this one wait. So both
    # are locked, in the order of their ids, and looked at once more.
    both = select(PostRow.id).where(PostRow.id.in_((first.id, post_id)))
    await session.execute(both.order_by(PostRow.id).with_for_update())
    still = behind.where(PostRow.id == first.id).execution_options(populate_existing=True)
    if (await session.execute(still)).scalar_one_or_none() is None:
        return False
    until = func.greatest(first.next_try_at, func.now() + timedelta(seconds=pace.answer))
    statement = (
        update(PostRow)
        .where(PostRow.id == post_id, PostRow.step.in_(_BEHIND), PostRow.create_sent_at.is_(None), is_due())
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


async def left(session: AsyncSession, queue: App, post: PostRow) -> None:
    """See to it that those are tried in time for whom `post` has tried, now that it is no longer before them."""
    await _try_first(session, queue, PostRow.channel_id == post.channel_id, post.next_try_at)
    if post.error_code in ACCOUNT_WIDE:
        await _try_first(session, queue, PostRow.error_code.in_(ACCOUNT_WIDE), post.next_try_at)


async def _try_first(
    session: AsyncSession, queue: App, whom: ColumnElement[bool], at: datetime | None
) -> None:
    """Have the first of those who wait tried at its time, or at `at` if that is sooner.

    One that is locked is just being moved by another hand, which sees to it.
    """
    query = (
        select(PostRow)
        .where(whom, PostRow.step == Step.HELD, ~stands_behind())
        .order_by(PLACE, PostRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    first = (await session.execute(query)).scalar_one_or_none()
    if first is None or first.next_try_at is None:
        return
    if at is not None and at < first.next_try_at and first.error_code in CHANNEL_WIDE | ACCOUNT_WIDE:
        first.next_try_at = at
    await defer_waking(session, queue, first.id, first.next_try_at)


async def hold_behind(
    session: AsyncSession, queue: App, post: PostRow, code: str, message: str, until: datetime, pace: Pace
) -> None:
    """Let all who already wait for the same reason wait as long as `post`, which tried for them.

    What holds the account may be met by any channel. Then the first in line is another post than this one; it is
    that one which tries for all, at the same moment.
    """
    ends = until
    if code in CHANNEL_WIDE:
        others = and_(PostRow.channel_id == post.channel_id, PostRow.error_code.in_(CHANNEL_WIDE))
    elif code in ACCOUNT_WIDE:
        others = PostRow.error_code.in_(ACCOUNT_WIDE)
        until += timedelta(seconds=pace.answer)  # so that those of other channels wait for its answer
    else:
        return
    # Two channels may be refused at the same moment. Who is just being held by another hand is left to that one,
    # since waiting for each other's rows would end in a deadlock.
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
        await _try_first(session, queue, and_(others, PostRow.id != post.id), ends)


async def accepted(session: AsyncSession, queue: App, post: PostRow) -> None:
    """Let all go on that wait for the account, and the next that waits for the channel: Buffer took this one."""
    await _wake(session, queue, PostRow.error_code.in_(ACCOUNT_WIDE), forget=True)
    await room_in(session, queue, post.channel_id)


async def ask_again(session: AsyncSession, queue: App, code: str | None, channel_id: str | None) -> None:
    """Wake the one that tries for all who wait for this reason, because a person wants to know."""
    if code in ACCOUNT_WIDE:
        first = select(PostRow.id).where(PostRow.error_code.in_(ACCOUNT_WIDE), PostRow.step == Step.HELD)
        await _wake(session, queue, PostRow.id.in_(first.order_by(PLACE).limit(1)))
    elif code in CHANNEL_WIDE:
        await room_in(session, queue, channel_id)


async def channel_unblocked(session: AsyncSession, queue: App, post: PostRow) -> None:
    """Let those go on for whom `post` has tried, since it met a trouble of its own and not theirs any more."""
    if post.error_code in ACCOUNT_WIDE:
        await _wake(session, queue, PostRow.error_code.in_(ACCOUNT_WIDE), forget=True)
    await room_in(session, queue, post.channel_id)


async def room_in(session: AsyncSession, queue: App, channel_id: str | None) -> None:
    """Wake the first that waits for room in a channel: something left its queue, or one got in."""
    waiting = and_(PostRow.channel_id == channel_id, PostRow.error_code.in_(CHANNEL_WIDE))
    first = select(PostRow.id).where(waiting, PostRow.step == Step.HELD).order_by(PLACE).limit(1)
    await _wake(session, queue, PostRow.id.in_(first))


async def settings_changed(session: AsyncSession, queue: App) -> None:
    """Wake who waits for settings to be mended: one to try for all with the key, and each for the media host."""
    key = PostRow.error_code.in_(MENDED_BY_SETTINGS - {MEDIA_HOST})
    first = select(PostRow.id).where(key, PostRow.step.in_(ON_THE_WAY)).order_by(PLACE).limit(1)
    await _wake(session, queue, or_(PostRow.id.in_(first), PostRow.error_code == MEDIA_HOST))


async def _wake(
    session: AsyncSession, queue: App, whom: ColumnElement[bool], *, forget: bool = False
) -> None:
    """Make held and unconfirmed posts due now; `forget` says that their reason is gone for certain."""
    resting = and_(whom, PostRow.step.in_((Step.HELD, Step.UNCONFIRMED)), PostRow.claim.is_(None))
    query = select(PostRow).where(resting).order_by(PLACE, PostRow.id).with_for_update(skip_locked=True)
    for post in (await session.execute(query)).scalars().all():
        post.next_try_at = func.now()
        if forget:
            post.error_code = post.error_message = None
            if post.step == Step.HELD:
                post.step = Step.QUEUED
        await defer_delivery(session, queue, post)


async def move_up(session: AsyncSession, queue: App, post_id: int) -> bool:
    """Exchange the places of a waiting post and the one before it; False when it is the first or does not wait.

    Two people may do so at the same moment. The whole line is locked, in the order of the ids, before its order is
    read: so nobody waits for somebody who waits for them, and the later one acts on what the earlier one has left.
    """
    channel = select(PostRow.channel_id).where(PostRow.id == post_id).scalar_subquery()
    waiting = and_(PostRow.channel_id == channel, PostRow.step.in_(ON_THE_WAY))
    await session.execute(select(PostRow.id).where(waiting).order_by(PostRow.id).with_for_update())
    in_line = (
        (await session.execute(select(PostRow).where(waiting).order_by(PLACE, PostRow.id))).scalars().all()
    )
    place = next((place for place, post in enumerate(in_line) if post.id == post_id), 0)
    if place == 0:
        return False
    earlier, later = in_line[place - 1], in_line[place]
    later.line_order, earlier.line_order = (
        earlier.line_order or earlier.id,
        later.line_order or later.id,
    )
    await session.flush()
    if place == 1:
        await left(session, queue, earlier)
    return True


async def room_expected(session: AsyncSession, channel_id: str | None) -> datetime | None:
    """Return when the next post of ours leaves the channel's queue, as far as is known."""
    query = select(func.min(PostRow.scheduled_at)).where(
        PostRow.channel_id == channel_id, PostRow.step == Step.ACCEPTED
    )
    return (await session.execute(query)).scalar_one()
