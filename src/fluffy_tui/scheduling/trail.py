"""What happens around a post without changing it: what was asked of Buffer, and what it answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, literal, select

from fluffy_tui.scheduling.tables import PostEventRow, PostRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

EDIT_SENT = "edit_sent"
"""A change left for Buffer; what it became is the next line."""
EDIT_REFUSED = "edit_refused"
"""Buffer did not take a change, and the post is as it was."""
CANCEL_REFUSED = "cancel_refused"
"""Buffer did not delete the post, or did not answer."""


async def note(
    session: AsyncSession, post_id: int, what: str, *, code: str | None = None, message: str | None = None
) -> None:
    """Write a line into a post's trail; every change of its row writes its own by a trigger."""
    columns = {
        "post_id": PostRow.id,
        "what": literal(what),
        "step": PostRow.step,
        "status": PostRow.status,
        "attempt": PostRow.attempts,
        "code": literal(code),
        "message": literal(message),
        "scheduled_at": PostRow.scheduled_at,
        "next_try_at": PostRow.next_try_at,
        "worker": func.current_setting("application_name"),
    }
    # locked, so that a post that is taken back at this moment has no line to refer to it
    here = PostRow.id == post_id
    lines = select(*columns.values()).where(here).with_for_update(read=True, key_share=True)
    await session.execute(insert(PostEventRow).from_select(list(columns), lines))
