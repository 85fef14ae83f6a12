"""Write what was submitted: the posts and the jobs that deliver them, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select
from sqlalchemy.exc import IntegrityError

from fluffy_tui.core.database import Database, database_now
from fluffy_tui.photos import locked
from fluffy_tui.scheduling.delivery.delivery_jobs import defer_delivery, defer_waking
from fluffy_tui.scheduling.delivery_key import new_delivery_key
from fluffy_tui.scheduling.model import Missing, Post, PostStatus, Reason, ScheduleResult, Step
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.submit.post_again_rule import again_refusal, holders_of
from fluffy_tui.scheduling.tables import PostPhotoRow, PostRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.photos import Photos
    from fluffy_tui.scheduling.post_photo import PostPhoto
    from fluffy_tui.scheduling.submit.submission_check import Submission


@dataclass(frozen=True, slots=True)
class PostWriter:
    """Writes submissions that have passed the checks."""

    database: Database
    queue: App
    photos: Photos
    undo_seconds: float
    missing: tuple[Missing, ...]
    """What delivery lacks; while it lacks something, posts stay drafts."""
    again_after_months: int
    """For how long a post has to be live before its photos may be posted again."""

    async def write(self, requests: Sequence[Sequence[Submission]]) -> list[ScheduleResult]:
        """Write the posts of each request and defer their delivery, or refuse it if a photo already has a post.

        A request is what each channel is to get, the lead's first; at least one, and of the same photos. All requests
        are of one persona, are written in one transaction and leave at the same moment, so that they can be undone
        together.
        """
        async with self.database.transaction() as session:
            await session.execute(taking_photos(requests[0][0].persona.id))
            photos = (photo for submissions in requests for photo in submissions[0].photos)
            await session.execute(locked(photo.photo_id for photo in photos))
            send_at = await database_now(session) + timedelta(seconds=self.undo_seconds)
            written = [await self._posts(session, submissions, send_at) for submissions in requests]
        return [
            await self._result(submissions[0].photos, posts)
            for submissions, posts in zip(requests, written, strict=True)
        ]

    async def _result(self, photos: Sequence[PostPhoto], posts: Sequence[Post]) -> ScheduleResult:
        if not posts:
            return await self._already_scheduled(photos, await self._taken(photos))
        if self.missing:
            reason = f"Saved as a draft, not submitted: {' '.join(map(str, self.missing))}"
            return ScheduleResult(False, posts[0], reason, Reason.KEPT_AS_DRAFT, tuple(posts))
        return ScheduleResult(True, posts[0], posts=tuple(posts))

    async def check(self, submissions: Sequence[Submission]) -> ScheduleResult:
        """Return what `write` would answer now, without the posts, and write nothing."""
        photos = submissions[0].photos
        taken = {
            id_: post
            for id_, post in (await self._taken(photos)).items()
            if not (submissions[0].again and post.status == PostStatus.POSTED)
            and (post.photo_id != photos[0].photo_id or not is_unsubmitted(post))
        }
        if taken:
            return await self._already_scheduled(photos, taken)
        if self.missing:
            reason = f"This would be saved as a draft, not submitted: {' '.join(map(str, self.missing))}"
            return ScheduleResult(False, reason=reason, code=Reason.KEPT_AS_DRAFT)
        return ScheduleResult(True)

    async def _posts(
        self, session: AsyncSession, submissions: Sequence[Submission], send_at: datetime
    ) -> list[Post]:
        """Write the posts of one request; none if a photo of it has a post."""
        try:
            async with session.begin_nested():
                lead = await self._lead(session, submissions[0])
                if lead is None:
                    return []
                posts = [await self._written(session, lead, send_at)]
                for submission in submissions[1:]:
                    row = self._new_row(submission, lead_post_id=lead.id)
                    posts.append(await self._written(session, row, send_at))
                return posts
        except IntegrityError:
            return []

    async def _written(self, session: AsyncSession, row: PostRow, send_at: datetime) -> Post:
        """Write a row, with the job that delivers it unless delivery lacks something."""
        waits = self.undo_seconds > 0
        if not self.missing:
            row.step = Step.QUEUED
            row.next_try_at = send_at if waits else None
        session.add(row)
        await session.flush()
        if not self.missing and waits:
            await defer_waking(session, self.queue, row.id, send_at)
        elif not self.missing:
            await defer_delivery(session, self.queue, row)
        await session.refresh(row)
        return row.to_post()

    async def _lead(self, session: AsyncSession, submission: Submission) -> PostRow | None:
        """Return a new row, or the cover's unsubmitted draft with the new content; None if it is not to be repeated.

        No other post is locked, since whoever fails one waits for this transaction to get its photos freed.
        """
        photo_id = submission.photos[0].photo_id
        is_draft = and_(PostRow.status == PostStatus.DRAFT, PostRow.step.is_(None))
        row = await session.scalar(
            select(PostRow).where(PostRow.photo_id == photo_id, is_draft).with_for_update()
        )
        if row is None and submission.again:
            return await self._lead_again(session, submission)
        if row is None:
            return self._new_row(submission, photo_id=photo_id)
        cross_posts = PostRow.lead_post_id == row.id
        submitted = select(PostRow.id).where(cross_posts, PostRow.step.is_not(None))
        if await session.scalar(submitted.limit(1)) is not None:
            return None  # sent by itself from the draft
        await session.execute(delete(PostRow).where(cross_posts))
        submission.write_to(row)
        return row

    async def _lead_again(self, session: AsyncSession, submission: Submission) -> PostRow | None:
        """Return a new row that takes the photos over from the live post that has them; None if it may not."""
        photo_id = submission.photos[0].photo_id
        holders = await holders_of(session, [photo.photo_id for photo in submission.photos], lock=True)
        if not holders:
            return self._new_row(submission, photo_id=photo_id)
        [lead_id, group], *others = holders.items()
        now = await database_now(session)
        if others or again_refusal(group, now, self.again_after_months):
            return None
        return self._new_row(submission, photo_id=photo_id, again_of_id=lead_id)

    def _new_row(self, submission: Submission, **relations: int) -> PostRow:
        row = PostRow(
            persona_id=submission.persona.id,
            delivery_key=new_delivery_key(submission.photos[0].sha256),
            **relations,
        )
        submission.write_to(row)
        return row

    async def _already_scheduled(
        self, photos: Sequence[PostPhoto], taken: Mapping[int, Post]
    ) -> ScheduleResult:
        """Return the refusal that names the first photo with a post, given the posts by the photos' ids."""
        wanted = [photo.photo_id for photo in photos]
        first = next((photo_id for photo_id in wanted if photo_id in taken), wanted[0])
        post = taken.get(first)
        known = await self.photos.by_ids([first])
        state = f" ({post.state})" if post else ""
        name = known[first].name if first in known else "The photo"
        return ScheduleResult(False, post, f"{name} already has a post{state}.", Reason.ALREADY_SCHEDULED)

    async def _taken(self, photos: Sequence[PostPhoto]) -> dict[int, Post]:
        query = (
            select(PostRow, PostPhotoRow.photo_id)
            .join(PostPhotoRow, PostPhotoRow.post_id.in_((PostRow.id, PostRow.lead_post_id)))
            .where(PostPhotoRow.photo_id.in_([photo.photo_id for photo in photos]))
            # the last one counts
            .order_by(
                PostRow.step.is_(None).desc(), (PostRow.status == PostStatus.FAILED).desc(), PostRow.id.desc()
            )
        )
        async with self.database.transaction() as session:
            return {photo_id: row.to_post() for row, photo_id in (await session.execute(query)).all()}


def is_unsubmitted(post: PostRow | Post) -> bool:
    """Return whether a post is only a draft, which a new submission of its cover replaces."""
    return post.status == PostStatus.DRAFT and post.step is None
