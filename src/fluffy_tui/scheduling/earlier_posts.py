"""What other packs ask of posts, as a query that they can join."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fluffy_tui.scheduling.model import PostStatus
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select


def seen_posts() -> Select[int, int, datetime | None, datetime | None, datetime]:
    """Return the query for every post that the public has seen or will see: none that failed, and no mere draft."""
    return select(
        PostRow.photo_id,
        PostRow.id.label("post_id"),
        PostRow.posted_at,
        PostRow.scheduled_at,
        PostRow.created_at,
    ).where(PostRow.step.is_not(None), PostRow.status != PostStatus.FAILED)
