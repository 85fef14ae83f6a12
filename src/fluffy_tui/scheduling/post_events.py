"""Entries in a post's history for what does not change its row: what was asked of Buffer, and its answer.

Triggers see to changes of the row: they add an entry, and tell open apps.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import Text, cast, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.event_stream import POSTS_CHANNEL
from fluffy_tui.scheduling.tables import PostEventRow, PostRow


class RequestEvent(StrEnum):
    """What was asked of Buffer; the values are stored."""

    DOUBLE_DELETED = "double_deleted"
    """A create that was given up took effect late, so the post was in Buffer twice; one was deleted."""
    EDIT_SENT = "edit_sent"
    """A change was sent to Buffer; the next entry shows the result."""
    EDIT_REFUSED = "edit_refused"
    """Buffer did not take a change, and the post is unchanged."""
    CANCEL_REFUSED = "cancel_refused"
    """Buffer did not delete the post, or did not answer."""


async def record_event(
    session: AsyncSession,
    post_id: int,
    event: RequestEvent,
    *,
    code: str | None = None,
    message: str | None = None,
) -> None:
    """Add an entry to a post's history; a trigger adds those for changes of its row."""
    columns = {
        "post_id": PostRow.id,
        "what": literal(event),
        "step": PostRow.step,
        "status": PostRow.status,
        "attempt": PostRow.attempts,
        "code": literal(code),
        "message": literal(message),
        "scheduled_at": PostRow.scheduled_at,
        "next_try_at": PostRow.next_try_at,
        "worker": func.current_setting("application_name"),
    }
    # locked, so that the entry cannot refer to a post that is cancelled at this moment
    here = PostRow.id == post_id
    rows = select(*columns.values()).where(here).with_for_update(read=True, key_share=True)
    await session.execute(insert(PostEventRow).from_select(list(columns), rows))


async def notify_screens(session: AsyncSession, post_ids: Collection[int]) -> None:
    """Tell open apps that there is something new about posts, beside their rows."""
    payload = func.json_build_object("id", PostRow.id, "persona_id", PostRow.persona_id)
    notify = func.pg_notify(POSTS_CHANNEL, cast(payload, Text))
    await session.execute(select(notify).where(PostRow.id.in_(post_ids)))
