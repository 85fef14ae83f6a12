"""Write what was submitted: the post and the job that delivers it, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fluffy_tui.core.database import database_now
from fluffy_tui.scheduling.delivery.deferral import defer_delivery, defer_waking
from fluffy_tui.scheduling.delivery_key import new_delivery_key
from fluffy_tui.scheduling.model import Missing, PostStatus, Reason, ScheduleResult, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.submit.submission_check import Submission


@dataclass(frozen=True, slots=True)
class PostWriter:
    """Writes submissions that have passed the checks."""

    database: Database
    queue: App
    undo_seconds: float
    missing: tuple[Missing, ...]
    """What delivery lacks; while it lacks something, posts stay drafts."""

    async def write(self, submission: Submission) -> ScheduleResult:
        """Write the post of a submission and defer its delivery, or refuse it if its photo already has a post."""
        try:
            async with self.database.transaction() as session:
                row = await self._row_for(session, submission)
                if row is None:
                    return await self._already_scheduled(session, submission.photo)
                if not self.missing:
                    await self._queue(session, row)
                await session.flush()
                await session.refresh(row)
                post = row.to_post()
        except IntegrityError:  # the other one of two simultaneous submissions was first
            async with self.database.transaction() as session:
                return await self._already_scheduled(session, submission.photo)
        if self.missing:
            reason = f"Saved as a draft, not submitted: {' '.join(map(str, self.missing))}"
            return ScheduleResult(False, post=post, reason=reason, code=Reason.KEPT_AS_DRAFT)
        return ScheduleResult(True, post=post)

    async def _queue(self, session: AsyncSession, row: PostRow) -> None:
        row.step = Step.QUEUED
        if self.undo_seconds <= 0:
            await session.flush()
            await defer_delivery(session, self.queue, row)
            return
        send_at = await database_now(session) + timedelta(seconds=self.undo_seconds)
        row.next_try_at = send_at
        await session.flush()
        await defer_waking(session, self.queue, row.id, send_at)

    async def _row_for(self, session: AsyncSession, submission: Submission) -> PostRow | None:
        """Return a new row, or the photo's unsubmitted draft with the new text; None if the photo has a post."""
        query = select(PostRow).where(PostRow.photo_id == submission.photo.id).with_for_update()
        row = (await session.execute(query)).scalar_one_or_none()
        if row is None:
            row = PostRow(
                photo_id=submission.photo.id,
                persona_id=submission.persona.id,
                delivery_key=new_delivery_key(submission.photo.sha256),
            )
            session.add(row)
        elif row.status != PostStatus.DRAFT or row.step is not None:
            return None
        submission.write_to(row)
        return row

    async def _already_scheduled(self, session: AsyncSession, photo: Photo) -> ScheduleResult:
        query = select(PostRow).where(PostRow.photo_id == photo.id)
        row = (await session.execute(query)).scalar_one_or_none()
        post = row.to_post() if row else None
        state = f" ({post.state})" if post else ""
        return ScheduleResult(
            False, post=post, reason=f"{photo.name} already has a post{state}.", code=Reason.ALREADY_SCHEDULED
        )
