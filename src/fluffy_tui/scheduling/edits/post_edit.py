"""Change a post's text, time or picture: in our row while it has not been sent, else in Buffer and then here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import BufferError, Code, NewPost, NextStep, ShareMode
from fluffy_tui.core.database import database_now
from fluffy_tui.core.elapsed_time import elapsed_seconds
from fluffy_tui.networks import clean_caption, rules_for
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.deferral import defer_delivery
from fluffy_tui.scheduling.delivery.picture_upload import rendition_facts
from fluffy_tui.scheduling.delivery.pinterest_board import board_of
from fluffy_tui.scheduling.delivery_key import next_delivery_key
from fluffy_tui.scheduling.edits import planned_edits
from fluffy_tui.scheduling.edits.cancellation import is_live, not_found, not_shown, required
from fluffy_tui.scheduling.model import IN_BUFFER, NotPossibleNow, OutcomeUnknown, PictureLost, Post, Step
from fluffy_tui.scheduling.submit.submission_check import buffer_now, text_refusal, time_refusal
from fluffy_tui.scheduling.tables import PostRow
from fluffy_tui.scheduling.timings import FOREVER

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.buffer import BufferClient, BufferPost, Channel
    from fluffy_tui.media import Framing
    from fluffy_tui.personas import Personas
    from fluffy_tui.scheduling.delivery.picture_upload import PictureUpload
    from fluffy_tui.scheduling.edits.cancellation import Cancellation
    from fluffy_tui.scheduling.tables import PlannedEditRow
    from fluffy_tui.scheduling.timings import Timings


@dataclass(frozen=True, slots=True)
class EditRequest:
    """What to change; None leaves a value as it is."""

    caption: str | None = None
    alt_text: str | None = None
    share_mode: ShareMode | None = None
    at: datetime | None = None
    framing: Framing | None = None
    new_picture: bool = False
    """Whether to render and upload the picture again, at a new URL."""


@dataclass(frozen=True, slots=True)
class EditedPost:
    """A post as it will be after an edit."""

    caption: str
    alt_text: str
    share_mode: ShareMode
    at: datetime | None
    moves_time: bool
    """Whether the request names a share mode or a time."""
    framing: Framing
    changes_picture: bool

    @classmethod
    def of(cls, row: PostRow, request: EditRequest) -> EditedPost:
        """Return the row's values with those of the request; a time alone means a custom time."""
        share_mode, at = request.share_mode, request.at
        moves_time = share_mode is not None or at is not None
        if share_mode is None:
            share_mode = ShareMode.CUSTOM_SCHEDULED if at is not None else row.share_mode
        framing = request.framing or row.framing
        return cls(
            caption=row.caption if request.caption is None else clean_caption(request.caption),
            alt_text=row.alt_text if request.alt_text is None else clean_caption(request.alt_text),
            share_mode=share_mode,
            at=at if moves_time else row.requested_at_time,
            moves_time=moves_time,
            framing=framing,
            changes_picture=request.new_picture or framing != row.framing,
        )


@dataclass(frozen=True, slots=True)
class PostEdit:
    """Changes posts."""

    cancellation: Cancellation
    personas: Personas
    pictures: PictureUpload
    timings: Timings

    async def edit(self, post_id: int, request: EditRequest) -> Post:
        """Change what the request names and leave the rest; see `Scheduling.edit`."""
        row = await self._row(post_id)
        edited = EditedPost.of(row, request)
        channel = await self._channel(row)
        rules = rules_for(str(channel.service) if channel else "")
        refusal = text_refusal(edited.caption, edited.alt_text, rules)
        if refusal is None and edited.moves_time:
            refusal = time_refusal(edited.share_mode, edited.at, buffer_now(self.cancellation.buffer))
        if refusal is not None:
            raise NotPossibleNow(refusal.reason)
        post = await self._edit_unsent(row, edited)
        if post is not None:
            return post
        row = await self._row(post_id)  # a worker may have moved it in the meantime
        return await self._edit_in_buffer(row, request, channel)

    async def _edit_unsent(self, row: PostRow, edited: EditedPost) -> Post | None:
        """Change a post that cannot be in Buffer; None if it may be there."""
        database, queue = self.cancellation.database, self.cancellation.queue
        async with database.transaction() as session:
            changed = await transitions.edit_unsent(
                session,
                row,
                new_picture=edited.changes_picture,
                caption=edited.caption,
                alt_text=edited.alt_text,
                share_mode=edited.share_mode,
                requested_at_time=edited.at,
                framing=edited.framing,
            )
            if changed is None:
                return None
            if changed.step == Step.QUEUED and changed.next_try_at is None:
                await defer_delivery(session, queue, changed)
            await session.refresh(changed)
            return changed.to_post()

    async def _edit_in_buffer(self, row: PostRow, request: EditRequest, channel: Channel | None) -> Post:
        if row.step == Step.LIVE:
            raise is_live(row)
        if row.step not in IN_BUFFER or row.buffer_post_id is None or channel is None:
            raise NotPossibleNow(
                "This post is being sent to Buffer right now.", "Change it once it has arrived there."
            )
        buffer = required(self.cancellation.buffer)
        row, found = await self._current(buffer, row)
        if row.step not in IN_BUFFER:
            raise NotPossibleNow("This post changed in the meantime.", "Check it and try again.")
        new, plan = await self._plan(row, EditedPost.of(row, request), found, channel)
        try:
            changed = await buffer.edit_post(found.id, new)
        except BufferError as error:
            changed = await self._outcome(buffer, row, plan, error)
        return await self._adopt(plan, changed)

    async def _current(self, buffer: BufferClient, row: PostRow) -> tuple[PostRow, BufferPost]:
        """Return the post as it is here and in Buffer, with the results of an earlier edit and of changes made there.

        Raises:
            NotPossibleNow: it is live, being published, or gone from Buffer.
            PostNotFound: it was cancelled in the meantime.
        """
        async with self.cancellation.database.transaction() as session:
            asked_at = await database_now(session)
        try:
            found = await buffer.post(str(row.buffer_post_id))
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise
            await self.cancellation.refuse_unless_gone(row, buffer)
            raise not_shown() from error
        async with self.cancellation.database.transaction() as session:
            row = await planned_edits.settle(session, row, found, asked_at, self.timings)
        await self.cancellation.refuse_if_published(row, found)
        async with self.cancellation.database.transaction() as session:
            await transitions.record_status(session, row, found)
        return await self._row(row.id), found

    async def _plan(
        self, row: PostRow, edited: EditedPost, found: BufferPost, channel: Channel
    ) -> tuple[NewPost, PlannedEditRow]:
        """Record what is about to be sent, with its picture uploaded, as the last thing before it is sent."""
        database = self.cancellation.database
        rendition = None
        if edited.changes_picture:
            self.pictures.required_host()
            rendition = await self.pictures.render(
                row.photo_id, edited.framing, str(channel.service), accept_damaged=row.accept_damaged
            )
        new = _whole_post(row, edited, found, channel)
        async with database.transaction() as session:
            plan = await planned_edits.begin(
                session,
                row.id,
                self.timings,
                caption=new.text,
                alt_text=new.alt_text,
                share_mode=new.share_mode,
                due_at=new.due_at,
                delivery_key=next_delivery_key(row.delivery_key) if rendition else None,
                framing=edited.framing,
            )
        try:
            picture: dict[str, Any] = {}
            if rendition is not None:
                # A new URL, since Buffer and caches in front of the media host may remember the old picture.
                url = await self.pictures.upload(str(plan.delivery_key), rendition)
                picture = {"media_url": url, "rendition": rendition_facts(rendition)}
                new = replace(new, image_url=url)
            return new, await self._mark_sent(plan, picture)
        except BaseException:  # including cancellation: nothing has been sent
            async with database.transaction() as session:
                await planned_edits.drop(session, plan)
            raise

    async def _mark_sent(self, plan: PlannedEditRow, picture: dict[str, Any]) -> PlannedEditRow:
        before = elapsed_seconds()
        async with self.cancellation.database.transaction() as session:
            sent = await planned_edits.mark_sent(session, plan, **picture)
        if elapsed_seconds() - before > self.timings.send_limit:
            # Whoever checks after `settle` relies on no edit being sent later than `send_limit`.
            raise NotPossibleNow("The computer was asleep just before sending.", "Try again.")
        return sent

    async def _outcome(
        self, buffer: BufferClient, row: PostRow, plan: PlannedEditRow, error: BufferError
    ) -> BufferPost:
        """Find out what an edit without a clear success has done, and return the post if it is as planned.

        Finding it unchanged proves nothing before the edit had time to arrive, so until then the plan stays, and
        whoever asks Buffer next adopts or drops it.
        """
        if error.code is Code.EDIT_IGNORED and error.post is not None:
            await self._adopt(plan, error.post)
            raise error
        if error.code is Code.IMAGE_DROPPED and error.post is not None:
            await self._remove_without_picture(buffer, row, error)
        if error.next_step is not NextStep.LOOK_FIRST:
            async with self.cancellation.database.transaction() as session:
                await planned_edits.reject(session, plan, error.code, str(error))
            raise error
        unknown = OutcomeUnknown(
            f"It is not known yet whether Buffer took this change: {error.message}",
            "That is being checked. Look at the post in a few minutes, and change it again if necessary.",
        )
        try:
            found = await buffer.post(str(row.buffer_post_id))
        except BufferError as unanswered:  # it says nothing about the edit, which may be in Buffer
            raise unknown from unanswered
        if planned_edits.has_arrived(plan, found):
            return found
        raise unknown from error

    async def _remove_without_picture(self, buffer: BufferClient, row: PostRow, error: BufferError) -> None:
        """Delete a post in Buffer that lost its picture in an edit: it must not be published without one."""
        message = (
            "Buffer dropped the picture when the post was changed, so the post was deleted there. Retry it."
        )
        deleted = True
        try:
            await buffer.delete_post(str(row.buffer_post_id))
        except BufferError:
            message, deleted = planned_edits.WITHOUT_PICTURE, False
        async with self.cancellation.database.transaction() as session:
            await transitions.record_removal(session, row, code=Code.IMAGE_DROPPED, message=message)
        raise PictureLost(message, deleted=deleted) from error

    async def _adopt(self, plan: PlannedEditRow, changed: BufferPost) -> Post:
        async with self.cancellation.database.transaction() as session:
            await planned_edits.adopt(session, plan, changed)
            current = await session.get(PostRow, plan.post_id)
            if current is None:
                raise not_found()
            return current.to_post()

    async def _row(self, post_id: int) -> PostRow:
        async with self.cancellation.database.transaction() as session:
            row = await session.get(PostRow, post_id)
        if row is None:
            raise not_found()
        return row

    async def _channel(self, row: PostRow) -> Channel | None:
        if row.channel_id is None:
            return (await self.personas.by_id(row.persona_id)).channel
        return await self.personas.known_channel(row.channel_id, FOREVER)


def _whole_post(row: PostRow, edited: EditedPost, found: BufferPost, channel: Channel) -> NewPost:
    """Return the whole post for the request, because Buffer validates an edit as a whole.

    A new text must not move it: a queue mode would send it to the next free slot, so its present time is given.
    """
    mode, due_at = edited.share_mode, edited.at
    if not edited.moves_time:
        due_at = found.due_at
        mode = ShareMode.CUSTOM_SCHEDULED if due_at is not None else edited.share_mode
    return NewPost(
        channel_id=channel.id,
        service=channel.service,
        text=edited.caption,
        image_url=str(row.media_url),
        alt_text=edited.alt_text,
        share_mode=mode,
        due_at=due_at if mode is ShareMode.CUSTOM_SCHEDULED else None,
        pinterest_board_id=board_of(row, channel),
    )
