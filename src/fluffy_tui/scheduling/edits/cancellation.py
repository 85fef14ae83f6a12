"""Take a post back: at once while nothing of it has left, through Buffer once Buffer has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.buffer import BufferError, BufferStatus, Code
from fluffy_tui.scheduling import trail, transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.model import NotPossibleNow, PostNotFound, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from procrastinate import App

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.core.database import Database

GONE = "It was let go, and its photo is free again."


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Takes posts back."""

    database: Database
    queue: App
    buffer: BufferClient | None

    async def cancel(self, post_id: int) -> None:
        """Take a post back and free its photo.

        Buffer is asked before its post is deleted, and our row goes last: killed in between, the post is found
        to be removed in Buffer.

        Raises:
            NotPossibleNow: it is going out, is live, or it is not known whether Buffer has it.
            PostNotFound: it is gone already.
            BufferError: Buffer could not be asked, or gave no answer.
        """
        async with self.database.transaction() as session:
            row = await session.get(PostRow, post_id)
            if await transitions.release(session, post_id):
                if row is not None:
                    await channel_queue.left(session, self.queue, row)
                return
            row = await session.get(PostRow, post_id, populate_existing=True)
        if row is None:
            raise PostNotFound("That post is gone.", GONE)
        if row.step in (Step.SENDING, Step.UNCONFIRMED) or row.buffer_post_id is None:
            raise NotPossibleNow(
                "It is not known at this moment whether Buffer has this post.",
                "That is being found out; try again in a minute.",
            )
        if row.step == Step.LIVE:
            raise live(row)
        await self._cancel_in_buffer(row, row.buffer_post_id)

    async def _cancel_in_buffer(self, row: PostRow, buffer_post_id: str) -> None:
        buffer = needed(self.buffer)
        try:
            there = await buffer.post(buffer_post_id)
        except BufferError as error:
            if error.code is not Code.NOT_FOUND:
                raise
        else:
            await self.refuse_if_out(row, there)
            await self._delete(buffer, row)
        async with self.database.transaction() as session:
            if await transitions.release_from_buffer(session, row.id, buffer_post_id):
                await channel_queue.room_in(session, self.queue, row.channel_id)
            elif await session.get(PostRow, row.id) is not None:
                raise NotPossibleNow(
                    "This post was taken out of Buffer, but somebody has sent it on its way again meanwhile.",
                    "Take it back once more, if it is not to go out.",
                )

    async def refuse_if_out(self, row: PostRow, there: BufferPost) -> None:
        """Record what Buffer says of a post that is going out or is live, and refuse to touch it."""
        if there.status not in (BufferStatus.SENDING, BufferStatus.SENT):
            return
        async with self.database.transaction() as session:
            await transitions.observe(session, row, there)
        if there.status == BufferStatus.SENT:
            row.posted_at = there.sent_at
            raise live(row)
        raise NotPossibleNow(
            "Buffer is sending this post at this moment, so it can no longer be stopped or changed.",
            "Delete it on the network when it is live.",
        )

    async def _delete(self, buffer: BufferClient, row: PostRow) -> None:
        try:
            await buffer.delete_post(str(row.buffer_post_id))
        except BufferError as error:
            async with self.database.transaction() as session:
                await trail.note(session, row.id, trail.CANCEL_REFUSED, code=error.code, message=str(error))
            if error.code is not Code.REJECTED:
                raise
            raise NotPossibleNow(
                f"Buffer did not delete this post. It says: {error.buffer_message}",
                "It may be going out just now.",
            ) from error


def needed(buffer: BufferClient | None) -> BufferClient:
    """Return the client.

    Raises:
        NotPossibleNow: no key is set.
    """
    if buffer is None:
        raise NotPossibleNow("The post is in Buffer, and no Buffer key is set.", "Set BUFFER_API_KEY.")
    return buffer


def live(row: PostRow) -> NotPossibleNow:
    """Return the refusal to take back or change what everybody can see."""
    since = f" since {row.posted_at.astimezone():%Y-%m-%d %H:%M}" if row.posted_at else ""
    return NotPossibleNow(f"This post is live{since}.", "Delete it on the network itself.")
