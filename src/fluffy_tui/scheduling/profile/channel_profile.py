"""What the profile of a channel shows, and in which order: what is planned, then what went out, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, tuple_

from fluffy_tui.media import Framing, frame_small
from fluffy_tui.networks import rules_for
from fluffy_tui.scheduling.model import IN_BUFFER, ON_THE_WAY, Post
from fluffy_tui.scheduling.profile.outside_post import OutsidePost, ProfileKey, ProfilePage, profile_key
from fluffy_tui.scheduling.tables import IS_LIVE, OutsidePostRow, PostRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.plan.agenda import Agenda, Planned


def ahead_on_profile(agenda: Agenda) -> list[tuple[Post, Planned | None]]:
    """Return what has not gone out in the order of a profile: first what has no time yet (None), then the latest."""
    known = {planned.post.id for planned in agenda.planned}
    waiting = [post for post in reversed(agenda.posts) if post.step in (*ON_THE_WAY, *IN_BUFFER)]
    timeless = [(post, None) for post in waiting if post.id not in known]
    return [*timeless, *((planned.post, planned) for planned in reversed(agenda.to_come))]


@dataclass(frozen=True, slots=True)
class ChannelProfile:
    """What went out on the channels of one database, with its pictures; Buffer is never asked here."""

    database: Database

    async def sent(
        self,
        channel_ids: Collection[str],
        before: ProfileKey | None = None,
        *,
        limit: int = 60,
        outside_only: bool = False,
    ) -> ProfilePage:
        """Return what went out on some channels before a place, the latest first; all, or only what was made elsewhere.

        The place is `ProfilePage.rest` of the page before; None for the first one.
        """
        found: list[Post | OutsidePost] = []
        async with self.database.transaction() as session:
            for channel_id in channel_ids:
                rows = await session.execute(_outside(channel_id, before, limit))
                found += [OutsidePost(*row) for row in rows]
                if not outside_only:
                    ours = await session.scalars(_ours(channel_id, before, limit))
                    found += [row.to_post() for row in ours]
        found.sort(key=profile_key, reverse=True)
        rest = profile_key(found[limit - 1]) if len(found) >= limit else None
        return ProfilePage(tuple(found[:limit]), rest)

    async def thumbnails(self, post_ids: Collection[int]) -> dict[int, bytes]:
        """Return small JPEGs of posts from elsewhere, of those that have one."""
        row = OutsidePostRow
        query = select(row.id, row.thumbnail).where(row.id.in_(post_ids), row.thumbnail.is_not(None))
        async with self.database.transaction() as session:
            return {row[0]: row[1] for row in await session.execute(query) if row[1]}

    def framed(self, picture: Any, photo: Photo, service: str, framing: Framing, side: int) -> object:
        """Return a picture of a photo, `side` pixels at most, as a network gets it; slow, so call it in a thread.

        It is made of the photo's thumbnail, upright and in sRGB.
        """
        return frame_small(picture, (photo.width, photo.height), rules_for(service).image, framing, side)


def _ours(channel_id: str, before: ProfileKey | None, limit: int) -> Select[PostRow]:
    at, id_ = PostRow.posted_at, PostRow.id
    query = select(PostRow).where(
        PostRow.channel_id == channel_id, IS_LIVE, _is_before(at, id_, before, False)
    )
    return query.order_by(at.desc(), id_.desc()).limit(limit)


def _outside(
    channel_id: str, before: ProfileKey | None, limit: int
) -> Select[int, str, datetime, str, str | None, int, bool]:
    row = OutsidePostRow
    is_ours = select(PostRow.id).where(PostRow.buffer_post_id == row.buffer_post_id).exists()
    columns = (row.id, row.channel_id, row.sent_at, row.caption, row.external_link, row.asset_count)
    query = select(*columns, row.pdq.is_not(None)).where(
        row.channel_id == channel_id, ~is_ours, _is_before(row.sent_at, row.id, before, True)
    )
    return query.order_by(row.sent_at.desc(), row.id.desc()).limit(limit)


def _is_before(at: Any, id_: Any, before: ProfileKey | None, is_outside: bool) -> ColumnElement[bool]:
    """Return the condition that a row comes after a place in the order from the latest on; an index has its time."""
    if before is None:
        return literal(True)
    key = tuple_(literal(is_outside), id_) < tuple_(literal(before[1]), literal(before[2]))
    return and_(at <= before[0], or_(at < before[0], key))
