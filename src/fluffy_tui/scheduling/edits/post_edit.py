"""Change a post's words or time: in our row while nothing has left, in Buffer and then here once Buffer has it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fluffy_tui.buffer import BufferError, Code, NewPost, NextStep, ShareMode
from fluffy_tui.networks import clean_caption, rules_for
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.deferral import defer_delivery
from fluffy_tui.scheduling.delivery.pinterest_board import board_of
from fluffy_tui.scheduling.delivery.post_picture import facts_of
from fluffy_tui.scheduling.edits import planned_edits
from fluffy_tui.scheduling.edits.cancellation import GONE, Cancelling, live, needed
from fluffy_tui.scheduling.model import IN_BUFFER, NotPossibleNow, Post, PostNotFound, Step
from fluffy_tui.scheduling.rows import post_of
from fluffy_tui.scheduling.submit.submission_check import text_refusal, time_refusal
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from datetime import datetime

    from fluffy_tui.buffer import BufferClient, BufferPost, Channel
    from fluffy_tui.media import Framing
    from fluffy_tui.personas import Personas
    from fluffy_tui.scheduling.edits.picture_replacement import Reframing
    from fluffy_tui.scheduling.tables import PlannedEditRow
    from fluffy_tui.scheduling.timings import Pace

EVER = timedelta(days=36_500).total_seconds()
"""What a channel is does not grow old; only its health does."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was asked for; None leaves what is there."""

    caption: str | None = None
    alt_text: str | None = None
    share_mode: ShareMode | None = None
    at: datetime | None = None
    framing: Framing | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a post is to become."""

    caption: str
    alt_text: str
    share_mode: ShareMode
    at: datetime | None
    moves_time: bool
    """Whether share mode or time were among what was asked for."""
    framing: Framing
    changes_picture: bool
    """Whether the picture is to be another one than it is."""

    @classmethod
    def of(cls, row: PostRow, change: Change) -> Wanted:
        """Return the row's values with those replaced that were given; a time alone means a custom time."""
        share_mode, at = change.share_mode, change.at
        if share_mode is None:
            share_mode = ShareMode.CUSTOM_SCHEDULED if at is not None else ShareMode(row.share_mode)
            moves_time = at is not None
        else:
            moves_time = True
        framing = change.framing or row.framing
        return cls(
            caption=row.caption if change.caption is None else clean_caption(change.caption),
            alt_text=row.alt_text if change.alt_text is None else clean_caption(change.alt_text),
            share_mode=share_mode,
            at=at if moves_time else row.requested_at_time,
            moves_time=moves_time,
            framing=framing,
            changes_picture=framing != row.framing,
        )


@dataclass(frozen=True, slots=True)
class Editing:
    """Changes posts."""

    cancelling: Cancelling
    personas: Personas
    reframing: Reframing
    pace: Pace

    async def edit(self, post_id: int, change: Change) -> Post:
        """Change what is given and leave the rest; see `Scheduling.edit`."""
        row = await self._row(post_id)
        wanted = Wanted.of(row, change)
        channel = await self._channel(row)
        refusal = text_refusal(
            wanted.caption, wanted.alt_text, rules_for(str(channel.service) if channel else "")
        )
        if refusal is None and wanted.moves_time:
            refusal = time_refusal(wanted.share_mode, wanted.at)
        if refusal is not None:
            raise NotPossibleNow(refusal.reason)
        edited = await self._rewrite(row, wanted)
        if edited is not None:
            return edited
        row = await self._row(post_id)  # a worker may have moved it meanwhile
        return await self._edit_in_buffer(row, change, channel)

    async def _rewrite(self, row: PostRow, wanted: Wanted) -> Post | None:
        """Change a post of which nothing can be in Buffer; None when something may be."""
        database, queue = self.cancelling.database, self.cancelling.queue
        async with database.transaction() as session:
            rewritten = await transitions.rewrite(
                session,
                row.id,
                caption=wanted.caption,
                alt_text=wanted.alt_text,
                share_mode=wanted.share_mode,
                requested_at_time=wanted.at,
                framing=wanted.framing,
                **(_picture_of_its_own() if wanted.changes_picture else {}),
            )
            if rewritten is None:
                return None
            if rewritten.step == Step.QUEUED and rewritten.next_try_at is None:
                await defer_delivery(session, queue, rewritten)
            await session.refresh(rewritten)
            return post_of(rewritten)

    async def _edit_in_buffer(self, row: PostRow, change: Change, channel: Channel | None) -> Post:
        if row.step == Step.LIVE:
            raise live(row)
        if row.step not in (Step.ACCEPTED, Step.PUBLISHING) or row.buffer_post_id is None or channel is None:
            raise NotPossibleNow(
                "This post is on its way to Buffer at this moment.", "Change it when it has arrived."
            )
        buffer = needed(self.cancelling.buffer)
        row, there = await self._as_it_is(buffer, row)
        if row.step not in IN_BUFFER:
            raise NotPossibleNow("This post has moved on meanwhile.", "Look at it again.")
        new, plan = await self._plan(row, Wanted.of(row, change), there, channel)
        try:
            changed = await buffer.edit_post(there.id, new)
        except BufferError as error:
            changed = await self._after_trouble(buffer, row, plan, error)
        return await self._record(plan, changed)

    async def _as_it_is(self, buffer: BufferClient, row: PostRow) -> tuple[PostRow, BufferPost]:
        """Return the post as it is here and in Buffer, with what an earlier edit or somebody over there has changed.

        Raises:
            NotPossibleNow: it is out, going out, or gone from Buffer.
            PostNotFound: it was taken back meanwhile.
        """
        async with self.cancelling.database.transaction() as session:
            looked_at = await planned_edits.moment(session)
        there = await self._there(buffer, row, str(row.buffer_post_id))
        async with self.cancelling.database.transaction() as session:
            row = await planned_edits.settle(session, row, there, looked_at, self.pace)
        await self.cancelling.refuse_if_out(row, there)
        async with self.cancelling.database.transaction() as session:
            await transitions.observe(session, row, there)
        return await self._row(row.id), there

    async def _plan(
        self, row: PostRow, wanted: Wanted, there: BufferPost, channel: Channel
    ) -> tuple[NewPost, PlannedEditRow]:
        """Write down what is about to be sent, with its picture in place, as the last thing before it leaves."""
        database = self.cancelling.database
        rendition = None
        if wanted.changes_picture:
            service = str(channel.service)
            rendition = await self.reframing.render(row, wanted.framing, service)
        new = _as_buffer_takes_it(row, wanted, there, channel)
        async with database.transaction() as session:
            plan = await planned_edits.begin(
                session,
                row.id,
                self.pace,
                caption=new.text,
                alt_text=new.alt_text,
                share_mode=new.share_mode,
                due_at=new.due_at,
                delivery_key=transitions.new_delivery_key() if rendition else None,
                framing=wanted.framing,
            )
        try:
            picture: dict[str, Any] = {}
            if rendition is not None:
                url = await self.reframing.put(str(plan.delivery_key), rendition)
                picture = {"media_url": url, "rendition": facts_of(rendition)}
                new = replace(new, image_url=url)
            return new, await self._depart(plan, picture)
        except BaseException:  # also when its person leaves: nothing has been sent
            await self._drop(plan)
            raise

    async def _depart(self, plan: PlannedEditRow, picture: dict[str, Any]) -> PlannedEditRow:
        before = time.time()  # the wall clock, because it goes on while the computer sleeps
        async with self.cancelling.database.transaction() as session:
            departed = await planned_edits.depart(session, plan, **picture)
        if not 0 <= time.time() - before <= self.pace.departure:
            # Whoever looks after `settle` counts on it that no edit leaves later than `departure`.
            raise NotPossibleNow("This computer was asleep just before sending.", "Try again.")
        return departed

    async def _drop(self, plan: PlannedEditRow) -> None:
        async with self.cancelling.database.transaction() as session:
            await planned_edits.drop(session, plan)

    async def _there(self, buffer: BufferClient, row: PostRow, buffer_post_id: str) -> BufferPost:
        try:
            return await buffer.post(buffer_post_id)
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise
            async with self.cancelling.database.transaction() as session:
                await transitions.removed(session, row)
            raise NotPossibleNow(
                "This post is no longer in Buffer: somebody removed it there.", "Send it again, or let it go."
            ) from error

    async def _after_trouble(
        self, buffer: BufferClient, row: PostRow, plan: PlannedEditRow, error: BufferError
    ) -> BufferPost:
        """Find out what an edit without a clear success has done, and return the post if it is as planned.

        Not finding it changed proves nothing before the edit had time to arrive, so until then the plan stays, and
        whoever asks Buffer next takes it over or drops it.
        """
        if error.code is Code.EDIT_IGNORED and error.post is not None:
            await self._record(plan, error.post)
            raise error
        if error.code is Code.IMAGE_DROPPED and error.post is not None:
            await self._lost_its_picture(buffer, row, error)
        if error.verdict is not NextStep.LOOK_FIRST:
            async with self.cancelling.database.transaction() as session:
                await planned_edits.refused(session, plan, error.code, str(error))
            raise error
        try:
            there = await buffer.post(str(row.buffer_post_id))
        except BufferError as unseen:  # it tells nothing of the edit, which may be in Buffer
            raise _not_known(error) from unseen
        if planned_edits.has_arrived(plan, there):
            return there
        raise _not_known(error) from error

    async def _lost_its_picture(self, buffer: BufferClient, row: PostRow, error: BufferError) -> None:
        """Take a post out of Buffer that lost its picture while it was changed; it must not go out bare."""
        message = "Buffer left the picture out when the post was changed, so it was taken out of Buffer. Send it again."
        try:
            await buffer.delete_post(str(row.buffer_post_id))
        except BufferError:
            message = planned_edits.STANDS_BARE
        async with self.cancelling.database.transaction() as session:
            await transitions.removed(session, row, code=Code.IMAGE_DROPPED, message=message)
        raise NotPossibleNow(message) from error

    async def _record(self, plan: PlannedEditRow, changed: BufferPost) -> Post:
        async with self.cancelling.database.transaction() as session:
            await planned_edits.adopt(session, plan, changed)
            current = await session.get(PostRow, plan.post_id)
            if current is None:
                raise PostNotFound("That post is gone.", GONE)
            return post_of(current)

    async def _row(self, post_id: int) -> PostRow:
        async with self.cancelling.database.transaction() as session:
            row = await session.get(PostRow, post_id)
        if row is None:
            raise PostNotFound("That post is gone.", GONE)
        return row

    async def _channel(self, row: PostRow) -> Channel | None:
        if row.channel_id is None:
            return (await self.personas.by_id(row.persona_id)).channel
        return await self.personas.known_channel(row.channel_id, EVER)


def _not_known(error: BufferError) -> NotPossibleNow:
    """Return what to tell of an edit that may have arrived or not."""
    return NotPossibleNow(
        f"It is not known yet whether Buffer took this change: {error.message}",
        "That is found out within minutes; then look at the post, and change it again if need be.",
    )


def _picture_of_its_own() -> dict[str, Any]:
    """Return what has a picture made anew under another address, before anything of the post is in Buffer."""
    return {"delivery_key": transitions.new_delivery_key(), "media_url": None, "rendition": None}


def _as_buffer_takes_it(row: PostRow, wanted: Wanted, there: BufferPost, channel: Channel) -> NewPost:
    """Return the whole post anew, because Buffer checks an edit as a whole.

    Words alone must not move it: a queue mode would send it to the next free slot, so its present time is given.
    """
    mode, due_at = wanted.share_mode, wanted.at
    if not wanted.moves_time:
        due_at = there.due_at
        mode = ShareMode.CUSTOM_SCHEDULED if due_at is not None else wanted.share_mode
    return NewPost(
        channel_id=channel.id,
        service=channel.service,
        text=wanted.caption,
        image_url=str(row.media_url),
        alt_text=wanted.alt_text,
        share_mode=mode,
        due_at=due_at if mode is ShareMode.CUSTOM_SCHEDULED else None,
        pinterest_board_id=board_of(row, channel),
    )
