"""What an edit is about to do to a post in Buffer, on record before its first byte leaves.

`editPost` gives no sign by which it could be asked what became of it, and whoever sent it may die before its answer
is written down. So whoever looks at the post next compares what Buffer has with what was planned: either the plan is
taken over as a whole, address of the picture and all, or it is dropped once it can no longer arrive.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.buffer import BufferStatus, Code
from fluffy_tui.scheduling import trail, transitions
from fluffy_tui.scheduling.edits.cancellation import GONE
from fluffy_tui.scheduling.model import NotPossibleNow, PostNotFound
from fluffy_tui.scheduling.tables import HostedPictureRow, PlannedEditRow, PostRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferPost
    from fluffy_tui.scheduling.timings import Pace

SAME_TIME = timedelta(seconds=1)
"""Buffer keeps milliseconds; times that are nearer to each other are the same."""


STANDS_BARE = (
    "Buffer left the picture out when the post was changed, and still has the post without it. "
    "Send it again, which deletes that one first; or delete it in Buffer and let this one go."
)
"""Why a post whose picture was lost in an edit has failed, while Buffer still has it."""


async def begin(session: AsyncSession, post_id: int, pace: Pace, **planned: Any) -> PlannedEditRow:
    """Write down what is planned; a picture that it needs is on the list of hosted ones before it is there.

    Args:
        session: the open transaction.
        post_id: whose edit.
        pace: the durations of delivery.
        planned: columns of `PlannedEditRow`.

    Raises:
        NotPossibleNow: another edit of this post is under way.
        PostNotFound: the post was taken back meanwhile.
    """
    await _keep_in_place(session, post_id)
    given_up = func.now() - timedelta(seconds=pace.hung)
    await session.execute(
        delete(PlannedEditRow).where(
            PlannedEditRow.post_id == post_id,
            PlannedEditRow.sent_at.is_(None),
            PlannedEditRow.begun_at < given_up,
        )
    )
    plan = insert(PlannedEditRow).values(post_id=post_id, token=secrets.token_hex(8), **planned)
    written = await session.execute(plan.on_conflict_do_nothing().returning(PlannedEditRow))
    row = written.scalar_one_or_none()
    if row is None:
        raise under_way()
    if row.delivery_key is not None:
        await session.execute(insert(HostedPictureRow).values(delivery_key=row.delivery_key))
    return row


async def _keep_in_place(session: AsyncSession, post_id: int) -> None:
    """Let nobody delete a post until this transaction ends.

    Whoever deletes a post locks it before its plan, so everybody does, or two of them would wait for each other.

    Raises:
        PostNotFound: it is gone.
    """
    query = select(PostRow.id).where(PostRow.id == post_id).with_for_update(read=True, key_share=True)
    if (await session.execute(query)).scalar_one_or_none() is None:
        raise PostNotFound("That post is gone.", GONE)


def under_way() -> NotPossibleNow:
    """Return the refusal of an edit while nobody knows what becomes of the one before."""
    return NotPossibleNow(
        "An earlier change of this post may still be on its way to Buffer.",
        "That is found out by itself; try again in a minute.",
    )


async def depart(session: AsyncSession, plan: PlannedEditRow, **picture: Any) -> PlannedEditRow:
    """Note that the edit may leave from now on, and return the plan with its picture.

    Raises:
        NotPossibleNow: the plan was given up meanwhile, since this took so long.
        PostNotFound: the post was taken back meanwhile.
    """
    await _keep_in_place(session, plan.post_id)
    statement = (
        update(PlannedEditRow)
        .where(PlannedEditRow.post_id == plan.post_id, PlannedEditRow.token == plan.token)
        .values(sent_at=func.now(), **picture)
        .returning(PlannedEditRow)
    )
    departed = (await session.execute(statement)).scalar_one_or_none()
    if departed is None:
        raise under_way()
    await trail.note(session, plan.post_id, trail.EDIT_SENT)
    return departed


async def drop(session: AsyncSession, plan: PlannedEditRow) -> None:
    """Give a plan up; its picture is left to the clean-up unless a post has it."""
    await session.execute(
        delete(PlannedEditRow).where(
            PlannedEditRow.post_id == plan.post_id, PlannedEditRow.token == plan.token
        )
    )


async def refused(session: AsyncSession, plan: PlannedEditRow, code: str, message: str) -> None:
    """Give a plan up that Buffer did not take, and keep in the trail why."""
    await trail.note(session, plan.post_id, trail.EDIT_REFUSED, code=code, message=message)
    await drop(session, plan)


async def adopt(session: AsyncSession, plan: PlannedEditRow, there: BufferPost) -> None:
    """Let the post be what was planned, as Buffer has it."""
    await transitions.record_edit(session, plan, there)
    await drop(session, plan)


async def settle(
    session: AsyncSession, row: PostRow, there: BufferPost, looked_at: datetime, pace: Pace
) -> PostRow:
    """Take over or drop the plan of a post, if there is one, and return the post as it is then.

    Args:
        session: the open transaction.
        row: the post as it was before Buffer was looked at.
        there: what Buffer has.
        looked_at: when it was asked, by the database's clock; an answer that is older proves nothing against a plan.
        pace: the durations of delivery.

    Raises:
        PostNotFound: it was taken back meanwhile.
    """
    await _keep_in_place(session, row.id)
    query = select(PlannedEditRow).where(
        PlannedEditRow.post_id == row.id, PlannedEditRow.sent_at.is_not(None)
    )
    plan = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if plan is None or plan.sent_at is None:
        return row
    if not there.asset_sources and there.status == BufferStatus.SCHEDULED:
        await transitions.removed(session, row, code=Code.IMAGE_DROPPED, message=STANDS_BARE)
        return row
    if has_arrived(plan, there):
        await adopt(session, plan, there)
        await session.flush()
        return await session.get_one(PostRow, row.id, populate_existing=True)
    if plan.sent_at + timedelta(seconds=pace.settle) < looked_at:
        await refused(session, plan, Code.NO_ANSWER, "It never arrived in Buffer.")
    return row


def has_arrived(plan: PlannedEditRow, there: BufferPost) -> bool:
    """Tell whether Buffer has a post as it was planned."""
    if not there.asset_sources:
        return False
    if plan.delivery_key is not None:
        return any(plan.delivery_key in source for source in there.asset_sources)
    same_time = plan.due_at is None or (
        there.due_at is not None and abs(there.due_at - plan.due_at) < SAME_TIME
    )
    same_words = there.text == plan.caption and there.alt_text in (None, plan.alt_text)
    return same_words and same_time


async def settled_at(session: AsyncSession, pace: Pace) -> dict[int, datetime]:
    """Return from when on a look at Buffer tells for certain what became of each plan, by post id.

    Plans that were never sent, because whoever made them died over it, are dropped.
    """
    given_up = func.now() - timedelta(seconds=pace.hung)
    await session.execute(
        delete(PlannedEditRow).where(PlannedEditRow.sent_at.is_(None), PlannedEditRow.begun_at < given_up)
    )
    query = select(PlannedEditRow.post_id, PlannedEditRow.sent_at).where(PlannedEditRow.sent_at.is_not(None))
    wait = timedelta(seconds=pace.settle)
    rows = (await session.execute(query)).all()
    return {post_id: sent_at + wait for post_id, sent_at in rows if sent_at is not None}


async def moment(session: AsyncSession) -> datetime:
    """Return what time it is by the database's clock, which all who send edits share."""
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return now
