"""Change a post's texts, time or photos: in our row while it has not been sent, else in Buffer and then here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from fluffy_tui.buffer import BufferError, Code, NewPost, NextStep, ShareMode
from fluffy_tui.core.clocks import elapsed_seconds
from fluffy_tui.core.database import database_now
from fluffy_tui.networks import clean_caption, rules_for
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure
from fluffy_tui.scheduling.delivery.delivery_jobs import defer_delivery
from fluffy_tui.scheduling.delivery.pinterest_board import board_of
from fluffy_tui.scheduling.delivery_key import next_delivery_key
from fluffy_tui.scheduling.edits import planned_edits
from fluffy_tui.scheduling.edits.cancellation import Cancellation, existing_row, is_live, not_shown, required
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import IN_BUFFER, NotPossibleNow, OutcomeUnknown, PictureLost, Post, Step
from fluffy_tui.scheduling.photo_usage import taking_photos
from fluffy_tui.scheduling.submit.submission_check import buffer_now, text_refusal, time_refusal
from fluffy_tui.scheduling.tables import PlannedEditRow, PostRow
from fluffy_tui.scheduling.timings import FOREVER, Timings

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.buffer import BufferClient, BufferPost, Channel
    from fluffy_tui.media import Framing
    from fluffy_tui.personas import Personas
    from fluffy_tui.scheduling.delivery.picture_upload import PictureUpload
    from fluffy_tui.scheduling.post_photo import PostPhoto


@dataclass(frozen=True, slots=True)
class EditRequest:
    """What to change; None leaves a value as it is."""

    caption: str | None = None
    alt_text: str | None = None
    """The cover's."""
    share_mode: ShareMode | None = None
    at: datetime | None = None
    framing: Framing | None = None
    """The cover's."""
    photos: tuple[PostPhoto, ...] | None = None
    """All photos in their order; pictures that did not change are kept."""
    first_comment: str | None = None
    ai_generated: bool | None = None
    ai_assisted: bool = False
    """Whether a new text came from a model."""
    new_pictures: bool = False
    """Whether to render and upload the pictures again, at new URLs."""


@dataclass(frozen=True, slots=True)
class EditedPost:
    """A post as it will be after an edit."""

    caption: str
    first_comment: str
    ai_generated: bool
    ai_assisted: bool
    photos: tuple[PostPhoto, ...]
    """Without pictures if these change: then all of them get new URLs, since Buffer and caches remember the old."""
    share_mode: ShareMode
    at: datetime | None
    moves_time: bool
    """Whether the request names a share mode or a time."""
    changes_pictures: bool

    @classmethod
    def of(cls, row: PostRow, request: EditRequest) -> EditedPost:
        """Return the row's values with those of the request; a time alone means a custom time."""
        share_mode, at = request.share_mode, request.at
        moves_time = share_mode is not None or at is not None
        if share_mode is None:
            share_mode = ShareMode.CUSTOM_SCHEDULED if at is not None else row.share_mode
        wanted = request.photos or row.photos
        cover = replace(
            wanted[0],
            alt_text=wanted[0].alt_text if request.alt_text is None else clean_caption(request.alt_text),
            framing=request.framing or wanted[0].framing,
        )
        photos = (cover, *wanted[1:])
        sources = [photo.source for photo in photos]
        comment = row.first_comment if request.first_comment is None else clean_caption(request.first_comment)
        label = row.ai_generated if request.ai_generated is None else request.ai_generated
        # Buffer's answer shows neither tags, comment nor AI label, so only new URLs tell whether it took the edit.
        is_hidden = (comment, label) != (row.first_comment, row.ai_generated) or [
            photo.tags for photo in photos
        ] != [photo.tags for photo in row.photos]
        changes_pictures = (
            request.new_pictures or is_hidden or sources != [photo.source for photo in row.photos]
        )
        if changes_pictures:
            photos = transitions.without_pictures(photos)
        else:  # the request may be made of an older version of the post
            photos = tuple(
                replace(photo, media_url=present.media_url, rendition=present.rendition)
                for photo, present in zip(photos, row.photos, strict=True)
            )
        return cls(
            caption=row.caption if request.caption is None else clean_caption(request.caption),
            first_comment=comment,
            ai_generated=label,
            ai_assisted=row.ai_assisted or request.ai_assisted,
            photos=photos,
            share_mode=share_mode,
            at=at if moves_time else row.requested_at_time,
            moves_time=moves_time,
            changes_pictures=changes_pictures,
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
        refusal = text_refusal(edited.caption, edited.photos, edited.first_comment, rules)
        if refusal is None and edited.moves_time:
            refusal = time_refusal(edited.share_mode, edited.at, buffer_now(self.cancellation.buffer))
        if refusal is not None:
            raise NotPossibleNow(refusal.reason)
        post = await self._edit_unsent(post_id, row.persona_id, request)
        if post is not None:
            return post
        row = await self._row(post_id)  # a worker may have moved it in the meantime
        return await self._edit_in_buffer(row, request, channel)

    async def _edit_unsent(self, post_id: int, persona_id: int, request: EditRequest) -> Post | None:
        """Change a post that cannot be in Buffer; None if it may be there.

        What the request does not name is read under a lock: someone else may be changing that at this moment.
        """
        database, queue = self.cancellation.database, self.cancellation.queue
        try:
            async with database.transaction() as session:
                if request.photos is not None:
                    await session.execute(taking_photos(persona_id))
                row = await existing_row(session, post_id, with_for_update={"key_share": True})
                edited = EditedPost.of(row, request)
                changed = await transitions.edit_unsent(
                    session,
                    row,
                    edited.photos,
                    new_pictures=edited.changes_pictures,
                    caption=edited.caption,
                    first_comment=edited.first_comment,
                    ai_generated=edited.ai_generated,
                    ai_assisted=edited.ai_assisted,
                    share_mode=edited.share_mode,
                    requested_at_time=edited.at,
                )
                if changed is None:
                    return None
                if changed.step == Step.QUEUED and changed.next_try_at is None:
                    await defer_delivery(session, queue, changed)
                await session.refresh(changed)
                return changed.to_post()
        except IntegrityError as error:
            raise _photo_taken() from error

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
        edited = EditedPost.of(row, request)
        if edited == EditedPost.of(row, EditRequest()):
            async with self.cancellation.database.transaction() as session:
                await planned_edits.refuse_if_open(session, row.id)  # it may change what is to stay as it is
            return row.to_post()  # nobody could tell when it has arrived, and late it would undo another edit
        try:
            new, plan = await self._plan(row, edited, found, channel)
        except planned_edits.Overtaken:  # what the request does not name is as the other one left it
            return await self._edit_in_buffer(await self._row(row.id), request, channel)
        try:
            changed = await buffer.edit_post(found.id, new)
        except BufferError as error:
            if error.code is Code.FIRST_COMMENT_REFUSED:
                await self.personas.note_first_comment(channel.id, refused=True)
            changed = await self._outcome(buffer, row, plan, error)
        post = await self._adopt(row, plan, changed)
        if new.first_comment.strip():
            await self.personas.note_first_comment(channel.id, refused=False)
        return post

    async def _current(self, buffer: BufferClient, row: PostRow) -> tuple[PostRow, BufferPost]:
        """Return the post as it is here and in Buffer, with the results of an earlier edit and of changes made there.

        Raises:
            NotPossibleNow: it is live, being published, or gone from Buffer.
            PostNotFound: it was cancelled in the meantime.
        """
        async with self.cancellation.database.transaction() as session:
            asked_at = await database_now(session)
        found = await buffer.post(str(row.buffer_post_id))
        if found is None:
            await self.cancellation.refuse_unless_gone(row, buffer)
            raise not_shown()
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
        if edited.changes_pictures:
            self.pictures.required_host()
        new = _whole_post(row, edited, found, channel)
        try:
            async with database.transaction() as session:
                plan = await planned_edits.begin(
                    session,
                    row,
                    self.timings,
                    caption=new.text,
                    first_comment=new.first_comment,
                    ai_generated=new.is_ai_generated,
                    ai_assisted=new.is_ai_assisted,
                    photos=edited.photos,
                    share_mode=new.share_mode,
                    due_at=new.due_at,
                    delivery_key=next_delivery_key(row.delivery_key) if edited.changes_pictures else None,
                )
        except IntegrityError as error:
            raise _photo_taken() from error
        try:
            photos = await self._uploaded(plan, str(channel.service))
            new = replace(new, pictures=tuple(photo.new_picture() for photo in photos))
            return new, await self._mark_sent(plan, photos)
        except BaseException:  # including cancellation: nothing has been sent
            async with database.transaction() as session:
                await planned_edits.drop(session, plan)
            raise

    async def _uploaded(self, plan: PlannedEditRow, service: str) -> tuple[PostPhoto, ...]:
        """Return the photos with all pictures uploaded; those of a post that keeps its pictures are."""
        if plan.delivery_key is None:
            return plan.photos
        photos, error = await self.pictures.upload_missing(
            plan.delivery_key, plan.photos, service, _listed_already
        )
        if isinstance(error, DeliveryFailure) and error.code == PostError.PHOTO_ELSEWHERE:
            raise NotPossibleNow(
                "This machine does not have the photo, so its picture cannot be changed here.",
                "Change it in an app on the machine that has the photo; texts and times can be changed here.",
            )
        if error is not None:
            raise error
        return photos

    async def _mark_sent(self, plan: PlannedEditRow, photos: tuple[PostPhoto, ...]) -> PlannedEditRow:
        before = elapsed_seconds()
        async with self.cancellation.database.transaction() as session:
            sent = await planned_edits.mark_sent(session, plan, photos)
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
            await self._adopt(row, plan, error.post)
            raise error
        if error.code is Code.IMAGE_DROPPED and error.post is not None:
            await self._remove_incomplete(buffer, row, error)
        if error.next_step is not NextStep.LOOK_FIRST:
            async with self.cancellation.database.transaction() as session:
                await planned_edits.reject(session, plan, error.code, str(error))
            raise error
        unknown = OutcomeUnknown(
            f"It is not known yet whether Buffer accepted this change: {error.message}",
            "That is being checked. Look at the post in a few minutes, and change it again if necessary.",
        )
        try:
            found = await buffer.post(str(row.buffer_post_id))
        except BufferError as unanswered:  # it says nothing about the edit, which may be in Buffer
            raise unknown from unanswered
        if found is not None and planned_edits.has_arrived(plan, found):
            return found
        raise unknown from error

    async def _remove_incomplete(self, buffer: BufferClient, row: PostRow, error: BufferError) -> None:
        """Delete a post in Buffer that lost pictures in an edit: it must not be published without them."""
        message = (
            "Buffer dropped pictures when the post was changed, so the post was deleted there. Retry it."
        )
        deleted = True
        try:
            await buffer.delete_post(str(row.buffer_post_id))
        except BufferError:
            message, deleted = planned_edits.WITHOUT_PICTURE, False
        async with self.cancellation.database.transaction() as session:
            await transitions.record_removal(session, row, code=Code.IMAGE_DROPPED, message=message)
        raise PictureLost(message, deleted=deleted) from error

    async def _adopt(self, row: PostRow, plan: PlannedEditRow, changed: BufferPost) -> Post:
        async with self.cancellation.database.transaction() as session:
            if {photo.photo_id for photo in plan.photos} != {photo.photo_id for photo in row.photos}:
                await session.execute(taking_photos(row.persona_id))
            await planned_edits.adopt(session, plan, changed)
            return (await existing_row(session, plan.post_id)).to_post()

    async def _row(self, post_id: int) -> PostRow:
        async with self.cancellation.database.transaction() as session:
            return await existing_row(session, post_id)

    async def _channel(self, row: PostRow) -> Channel | None:
        if row.channel_id is None:
            return (await self.personas.by_id(row.persona_id)).channel
        return await self.personas.known_channel(row.channel_id, FOREVER)


def _whole_post(row: PostRow, edited: EditedPost, found: BufferPost, channel: Channel) -> NewPost:
    """Return the whole post for the request, because Buffer validates an edit as a whole.

    A new text must not move it: a queue mode would send it to the next free slot, so its present time is given. The row
    has that too, and later than the answer if the post was moved while that was on its way.
    """
    mode, due_at = edited.share_mode, edited.at
    if not edited.moves_time:
        due_at = row.scheduled_at if found.due_at is not None else None
        mode = ShareMode.CUSTOM_SCHEDULED if due_at is not None else edited.share_mode
    return NewPost(
        channel_id=channel.id,
        service=channel.service,
        text=edited.caption,
        pictures=tuple(photo.new_picture() for photo in edited.photos),
        share_mode=mode,
        due_at=due_at if mode is ShareMode.CUSTOM_SCHEDULED else None,
        pinterest_board_id=board_of(row, channel),
        first_comment=edited.first_comment,
        is_ai_generated=edited.ai_generated,
        is_ai_assisted=edited.ai_assisted,
    )


async def _listed_already() -> None:
    """Do nothing before the upload: a plan lists its pictures when it begins."""


def _photo_taken() -> NotPossibleNow:
    return NotPossibleNow("One of these photos already has a post.", "Choose another photo.")
