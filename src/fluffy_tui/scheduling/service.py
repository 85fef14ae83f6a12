"""What screens, console and scripts ask of scheduling: submit, list, retry, let go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select

from fluffy_tui.buffer import ShareMode
from fluffy_tui.media import Framing
from fluffy_tui.photos import Photo, PhotoNotFound, PhotoState
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.edits.cancellation import Cancelling
from fluffy_tui.scheduling.edits.picture_replacement import Reframing
from fluffy_tui.scheduling.edits.post_edit import Change, Editing
from fluffy_tui.scheduling.edits.retry import Resending
from fluffy_tui.scheduling.model import (
    ON_THE_WAY,
    Missing,
    NotPossibleNow,
    PersonaCounts,
    Post,
    PostEvent,
    PostNotFound,
    PostStatus,
    Reason,
    ScheduleResult,
    Step,
)
from fluffy_tui.scheduling.problems.problem_inbox import Inbox
from fluffy_tui.scheduling.rows import event_of, post_of
from fluffy_tui.scheduling.submit.new_post import Submitting
from fluffy_tui.scheduling.submit.submission_check import (
    Submission,
    channel_refusal,
    file_refusal,
    written_refusal,
)
from fluffy_tui.scheduling.tables import PostEventRow, PostRow
from fluffy_tui.scheduling.timings import Pace

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


def scheduled_photo_ids() -> Select[int]:
    """Return the query for the ids of all photos that have a post; the library leaves these out."""
    return select(PostRow.photo_id)


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
    """None while no key is set."""
    pace: Pace = field(default_factory=Pace)
    undo_seconds: float = 0.0
    """How long a submitted post waits before it leaves, so that it can be taken back."""
    host: MediaHost | None = None
    """None while no media host is set."""
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
    ) -> ScheduleResult:
        """Submit a photo: write its post and defer its delivery in one transaction, or say why not.

        A photo has at most one post. Of two submissions at the same moment one wins, and the other is told so.

        Args:
            photo: the photo or its id.
            caption: kept exactly, but for NUL characters and foreign line ends.
            alt_text: what the picture shows, for those who cannot see it.
            share_mode: next slot, front of the queue, at a time, or now.
            at: the time, with its zone, for CUSTOM_SCHEDULED.
            framing: fit, shape and turn of the picture.

        Returns:
            A result that is clearly a success or a refusal; refusals are never raised.
        """
        try:
            current = await self.photos.get(photo.id if isinstance(photo, Photo) else photo)
        except PhotoNotFound as error:
            return ScheduleResult(False, reason=str(error), code=Reason.PHOTO_MISSING)
        persona = await self.personas.by_id(current.persona_id)
        submission = Submission.of(current, persona, caption, alt_text, share_mode, at, framing)
        refusal = written_refusal(submission)
        if refusal is None and (state := await self.photos.check(current)) is not PhotoState.UNCHANGED:
            refusal = file_refusal(state, current)
        if refusal is None and not self.missing:
            refusal = channel_refusal(persona)
        return refusal or await self._submitting.write(submission)

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
            persona: whose; everybody's when not given.
            limit: how many at most.
            before_id: only those that are older than this one.
            steps: only those at one of these steps; None among them means drafts that were never submitted.
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
        """Return one post, or None when it was let go."""
        found = await self._posts(select(PostRow).where(PostRow.id == post_id))
        return found[0] if found else None

    async def on_their_way(self) -> list[Post]:
        """Return the posts between submission and acceptance, oldest first."""
        return await self._posts(select(PostRow).where(PostRow.step.in_(ON_THE_WAY)).order_by(PostRow.id))

    async def timeline(self, post_id: int) -> list[PostEvent]:
        """Return everything that happened to a post, oldest first; empty when it was let go."""
        query = select(PostEventRow).where(PostEventRow.post_id == post_id).order_by(PostEventRow.id)
        async with self.database.transaction() as session:
            return [event_of(row) for row in (await session.execute(query)).scalars()]

    async def _posts(self, query: Select[PostRow]) -> list[Post]:
        async with self.database.transaction() as session:
            return [post_of(row) for row in (await session.execute(query)).scalars()]

    async def counts(self) -> dict[int, PersonaCounts]:
        """Return each persona's counts, by persona id; a persona without photos is left out."""
        due = func.min(case((PostRow.step == Step.ACCEPTED, PostRow.scheduled_at)))
        query = select(PostRow.persona_id, PostRow.status, func.count(), due).group_by(
            PostRow.persona_id, PostRow.status
        )
        async with self.database.transaction() as session:
            grouped = (await session.execute(query)).all()
        unscheduled = await self.photos.unscheduled_counts()
        by_status: dict[int, dict[str, int]] = {}
        next_due: dict[int, datetime] = {}
        for persona_id, status, count, due_at in grouped:
            by_status.setdefault(persona_id, {})[status] = count
            if due_at is not None:
                next_due[persona_id] = due_at
        return {
            persona_id: PersonaCounts(
                unscheduled=unscheduled.get(persona_id, 0),
                drafts=by_status.get(persona_id, {}).get(PostStatus.DRAFT, 0),
                scheduled=by_status.get(persona_id, {}).get(PostStatus.SCHEDULED, 0),
                failed=by_status.get(persona_id, {}).get(PostStatus.FAILED, 0),
                posted=by_status.get(persona_id, {}).get(PostStatus.POSTED, 0),
                next_due_at=next_due.get(persona_id),
            )
            for persona_id in unscheduled.keys() | by_status.keys()
        }

    async def retry(self, post_id: int) -> Post:
        """Send a failed, held or kept post on its way again; Buffer is looked at before anything is created.

        Raises:
            NotPossibleNow: it is on its way or there already, its time is past, or something is missing.
            PostNotFound: it was let go.
            BufferError: Buffer could not be asked what became of the first try.
        """
        return await self._resending.retry(await self._existing(post_id))

    async def rehost(self, post_id: int) -> Post:
        """Render and host a post's picture anew: at once if Buffer has the post, else when it is sent again.

        Raises:
            NotPossibleNow: it is on its way or live, or something that delivery needs is missing.
            PostNotFound: it was let go.
        """
        return await self._resending.rehost(await self._existing(post_id))

    async def troubles(self, persona: Persona | int | None = None) -> list[Problem]:
        """Return everything that needs a person, of one persona or of all, worst first."""
        persona_id = persona if persona is None or isinstance(persona, int) else persona.id
        inbox = Inbox(
            self.database,
            self.personas,
            self.photos,
            self.workers,
            self.request_budget,
            self.pace,
            self.missing,
        )
        return await inbox.troubles(persona_id)

    async def cancel(self, post_id: int) -> None:
        """Take a post back and free its photo: at once before it left, through Buffer once Buffer has it.

        Raises:
            NotPossibleNow: it is going out, is live, or it is not known whether Buffer has it.
            PostNotFound: it is gone already.
            BufferError: Buffer could not be asked, or gave no answer.
        """
        await self._cancelling.cancel(post_id)

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
        """Change a post's words, time or framing and leave what is not given; a failed one has to be sent again.

        Another framing of a post that Buffer has is rendered and hosted here, before Buffer is told its address.

        Raises:
            NotPossibleNow: the network does not take the words, or the post is on its way, going out or live.
            PostNotFound: it is gone.
            Trouble: another framing was asked for, and the photo's file is not what it was.
            MediaHostError: another framing was asked for, and the host does not take the picture.
            BufferError: Buffer did not do it; with `edit_ignored` it took the words and kept the time.
        """
        change = Change(caption, alt_text, share_mode, at, framing)
        reframing = Reframing(self.photos, self.host)
        return await Editing(self._cancelling, self.personas, reframing, self.pace).edit(post_id, change)

    @property
    def _submitting(self) -> Submitting:
        return Submitting(self.database, self.queue, self.undo_seconds, self.missing)

    @property
    def _resending(self) -> Resending:
        return Resending(self.database, self.queue, self.personas, self.buffer, self.missing)

    @property
    def _cancelling(self) -> Cancelling:
        return Cancelling(self.database, self.queue, self.buffer)

    async def line(self, channel_id: str) -> list[Post]:
        """Return the posts of a channel that are on their way to Buffer, in the order in which they go."""
        query = select(PostRow).where(PostRow.channel_id == channel_id, PostRow.step.in_(ON_THE_WAY))
        return await self._posts(query.order_by(channel_queue.PLACE, PostRow.id))

    async def move_up(self, post_id: int) -> Post:
        """Let a waiting post change places with the one before it.

        Raises:
            NotPossibleNow: it is the first, or does not wait.
            PostNotFound: it is gone.
        """
        existing = await self._existing(post_id)
        async with self.database.transaction() as session:
            if not await channel_queue.move_up(session, self.queue, post_id):
                raise NotPossibleNow(
                    "This post is the first in line already."
                    if existing.step in ON_THE_WAY
                    else "This post does not wait in channel_queue."
                )
            return post_of(await session.get_one(PostRow, post_id))

    async def budget(self) -> Budget:
        """Return how many requests Buffer still takes, as last told to any process with this key."""
        return await self.request_budget.current()

    async def let_go(self, post_id: int) -> None:
        """Delete a post that is not in Buffer, which frees its photo.

        Raises:
            NotPossibleNow: it is in Buffer, or it may be.
            PostNotFound: it was let go already.
        """
        existing = await self._existing(post_id)
        async with self.database.transaction() as session:
            row = await session.get(PostRow, post_id)
            if not await transitions.release(session, post_id):
                raise NotPossibleNow(
                    f"This post is {existing.step}, so it is in Buffer or may be.",
                    "Delete it in Buffer if it should not go out.",
                )
            if row is not None:
                await channel_queue.left(session, self.queue, row)

    async def _existing(self, post_id: int) -> Post:
        existing = await self.post(post_id)
        if existing is None:
            raise PostNotFound("That post is gone.", "It was let go, and its photo is free again.")
        return existing
