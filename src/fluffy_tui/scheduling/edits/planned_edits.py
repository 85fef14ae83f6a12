"""What an edit is about to change about a post in Buffer, on record before its first byte is sent.

`editPost` has no key by which its outcome could be asked for, and the process that sent it may die before the answer
is recorded. So whoever sees the post next compares what Buffer has with what was planned: either the plan is adopted as
a whole, including the URLs of its pictures, or it is dropped once it can no longer arrive.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Delete, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.buffer import BufferPost, BufferStatus, Code
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.hosted_pictures import list_pictures
from fluffy_tui.scheduling.edits.cancellation import not_found
from fluffy_tui.scheduling.model import NotPossibleNow
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.post_events import RequestEvent, record_event
from fluffy_tui.scheduling.tables import PlannedEditRow, PostRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.scheduling.post_photo import PostPhoto
    from fluffy_tui.scheduling.timings import Timings

SAME_TIME = timedelta(seconds=1)
"""Buffer stores milliseconds; times closer than this are equal."""


WITHOUT_PICTURE = (
    "Buffer dropped pictures when the post was changed, and still has the post without them. "
    "Retry the post, which deletes that one first, or delete it in Buffer and cancel it here."
)
"""Why a post failed that lost pictures in an edit and is still in Buffer."""


class Overtaken(Exception):
    """The post has changed since it was read, so what was made of it is out of date."""


async def begin(
    session: AsyncSession, row: PostRow, timings: Timings, *, photos: tuple[PostPhoto, ...], **planned: Any
) -> PlannedEditRow:
    """Record what is planned, as columns of `PlannedEditRow`; new pictures are listed before they are uploaded.

    `row` is the post of which the plan was made. From now on no other edit can change it.

    Raises:
        NotPossibleNow: another edit of this post is in progress.
        Overtaken: another edit has begun and ended since the post was read.
        PostNotFound: the post was cancelled in the meantime.
    """
    if {photo.photo_id for photo in photos} - {photo.photo_id for photo in row.photos}:
        await session.execute(taking_photos(row.persona_id))
    await _lock_post(session, row.id)
    await session.execute(_abandoned(timings).where(PlannedEditRow.post_id == row.id))
    values = insert(PlannedEditRow).values(
        post_id=row.id, token=secrets.token_hex(8), photos=photos, **planned
    )
    written = await session.execute(values.on_conflict_do_nothing().returning(PlannedEditRow))
    plan = written.scalar_one_or_none()
    if plan is None:
        raise _in_progress()
    is_same = select(PostRow.id).where(PostRow.id == row.id, PostRow.updated_at == row.updated_at)
    if await session.scalar(is_same) is None:
        raise Overtaken
    if plan.delivery_key is not None:
        await list_pictures(session, plan.delivery_key, plan.photos)
    return plan


async def _lock_post(session: AsyncSession, post_id: int) -> None:
    """Keep a post from being deleted until this transaction ends.

    Deleting a post locks it before its plan; everyone locks in this order, so that there is no deadlock.

    Raises:
        PostNotFound: it is gone.
    """
    query = select(PostRow.id).where(PostRow.id == post_id).with_for_update(read=True, key_share=True)
    if await session.scalar(query) is None:
        raise not_found()


async def refuse_if_open(session: AsyncSession, post_id: int) -> None:
    """Refuse a change while the outcome of the one before is unknown.

    Raises:
        NotPossibleNow: it is.
    """
    sent = select(PlannedEditRow.post_id).where(
        PlannedEditRow.post_id == post_id, PlannedEditRow.sent_at.is_not(None)
    )
    if await session.scalar(sent) is not None:
        raise _in_progress()


def _in_progress() -> NotPossibleNow:
    """Return the refusal of an edit while the outcome of the one before is unknown."""
    return NotPossibleNow(
        "An earlier change of this post may still be on its way to Buffer.",
        "That is being checked. Try again in a minute.",
    )


def _abandoned(timings: Timings) -> Delete:
    """Return the statement that deletes plans that were never sent, because the process that made them died."""
    given_up = func.now() - timedelta(seconds=timings.stuck_after)
    return delete(PlannedEditRow).where(PlannedEditRow.sent_at.is_(None), PlannedEditRow.begun_at < given_up)


async def mark_sent(
    session: AsyncSession, plan: PlannedEditRow, photos: tuple[PostPhoto, ...]
) -> PlannedEditRow:
    """Record that the edit may have been sent from now on, and return the plan with its uploaded pictures.

    Raises:
        NotPossibleNow: the plan was dropped in the meantime, since this took too long.
        PostNotFound: the post was cancelled in the meantime.
    """
    await _lock_post(session, plan.post_id)
    statement = (
        update(PlannedEditRow)
        .where(PlannedEditRow.post_id == plan.post_id, PlannedEditRow.token == plan.token)
        .values(sent_at=func.now(), photos=photos)
        .returning(PlannedEditRow)
    )
    sent = await session.scalar(statement)
    if sent is None:
        raise _in_progress()
    await record_event(session, plan.post_id, RequestEvent.EDIT_SENT)
    return sent


async def drop(session: AsyncSession, plan: PlannedEditRow) -> None:
    """Drop a plan; the clean-up removes its picture unless a post has it."""
    await session.execute(
        delete(PlannedEditRow).where(
            PlannedEditRow.post_id == plan.post_id, PlannedEditRow.token == plan.token
        )
    )


async def reject(session: AsyncSession, plan: PlannedEditRow, code: str, message: str) -> None:
    """Drop a plan that Buffer did not take, and record why."""
    await record_event(session, plan.post_id, RequestEvent.EDIT_REFUSED, code=code, message=message)
    await drop(session, plan)


async def adopt(session: AsyncSession, plan: PlannedEditRow, found: BufferPost) -> None:
    """Apply a plan to its post, since Buffer has taken it."""
    await transitions.record_edit(session, plan, found)
    await drop(session, plan)


async def settle(
    session: AsyncSession, row: PostRow, found: BufferPost, asked_at: datetime, timings: Timings
) -> PostRow:
    """Adopt or drop the plan of a post, if there is one, and return the post as it is then.

    `asked_at` is when Buffer was asked, by the database's clock: an older answer proves nothing about a plan.

    Raises:
        PostNotFound: it was cancelled in the meantime.
    """
    query = select(PlannedEditRow).where(
        PlannedEditRow.post_id == row.id, PlannedEditRow.sent_at.is_not(None)
    )
    if await session.scalar(query) is not None:  # it may change the photos, or the post may fail
        await session.execute(taking_photos(row.persona_id))
    await _lock_post(session, row.id)
    plan = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if plan is None or plan.sent_at is None:
        return row
    if has_lost_pictures(plan, found) and found.status == BufferStatus.SCHEDULED:
        await transitions.record_removal(session, row, code=Code.IMAGE_DROPPED, message=WITHOUT_PICTURE)
        return row
    # Published without all of its pictures it is as planned, too: there is nothing left to be made good.
    if has_arrived(plan, found) or (has_lost_pictures(plan, found) and found.is_public):
        await adopt(session, plan, found)
        await session.flush()
        return await session.get_one(PostRow, row.id, populate_existing=True)
    if plan.sent_at + timedelta(seconds=timings.settle) < asked_at:
        await reject(session, plan, Code.NO_ANSWER, "The change never arrived in Buffer.")
    return row


def has_lost_pictures(plan: PlannedEditRow, found: BufferPost) -> bool:
    """Return whether Buffer has taken the edit but dropped pictures."""
    if not found.asset_sources:
        return True
    is_planned = plan.delivery_key is None or any(
        plan.delivery_key in source for source in found.asset_sources
    )
    return is_planned and len(found.asset_sources) < len(plan.photos)


def has_arrived(plan: PlannedEditRow, found: BufferPost) -> bool:
    """Return whether Buffer has the post as planned."""
    if has_lost_pictures(plan, found):
        return False
    if plan.delivery_key is not None:
        return any(plan.delivery_key in source for source in found.asset_sources)
    same_time = plan.due_at is None or (
        found.due_at is not None and abs(found.due_at - plan.due_at) < SAME_TIME
    )
    same_alt_texts = all(
        there in (None, photo.alt_text) for there, photo in zip(found.alt_texts, plan.photos, strict=False)
    )
    return found.text == plan.caption and same_alt_texts and same_time


async def settled_at(session: AsyncSession, timings: Timings) -> dict[int, datetime]:
    """Return from when on Buffer's answer proves the outcome of each sent plan, by post id; drop abandoned plans."""
    await session.execute(_abandoned(timings))
    query = select(PlannedEditRow.post_id, PlannedEditRow.sent_at).where(PlannedEditRow.sent_at.is_not(None))
    wait = timedelta(seconds=timings.settle)
    rows = (await session.execute(query)).all()
    return {post_id: sent_at + wait for post_id, sent_at in rows if sent_at is not None}
