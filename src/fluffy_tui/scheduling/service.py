"""What screens, console and scripts ask of scheduling: submit, list, edit, retry, cancel."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select

from fluffy_tui.buffer import ShareMode
from fluffy_tui.images import Unreadable
from fluffy_tui.media import Framing
from fluffy_tui.networks import clean_caption
from fluffy_tui.photos import Photo, PhotoNotFound, PhotoState, PhotoUnreadable
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.delivery.picture_upload import PictureUpload
from fluffy_tui.scheduling.edits.cancellation import Cancellation, not_found
from fluffy_tui.scheduling.edits.post_edit import EditRequest, PostEdit
from fluffy_tui.scheduling.edits.retry import Retry
from fluffy_tui.scheduling.model import (
    ON_THE_WAY,
    Missing,
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostEvent,
    PostStatus,
    Reason,
    ScheduleResult,
    Step,
)
from fluffy_tui.scheduling.problems.problem_inbox import ProblemInbox
from fluffy_tui.scheduling.submit.post_writer import PostWriter
from fluffy_tui.scheduling.submit.submission_check import (
    Submission,
    buffer_now,
    channel_refusal,
    content_refusal,
    file_refusal,
    shown_channel_refusal,
)
from fluffy_tui.scheduling.tables import PostEventRow, PostRow
from fluffy_tui.scheduling.timings import Timings

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from procrastinate import App
    from sqlalchemy import Select

    from fluffy_tui.buffer import Budget, BufferClient
    from fluffy_tui.core.database import Database
    from fluffy_tui.media import MediaHost
    from fluffy_tui.personas import Persona, Personas
    from fluffy_tui.photos import Photos
    from fluffy_tui.scheduling.background.workers import Workers
    from fluffy_tui.scheduling.problems.problem import Problem
    from fluffy_tui.scheduling.request_budget import RequestBudget

_WAITING = frozenset({None, Step.FAILED, Step.HELD, Step.QUEUED, Step.ACCEPTED})
"""Steps of a post that can get another picture; None is a draft's."""


@dataclass(frozen=True, slots=True)
class Scheduling:
    """The posts of one database."""

    database: Database
    queue: App
    personas: Personas
    photos: Photos
    request_budget: RequestBudget
    workers: Workers
    buffer: BufferClient | None
    """None while no key is configured."""
    timings: Timings = field(default_factory=Timings)
    undo_seconds: float = 0.0
    """How long a submitted post waits before it is sent, so that submitting can be undone."""
    host: MediaHost | None = None
    """None while no media host is configured."""
    missing: tuple[Missing, ...] = field(default=())
    """What delivery lacks, such as a Buffer key; while it lacks something, posts stay drafts."""

    async def schedule_post(
        self,
        photo: Photo | int,
        caption: str,
        *,
        alt_text: str = "",
        share_mode: ShareMode = ShareMode.ADD_TO_QUEUE,
        at: datetime | None = None,
        framing: Framing = Framing(),
        accept_damaged: bool = False,
        shown_channel_id: str | None = None,
    ) -> ScheduleResult:
        """Submit a photo: write its post and defer its delivery in one transaction, or refuse it with a reason.

        A photo has at most one post. Of two submissions at the same moment one succeeds, and the other is refused.

        Args:
            photo: the photo or its id.
            caption: stored as given, but for NUL characters and foreign line endings.
            alt_text: describes the picture for those who cannot see it.
            share_mode: next slot, front of the queue, at a time, or now.
            at: the time, with its zone, for CUSTOM_SCHEDULED.
            framing: fit, shape and turn of the picture.
            accept_damaged: post what is left of the photo if it is damaged; otherwise that is a refusal.
            shown_channel_id: the channel that the user was shown; if the persona has another one by now, that is
                a refusal. Not checked if not given.

        Returns:
            A success or a refusal; refusals are never raised.
        """
        try:
            current = await self.photos.get(photo.id if isinstance(photo, Photo) else photo)
        except PhotoNotFound as error:
            return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_MISSING)
        persona = await self.personas.by_id(current.persona_id)
        submission = Submission(
            current,
            persona,
            clean_caption(caption),
            clean_caption(alt_text),
            share_mode,
            at,
            framing,
            accept_damaged,
        )
        refusal = shown_channel_refusal(persona, shown_channel_id)
        refusal = refusal or content_refusal(submission, buffer_now(self.buffer))
        is_here = True
        if refusal is None and (state := await self.photos.check(current)) is not PhotoState.UNCHANGED:
            is_here = state is not PhotoState.ELSEWHERE  # else the machine that has it looks at it
            refusal = file_refusal(state, current) if is_here else None
        if refusal is None and not self.missing:
            refusal = channel_refusal(persona)
        if refusal is None and is_here:
            refusal = await self._picture_refusal(submission)
        writer = PostWriter(self.database, self.queue, self.undo_seconds, self.missing)
        return refusal or await writer.write(submission)

    async def _picture_refusal(self, submission: Submission) -> ScheduleResult | None:
        """Return why a photo cannot be posted that does not decode whole; quick where it has been shown before."""
        try:
            await asyncio.to_thread(self.photos.thumbnail, submission.photo, 1, 1)
        except PhotoUnreadable as error:
            if error.reason is not Unreadable.DAMAGED:
                return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_UNREADABLE)
            if not submission.accept_damaged:
                return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_DAMAGED)
        return None

    async def posts(
        self,
        persona: Persona | int | None = None,
        *,
        limit: int = 200,
        before_id: int | None = None,
        steps: Collection[Step | None] | None = None,
    ) -> list[Post]:
        """Return posts, newest first: of one persona or of all, from below `before_id` when paging.

        Args:
            persona: whose posts; those of all personas if not given.
            limit: how many at most.
            before_id: only posts older than this one.
            steps: only posts at one of these steps; None among them means unsubmitted drafts.
        """
        query = select(PostRow).order_by(PostRow.id.desc()).limit(limit)
        if persona is not None:
            query = query.where(PostRow.persona_id == (persona if isinstance(persona, int) else persona.id))
        if before_id is not None:
            query = query.where(PostRow.id < before_id)
        if steps is not None:
            at_steps = PostRow.step.in_([step for step in steps if step is not None])
            query = query.where(or_(at_steps, PostRow.step.is_(None)) if None in steps else at_steps)
        return await self._posts(query)

    async def post(self, post_id: int) -> Post | None:
        """Return one post, or None if it does not exist any more."""
        found = await self._posts(select(PostRow).where(PostRow.id == post_id))
        return found[0] if found else None

    async def on_their_way(self) -> list[Post]:
        """Return the submitted posts that Buffer has not accepted yet, oldest first."""
        return await self._posts(select(PostRow).where(PostRow.step.in_(ON_THE_WAY)).order_by(PostRow.id))

    async def timeline(self, post_id: int) -> list[PostEvent]:
        """Return the history of a post, oldest first; empty if it does not exist any more."""
        query = select(PostEventRow).where(PostEventRow.post_id == post_id).order_by(PostEventRow.id)
        async with self.database.transaction() as session:
            return [row.to_event() for row in (await session.execute(query)).scalars()]

    async def _posts(self, query: Select[PostRow]) -> list[Post]:
        async with self.database.transaction() as session:
            return [row.to_post() for row in (await session.execute(query)).scalars()]

    async def counts(self) -> dict[int, PersonaCounts]:
        """Return the counts of each persona, by persona id; personas without photos are left out."""
        due = func.min(case((PostRow.step == Step.ACCEPTED, PostRow.scheduled_at)))
        query = select(PostRow.persona_id, PostRow.status, func.count(), due).group_by(
            PostRow.persona_id, PostRow.status
        )
        async with self.database.transaction() as session:
            grouped = (await session.execute(query)).all()
        unscheduled = await self.photos.unscheduled_counts()
        counts = {persona_id: PersonaCounts(unscheduled=count) for persona_id, count in unscheduled.items()}
        for persona_id, status, count, due_at in grouped:
            before = counts.get(persona_id, PersonaCounts())
            name = "drafts" if status is PostStatus.DRAFT else status.value
            next_due_at = due_at or before.next_due_at
            counts[persona_id] = replace(before, next_due_at=next_due_at, **{name: count})
        return counts

    async def retry(self, post_id: int) -> Post:
        """Queue a failed or held post or a draft again; Buffer is searched before anything is created.

        Raises:
            NotPossibleNow: it is being sent or in Buffer already, its time is past, or something is missing.
            PostNotFound: it was cancelled.
            BufferError: Buffer could not be asked what became of the first try.
        """
        return await self._retry.retry(await self._existing(post_id))

    async def upload_again(self, post_id: int) -> Post:
        """Render and upload a post's picture again: at once if Buffer has the post, otherwise with a retry.

        If the photo was exported again over its file meanwhile, the post gets the new picture.

        Raises:
            NotPossibleNow: it is being sent or live, or something that delivery needs is missing.
            PostNotFound: it was cancelled.
            FluffyError: the changed file cannot be used, or the change of a post in Buffer failed.
        """
        existing = await self._existing(post_id)
        photo = await self.photos.get(existing.photo_id)
        if existing.step in _WAITING and await self.photos.check(photo) is PhotoState.CHANGED:
            await self.photos.read_again(photo)
            existing = await self._post_edit.edit(post_id, EditRequest(new_picture=True))
            if existing.step in (Step.QUEUED, Step.ACCEPTED):
                return existing
        return await self._retry.upload_again(existing)

    async def problems(self, persona: Persona | int | None = None) -> list[Problem]:
        """Return everything that needs attention, of one persona or of all, the worst first."""
        persona_id = persona if persona is None or isinstance(persona, int) else persona.id
        inbox = ProblemInbox(
            self.database,
            self.personas,
            self.photos,
            self.workers,
            self.request_budget,
            self.timings,
            self.missing,
        )
        return await inbox.problems(persona_id)

    async def cancel(self, post_id: int) -> None:
        """Delete a post and free its photo: at once if it was not sent yet, through Buffer once it is there.

        Raises:
            NotPossibleNow: it is being published, is live, or it is not known whether Buffer has it.
            PostNotFound: it was cancelled already.
            BufferError: Buffer could not be asked, or did not answer.
        """
        await self._cancellation.cancel(post_id)

    async def edit(
        self,
        post_id: int,
        *,
        caption: str | None = None,
        alt_text: str | None = None,
        share_mode: ShareMode | None = None,
        at: datetime | None = None,
        framing: Framing | None = None,
    ) -> Post:
        """Change a post's text, time or picture and leave what is not given; a failed post must then be retried.

        A new picture of a post that Buffer has is rendered and uploaded before Buffer gets its URL.

        Raises:
            NotPossibleNow: the network rejects the text, or the post is being sent or published, or is live.
            PostNotFound: it was cancelled.
            DeliveryFailure: the picture is to change, and the photo's file is missing, changed or unreadable.
            MediaHostError: the picture is to change, and the upload failed.
            BufferError: Buffer did not do it; with `edit_ignored` it took the text and kept the time.
        """
        request = EditRequest(caption, alt_text, share_mode, at, framing)
        return await self._post_edit.edit(post_id, request)

    @property
    def _post_edit(self) -> PostEdit:
        pictures = PictureUpload(self.photos, self.host)
        return PostEdit(self._cancellation, self.personas, pictures, self.timings)

    @property
    def _retry(self) -> Retry:
        return Retry(self.database, self.queue, self.personas, self.buffer, self.missing, self.request_budget)

    @property
    def _cancellation(self) -> Cancellation:
        return Cancellation(self.database, self.queue, self.buffer, self.timings)

    async def queued_posts(self, channel_id: str) -> list[Post]:
        """Return the posts of a channel that Buffer has not accepted yet, in the order in which they are sent."""
        query = select(PostRow).where(PostRow.channel_id == channel_id, PostRow.step.in_(ON_THE_WAY))
        return await self._posts(query.order_by(channel_queue.POSITION, PostRow.id))

    async def move_up(self, post_id: int) -> Post:
        """Swap a queued post with the one ahead of it.

        Raises:
            NotPossibleNow: it is the first, or is not in the queue.
            PostNotFound: it was cancelled.
        """
        existing = await self._existing(post_id)
        async with self.database.transaction() as session:
            if not await channel_queue.move_up(session, self.queue, post_id):
                raise NotPossibleNow(
                    "This post is already first in the queue."
                    if existing.step in ON_THE_WAY
                    else "This post is not in the queue."
                )
            return (await session.get_one(PostRow, post_id)).to_post()

    async def budget(self) -> Budget:
        """Return how many requests Buffer still allows, as last reported to any process with this key."""
        return await self.request_budget.current()

    async def _existing(self, post_id: int) -> Post:
        existing = await self.post(post_id)
        if existing is None:
            raise not_found()
        return existing
