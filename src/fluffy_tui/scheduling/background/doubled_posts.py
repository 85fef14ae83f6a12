"""Posts that Buffer has twice, since an earlier create took effect late: one stays, the others are deleted there."""

from __future__ import annotations

import logging
from datetime import timedelta
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
    from fluffy_tui.scheduling.timings import Timings

log = logging.getLogger(__name__)


def settled_at(row: PostRow, timings: Timings) -> datetime | None:
    """Return when no lost create of a post can appear any more, by Buffer's clock; None if that is long past."""
    if row.create_buffer_time is None:
        return None
    # one that has failed was given `settle` already; with a create that comes even later, nothing else would deal
    waits = 1 if row.buffer_post_id is not None else 2
    return row.create_buffer_time + waits * timedelta(seconds=timings.settle)


async def undo_doubles(
    database: Database,
    buffer: BufferClient,
    row: PostRow,
    found: Sequence[BufferPost],
    timings: Timings,
    now: datetime,
) -> None:
    """Delete what lost creates have left in Buffer besides the post; of two posts the one that is published stays.

    What was `found` is the post, if it has not failed, and what may be its doubles. Until no lost create can appear any
    more, nothing is done. `now` is by Buffer's clock.
    """
    settled = settled_at(row, timings)
    if not row.lost_creates or (settled is not None and settled > now):
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
        if row.buffer_post_id is None and mine is None and double.is_public:
            async with database.transaction() as session:
                await transitions.catch_up(session, row, str(row.organization_id), double)
            mine = double
            continue
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
    may_be = row.buffer_post_id is not None and may_be_ours(post, row)  # else the user may have made it since
    return post.channel_id == row.channel_id and (_has_key(post, row) or may_be)


def _has_key(post: BufferPost, row: PostRow) -> bool:
    """Return whether a post in Buffer is of this row, in any version."""
    return any(delivery_stem(row.delivery_key) in source for source in post.asset_sources)
