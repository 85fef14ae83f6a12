"""Write what was submitted: the post and the job that delivers it, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.deferral import defer_delivery, defer_waking
from fluffy_tui.scheduling.model import Missing, PostStatus, Reason, ScheduleResult, Step
from fluffy_tui.scheduling.rows import post_of
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from datetime import datetime

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.submit.submission_check import Submission


@dataclass(frozen=True, slots=True)
class Submitting:
    """Writes submissions that nothing speaks against."""

    database: Database
    queue: App
    undo_seconds: float
    missing: tuple[Missing, ...]
    """What delivery lacks; while it lacks something, posts stay drafts."""

    async def write(self, submission: Submission) -> ScheduleResult:
        """Write the post of a submission and defer its delivery, or say that its photo has a post already."""
        try:
            async with self.database.transaction() as session:
                row = await self._row_for(session, submission)
                if row is None:
                    return await self._already_scheduled(session, submission.photo)
                if not self.missing:
                    await self._send_on_its_way(session, row)
                await session.flush()
                await session.refresh(row)
                post = post_of(row)
        except IntegrityError:  # the other one of two simultaneous submissions was first
            async with self.database.transaction() as session:
                return await self._already_scheduled(session, submission.photo)
        if self.missing:
            reason = f"Kept as a draft, not submitted: {' '.join(map(str, self.missing))}"
            return ScheduleResult(False, post=post, reason=reason, code=Reason.KEPT_AS_DRAFT)
        return ScheduleResult(True, post=post)

    async def _send_on_its_way(self, session: AsyncSession, row: PostRow) -> None:
        row.step = Step.QUEUED
        if self.undo_seconds <= 0:
            await session.flush()
            await defer_delivery(session, self.queue, row)
            return
        moment = select(func.now() + timedelta(seconds=self.undo_seconds))
        leaves_at: datetime = (await session.execute(moment)).scalar_one()
        row.next_try_at = leaves_at
        await session.flush()
        await defer_waking(session, self.queue, row.id, leaves_at)

    async def _row_for(self, session: AsyncSession, submission: Submission) -> PostRow | None:
        """Return a new row, or the photo's unsubmitted draft with the new words; None when it has a post."""
        query = select(PostRow).where(PostRow.photo_id == submission.photo.id).with_for_update()
        row = (await session.execute(query)).scalar_one_or_none()
        if row is None:
            row = PostRow(
                photo_id=submission.photo.id,
                persona_id=submission.persona.id,
                delivery_key=transitions.new_delivery_key(),
            )
            session.add(row)
        elif row.status != PostStatus.DRAFT or row.step is not None:
            return None
        submission.write_to(row)
        return row

    async def _already_scheduled(self, session: AsyncSession, photo: Photo) -> ScheduleResult:
        query = select(PostRow).where(PostRow.photo_id == photo.id)
        row = (await session.execute(query)).scalar_one_or_none()
        return ScheduleResult(
            False,
            post=post_of(row) if row else None,
            reason=f"{photo.name} has a post already{f', which is {row.step or row.status}' if row else ''}.",
            code=Reason.ALREADY_SCHEDULED,
        )
