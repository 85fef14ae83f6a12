"""Posts that Buffer has twice, since an earlier create took effect late: one stays, the others are deleted there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.find_in_buffer import may_be_ours
from fluffy_tui.scheduling.delivery_key import delivery_stem
from fluffy_tui.scheduling.post_events import RequestEvent, record_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.core.database import Database
    from fluffy_tui.scheduling.tables import PostRow

log = logging.getLogger(__name__)


async def undo_doubles(
    database: Database, buffer: BufferClient, row: PostRow, found: Sequence[BufferPost], settled: datetime
) -> None:
    """Delete what an earlier create has left in Buffer besides the post; of two posts the one that is published stays.

    What was `found` is the post and what may be its doubles. A create before `settled`, by Buffer's clock, can no
    longer appear; until then nothing is done.
    """
    last = row.create_buffer_time
    if not row.lost_creates or (last is not None and last > settled):
        return
    others = [post for post in found if post.id != row.buffer_post_id]
    doubles = [post for post in others if _has_key(post, row)]
    async with database.transaction() as session:
        doubles += await transitions.unclaimed(
            session, row, [post for post in others if not _has_key(post, row)]
        )
    mine = next((post for post in found if post.id == row.buffer_post_id), None)
    not_undone = None
    for double in doubles:
        if mine is not None and double.is_public and not mine.is_public:
            async with database.transaction() as session:
                if not await transitions.adopt_double(session, row, double):
                    return  # it was changed; the next round looks again
            mine, double = double, mine
        if double.is_public:
            not_undone = f"It was posted twice: {double.external_link or 'see Buffer'}. Delete one of them."
            continue
        await buffer.delete_post(double.id)
        async with database.transaction() as session:
            await record_event(session, row.id, RequestEvent.DOUBLE_DELETED)
        log.warning("post %s was in Buffer twice; %s was deleted there", row.id, double.id)
    async with database.transaction() as session:
        await transitions.doubles_checked(session, row, not_undone)


def may_be_double(post: BufferPost, row: PostRow) -> bool:
    """Return whether a post in Buffer may have been created for this row, too."""
    return post.channel_id == row.channel_id and (_has_key(post, row) or may_be_ours(post, row))


def _has_key(post: BufferPost, row: PostRow) -> bool:
    """Return whether a post in Buffer is of this row, in any version."""
    return any(delivery_stem(row.delivery_key) in source for source in post.asset_sources)
