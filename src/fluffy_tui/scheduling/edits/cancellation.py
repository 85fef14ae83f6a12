"""Cancel posts: at once while they have not been sent, through Buffer once they are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.buffer import BufferError, BufferStatus, Code
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery import channel_queue
from fluffy_tui.scheduling.edits.withdrawn_deliveries import note_lost_creates
from fluffy_tui.scheduling.model import IN_BUFFER, NotPossibleNow, PostNotFound, Step
from fluffy_tui.scheduling.post_events import RequestEvent, record_event
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.timings import Timings


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Cancels posts."""

    database: Database
    queue: App
    buffer: BufferClient | None
    timings: Timings

    async def cancel(self, post_id: int) -> None:
        """Cancel a post and free its photo; see `Scheduling.cancel`.

        Buffer is asked before its post is deleted there, and our row is deleted last: if the process is killed in
        between, the post is found to be removed in Buffer.
        """
        async with self.database.transaction() as session:
            if await self._delete_unsent(session, [post_id]):
                return
            row = await existing_row(session, post_id)
        if row.step == Step.LIVE:
            raise is_live(row)
        if row.step in (Step.SENDING, Step.UNCONFIRMED) or row.buffer_post_id is None:
            raise NotPossibleNow(
                "It is not known yet whether Buffer has this post.",
                "That is being checked. Try again in a minute.",
            )
        await self._cancel_in_buffer(row, row.buffer_post_id)

    async def cancel_unsent(self, post_ids: Collection[int]) -> set[int]:
        """Cancel those of these posts that cannot be in Buffer, in one transaction, and return their ids."""
        async with self.database.transaction() as session:
            return {row.id for row in await self._delete_unsent(session, post_ids)}

    async def _delete_unsent(self, session: AsyncSession, post_ids: Collection[int]) -> list[PostRow]:
        deleted = await transitions.delete_unsent(session, post_ids)
        for row in deleted:
            note_lost_creates(session, row, self.timings)
        await channel_queue.after_departure(session, self.queue, deleted)
        return deleted

    async def _cancel_in_buffer(self, row: PostRow, buffer_post_id: str) -> None:
        buffer = required(self.buffer)
        found = await buffer.post(buffer_post_id)
        if found is None:
            await self.refuse_unless_gone(row, buffer)
        else:
            await self.refuse_if_published(row, found)
        await self._delete(buffer, row)  # also what was not found: reads lag behind writes
        async with self.database.transaction() as session:
            if await transitions.delete_removed(session, row.id, buffer_post_id):
                note_lost_creates(session, row, self.timings)
                await channel_queue.wake_next(session, self.queue, row.channel_id)
            elif await session.get(PostRow, row.id) is not None:
                raise NotPossibleNow(
                    "The post was deleted in Buffer, but it was retried in the meantime.",
                    "Cancel it again if it should not be published.",
                )

    async def refuse_unless_gone(self, row: PostRow, buffer: BufferClient) -> None:
        """Refuse to touch a post that Buffer says it does not have, until it has said so for long enough."""
        if row.step not in IN_BUFFER:
            return
        now = buffer.time.now()
        async with self.database.transaction() as session:
            await transitions.record_missing(session, row, now)
        if row.missing_since is None or row.missing_since + timedelta(seconds=self.timings.settle) > now:
            raise not_shown()

    async def refuse_if_published(self, row: PostRow, found: BufferPost) -> None:
        """Record Buffer's answer about a post that is being published or is live, and refuse to touch it."""
        if not found.is_public:
            return
        async with self.database.transaction() as session:
            await transitions.record_status(session, row, found)
        if found.status == BufferStatus.SENT:
            row.posted_at = found.sent_at
            raise is_live(row)
        raise NotPossibleNow(
            "Buffer is publishing this post right now, so it can no longer be cancelled or changed.",
            "Delete it on the network once it is live.",
        )

    async def _delete(self, buffer: BufferClient, row: PostRow) -> None:
        try:
            await buffer.delete_post(str(row.buffer_post_id))
        except BufferError as error:
            async with self.database.transaction() as session:
                await record_event(
                    session, row.id, RequestEvent.CANCEL_REFUSED, code=error.code, message=str(error)
                )
            if error.code is not Code.REJECTED:
                raise
            raise NotPossibleNow(
                f"Buffer did not delete this post. It says: {error.buffer_message}",
                "It may be being published right now.",
            ) from error


def required(buffer: BufferClient | None) -> BufferClient:
    """Return the client.

    Raises:
        NotPossibleNow: no key is configured.
    """
    if buffer is None:
        raise NotPossibleNow("The post is in Buffer, and no Buffer key is set.", "Set BUFFER_API_KEY.")
    return buffer


def not_shown() -> NotPossibleNow:
    """Return the refusal to touch a post that Buffer had and does not show: reads may lag behind writes."""
    return NotPossibleNow(
        "Buffer does not show this post at the moment, which does not mean that it is gone.",
        "That is being checked. Try again in a few minutes.",
    )


async def existing_row(
    session: AsyncSession, post_id: int, *, with_for_update: bool | dict[str, bool] | None = None
) -> PostRow:
    """Return a post's row, locked as SQLAlchemy's `Session.get` says, or not.

    Raises:
        PostNotFound: it was cancelled.
    """
    row = await session.get(PostRow, post_id, with_for_update=with_for_update)
    if row is None:
        raise not_found()
    return row


def not_found() -> PostNotFound:
    """Return the error for a post without a row."""
    return PostNotFound("The post no longer exists.", "It was cancelled.")


def is_live(row: PostRow) -> NotPossibleNow:
    """Return the refusal to cancel or change a post that everybody can see."""
    since = f" since {row.posted_at.astimezone():%Y-%m-%d %H:%M}" if row.posted_at else ""
    return NotPossibleNow(f"This post is live{since}.", "Delete it on the network.")
