"""Every way in which a post may move: compare-and-set on its step, guarded by the attempt's own token.

Nothing else in the program writes `posts.step` or `posts.status`.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, extract, func, or_, select, update

from fluffy_tui.scheduling.buffer_evidence import as_buffer_says, what_is_new
from fluffy_tui.scheduling.model import IN_BUFFER, ON_THE_WAY, REMOVED_IN_BUFFER, PostStatus, Step
from fluffy_tui.scheduling.tables import PlannedEditRow, PostRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferPost

IN_DOUBT = (Step.SENDING, Step.UNCONFIRMED)
"""Steps at which a create may have left for Buffer."""

_NOT_YET_SENT = (Step.RENDERING, Step.HOSTING)


def new_delivery_key() -> str:
    """Return the random mark that recognises one delivery in Buffer: 128 bits, safe inside a URL."""
    return secrets.token_hex(16)


async def claim(session: AsyncSession, post_id: int) -> PostRow | None:
    """Take a post for one attempt; any older attempt loses its right to move it.

    A post that may have left already becomes `unconfirmed`, any other one that is due starts at `rendering`.

    Returns:
        The row with its new token in `claim`, or None when there is nothing to do: gone, accepted or not yet due.
    """
    due = or_(PostRow.next_try_at.is_(None), PostRow.next_try_at <= func.now())
    statement = (
        update(PostRow)
        .where(PostRow.id == post_id, PostRow.step.in_(ON_THE_WAY), due)
        .values(
            claim=secrets.token_hex(8),
            # whatever it was held for is kept until it is known that this has passed
            step=case((PostRow.step.in_(IN_DOUBT), Step.UNCONFIRMED), else_=Step.RENDERING),
            attempts=PostRow.attempts + 1,
            next_try_at=None,
        )
        .returning(PostRow)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def move(session: AsyncSession, post: PostRow, to: Step, **values: Any) -> bool:
    """Move a claimed post on; False when another attempt, or its person, was faster."""
    statement = (
        update(PostRow)
        .where(PostRow.id == post.id, PostRow.claim == post.claim, PostRow.step.in_(ON_THE_WAY))
        .values(step=to, **values)
    )
    return _moved(await session.execute(statement))


async def record_creation(session: AsyncSession, post_id: int, found: BufferPost) -> bool:
    """Write down that the post is in Buffer. Evidence needs no claim: whoever saw it may record it.

    A create that was recorded before stays as it is, so two witnesses of one post do no harm.
    """
    statement = (
        update(PostRow)
        .where(PostRow.id == post_id, PostRow.step.in_(ON_THE_WAY), PostRow.buffer_post_id.is_(None))
        .values(
            buffer_post_id=found.id,
            create_sent_at=None,
            next_try_at=None,
            claim=None,
            stalls=0,
            **{"scheduled_at": found.due_at or found.sent_at or func.now(), **as_buffer_says(found)},
        )
    )
    return _moved(await session.execute(statement))


async def fail(
    session: AsyncSession, post: PostRow, code: str, message: str, *, buffer_post_id: str | None = None
) -> bool:
    """End a claimed post as failed: it will not go out unless its person acts."""
    return await move(
        session,
        post,
        Step.FAILED,
        status=PostStatus.FAILED,
        error_code=code,
        error_message=message,
        next_try_at=None,
        claim=None,
        create_sent_at=None,
        buffer_post_id=buffer_post_id,
    )


async def wait(
    session: AsyncSession, post: PostRow, step: Step, code: str, message: str, until: datetime
) -> bool:
    """Let a claimed post rest, held or unconfirmed, until a stored moment.

    The count of attempts starts anew with each new kind of trouble, so it tells how long this one has lasted.
    """
    values: dict[str, Any] = {
        "error_code": code,
        "error_message": message,
        "next_try_at": until,
        "claim": None,
        "stalls": 0,
    }
    if post.error_code != code:
        values["attempts"] = 1
    if step is Step.HELD:
        values["create_sent_at"] = None
    return await move(session, post, step, **values)


async def unsettled_for(session: AsyncSession, post: PostRow, settle: float) -> float:
    """Return for how many seconds more a create of this post may still turn up; 0 or less when it is settled.

    The database's clock measures it, since the create may have left from another machine.
    """
    settled_at = PostRow.create_sent_at + timedelta(seconds=settle)
    query = select(extract("epoch", settled_at - func.now())).where(PostRow.id == post.id)
    return float((await session.execute(query)).scalar_one_or_none() or 0.0)


async def resubmit(session: AsyncSession, post_id: int) -> PostRow | None:
    """Send a failed, held or kept post on its way again; None when it is not in such a state.

    A post that Buffer took and then failed to publish is delivered under a new key, because its old one would be
    found in Buffer and taken for this delivery.
    """
    row = (
        await session.execute(select(PostRow).where(PostRow.id == post_id).with_for_update())
    ).scalar_one_or_none()
    if row is None or (row.step is not None and row.step not in (Step.HELD, Step.FAILED)):
        return None
    if row.buffer_post_id is not None:
        await _forget_edit(session, row.id)
        row.delivery_key, row.buffer_post_id = new_delivery_key(), None
        row.media_url = row.scheduled_at = None
    row.status, row.step = PostStatus.DRAFT, Step.QUEUED
    row.next_try_at = row.error_code = row.error_message = row.claim = None
    row.attempts = row.stalls = row.link_looks = 0
    row.support_url = None
    await session.flush()
    return row


async def release(session: AsyncSession, post_id: int) -> bool:
    """Delete a post that cannot be in Buffer, which frees its photo; False when it may be there."""
    row = (
        await session.execute(select(PostRow).where(PostRow.id == post_id).with_for_update())
    ).scalar_one_or_none()
    free = (None, Step.QUEUED, Step.HELD, Step.FAILED, *_NOT_YET_SENT)
    if row is None or row.step not in free or row.create_sent_at is not None:
        return False
    await session.delete(row)
    await session.flush()
    return True


async def release_from_buffer(session: AsyncSession, post_id: int, buffer_post_id: str) -> bool:
    """Delete a post that was just deleted in Buffer; False when it has become another one meanwhile."""
    gone = delete(PostRow).where(
        PostRow.id == post_id,
        PostRow.buffer_post_id == buffer_post_id,
        PostRow.step.in_((*IN_BUFFER, Step.FAILED)),
    )
    return _moved(await session.execute(gone))


async def rewrite(session: AsyncSession, post_id: int, **words: Any) -> PostRow | None:
    """Change a post of which nothing can be in Buffer; None when something may be.

    An attempt that is at work loses its right to move the post, so it can no longer send the old words, and the
    post starts anew.
    """
    at_work = PostRow.step.in_(_NOT_YET_SENT)
    statement = (
        update(PostRow)
        .where(
            PostRow.id == post_id,
            PostRow.create_sent_at.is_(None),
            or_(PostRow.step.is_(None), at_work, PostRow.step.in_((Step.QUEUED, Step.HELD, Step.FAILED))),
        )
        .values(
            **words,
            step=case((at_work, Step.QUEUED), else_=PostRow.step),
            claim=None,
        )
        .returning(PostRow)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def record_edit(session: AsyncSession, plan: PlannedEditRow, there: BufferPost) -> bool:
    """Let a post be what an edit of it has made of it, as Buffer tells; its step is another matter."""
    picture = {
        "delivery_key": plan.delivery_key,
        "media_url": plan.media_url,
        "rendition": plan.rendition,
    }
    statement = (
        update(PostRow)
        .where(PostRow.id == plan.post_id, PostRow.buffer_post_id == there.id)
        .values(
            caption=plan.caption,
            alt_text=plan.alt_text,
            share_mode=plan.share_mode,
            requested_at_time=plan.due_at,
            framing=plan.framing,
            scheduled_at=there.due_at or PostRow.scheduled_at,
            **(picture if plan.delivery_key is not None else {}),
        )
    )
    return _moved(await session.execute(statement))


async def _forget_edit(session: AsyncSession, post_id: int) -> None:
    """Give up an edit of which nothing is left to be known, since its post is not in Buffer any more."""
    await session.execute(delete(PlannedEditRow).where(PlannedEditRow.post_id == post_id))


async def observe(session: AsyncSession, row: PostRow, found: BufferPost) -> bool:
    """Write down what Buffer says of a post that it has had; False when nothing is new or the row has moved on.

    Args:
        session: the open transaction.
        row: the post as it was before Buffer was asked; if it has changed since, the answer may be older than it.
        found: Buffer's answer.
    """
    values = what_is_new(row, found)
    if not values:
        return False
    statement = (
        update(PostRow)
        .where(
            PostRow.id == row.id,
            PostRow.buffer_post_id == found.id,
            PostRow.step == row.step,
            PostRow.updated_at == row.updated_at,
        )
        .values(**values)
    )
    return _moved(await session.execute(statement))


async def removed(
    session: AsyncSession,
    row: PostRow,
    *,
    code: str = REMOVED_IN_BUFFER,
    message: str = "The post was removed in Buffer itself. Send it again, or let it go.",
) -> bool:
    """End a post as failed that is no longer in Buffer, where it was seen before."""
    statement = (
        update(PostRow)
        .where(
            PostRow.id == row.id,
            PostRow.buffer_post_id == row.buffer_post_id,
            PostRow.step.in_(IN_BUFFER),
            PostRow.updated_at == row.updated_at,
        )
        .values(status=PostStatus.FAILED, step=Step.FAILED, error_code=code, error_message=message)
    )
    if not _moved(await session.execute(statement)):
        return False
    await _forget_edit(session, row.id)
    return True


async def count_stall(session: AsyncSession, post_id: int) -> list[PostRow]:
    """Count the death of the worker that delivered on this post's channel, and return the post it had."""
    channel = select(PostRow.channel_id).where(PostRow.id == post_id).scalar_subquery()
    had = and_(PostRow.channel_id == channel, PostRow.claim.is_not(None), PostRow.step.in_(ON_THE_WAY))
    in_order = (
        select(PostRow.id).where(had).order_by(PostRow.id).with_for_update()
    )  # as a move in the line locks
    ids = (await session.execute(in_order)).scalars().all()
    statement = (
        update(PostRow).where(PostRow.id.in_(ids)).values(stalls=PostRow.stalls + 1).returning(PostRow)
    )
    return list((await session.execute(statement)).scalars())


def _moved(result: Any) -> bool:
    return bool(result.rowcount == 1)
