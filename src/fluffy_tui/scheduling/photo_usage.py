"""Which photos have a post, as queries that other packs join."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fluffy_tui.scheduling.model import PostStatus
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select


def scheduled_photo_ids() -> Select[int]:
    """Return the query for the ids of all photos that have a post; the library leaves these out."""
    return select(PostRow.photo_id)


def public_posts() -> Select[int, int, datetime | None, datetime | None, datetime]:
    """Return the query for every post that is public or will be: all but failed ones and unsubmitted drafts."""
    return select(
        PostRow.photo_id,
        PostRow.id.label("post_id"),
        PostRow.posted_at,
        PostRow.scheduled_at,
        PostRow.created_at,
    ).where(PostRow.step.is_not(None), PostRow.status != PostStatus.FAILED)
