"""Compare what Buffer has with the database before anything is sent: the database may be older than its posts.

A database that was restored from a backup, or lost its last transactions, does not know what was sent since. So every
worker compares once when it starts, and again when the database is another one than before. After that, a post of
which no create is on record was never sent, and need not be searched for.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.buffer import BufferStatus
from fluffy_tui.media import POSTS
from fluffy_tui.scheduling import transitions
from fluffy_tui.scheduling.delivery.delivery_failure import DeliveryFailure
from fluffy_tui.scheduling.delivery.find_in_buffer import may_have_left
from fluffy_tui.scheduling.delivery_key import key_in, photo_digits_in
from fluffy_tui.scheduling.error_codes import PostError
from fluffy_tui.scheduling.model import ON_THE_WAY
from fluffy_tui.scheduling.tables import (
    BufferComparisonRow,
    HostedPictureRow,
    PostRow,
    StatusSyncRow,
    UnknownPostRow,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.buffer import BufferClient, BufferPost
    from fluffy_tui.core.database import Database
    from fluffy_tui.media import MediaHost
    from fluffy_tui.personas import Personas
    from fluffy_tui.photos import Photo, Photos

log = logging.getLogger(__name__)

OVERLAP = timedelta(hours=1)
"""How far a comparison reaches back beyond the last one: reads lag behind writes, and clocks differ."""

FIRST_TIME = timedelta(days=90)
"""How far the first comparison of a database reaches back."""

KEPT = timedelta(days=90)
"""How long a post is remembered that the database does not know."""

_GENERATION = text(
    "SELECT concat_ws(' ', 'posts'::regclass::oid, pg_relation_filenode('posts'), pg_postmaster_start_time())"
)
"""Another value after a dump was restored, a server was recovered or started again, and on another server.

A dump of the rows alone goes into a table that was emptied, which gives it another file.
"""


@dataclass(slots=True)
class BufferComparison:
    """Makes sure that the database knows every post of this program in Buffer.

    A post that it does not know is taken in if its photo is in the library and free. The others are remembered: the
    user is told, and asked before such a photo is posted again.
    """

    database: Database
    personas: Personas
    photos: Photos
    host: MediaHost | None
    """Where pictures are kept: those that Buffer has from there are of this library."""
    _compared: dict[str, str] = field(default_factory=dict)
    """By organisation, with which generation of the database this process has compared it."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def forget(self) -> None:
        """Compare again before the next post: the database was away, and may have been restored."""
        self._compared.clear()

    async def ensure(self, buffer: BufferClient, organization_id: str) -> None:
        """Compare, unless this process has done that with the present database.

        Raises:
            BufferError: Buffer could not be asked, or its answer had gaps.
        """
        async with self._turn:
            async with self.database.transaction() as session:
                generation: str = (await session.execute(_GENERATION)).scalar_one()
            if self._compared.get(organization_id) != generation:
                await self._compare(buffer, organization_id)
                self._compared[organization_id] = generation

    async def _compare(self, buffer: BufferClient, organization_id: str) -> None:
        begun = buffer.time.now()
        waiting = select(PostRow.channel_id).where(
            PostRow.step.in_(ON_THE_WAY), PostRow.organization_id == organization_id
        )
        query = select(BufferComparisonRow.compared_until).where(
            BufferComparisonRow.organization_id == organization_id
        )
        async with self.database.transaction() as session:
            channels = await session.scalars(waiting.distinct())
            owners: dict[str, list[int]] = {str(channel_id): [] for channel_id in channels}
            until = await session.scalar(query)
        for persona in await self.personas.list():
            for chosen in persona.channels:
                if chosen.channel is not None and chosen.channel.organization_id == organization_id:
                    owners.setdefault(chosen.id, []).append(persona.id)
        since = begun - FIRST_TIME if until is None else until - OVERLAP
        ours: dict[str, BufferPost] = {}
        listed = buffer.posts(
            organization_id, channel_ids=sorted(owners), created_after=since, gaps_allowed=False
        )
        async for found in listed:
            is_ours = found.via != "network" and found.status != BufferStatus.ERROR
            if is_ours and (key := self._key_of(found)) is not None:
                ours[key] = max(found, ours.get(key, found), key=lambda post: len(post.asset_sources))
        for key, found in (await self._unknown(organization_id, ours)).items():
            await self._take_in(organization_id, owners[found.channel_id], key, found)
        await self._take_in_remembered(buffer, organization_id, owners)
        async with self.database.transaction() as session:
            note = insert(BufferComparisonRow).values(organization_id=organization_id, compared_until=begun)
            await session.execute(
                note.on_conflict_do_update(index_elements=["organization_id"], set_={"compared_until": begun})
            )
            await session.execute(delete(UnknownPostRow).where(UnknownPostRow.created_at < begun - KEPT))

    def _key_of(self, found: BufferPost) -> str | None:
        if self.host is None:
            return None
        keys = (key_in(source, f"{self.host.base_url}/{POSTS}") for source in found.asset_sources)
        return next((key for key in keys if key is not None), None)

    async def _unknown(self, organization_id: str, ours: Mapping[str, BufferPost]) -> dict[str, BufferPost]:
        """Return the posts without a row and without an uploaded picture; record those whose row was behind.

        What Buffer has without all of its pictures is not what was submitted.
        """
        is_one = or_(
            PostRow.delivery_key.in_(ours),
            PostRow.buffer_post_id.in_([post.id for post in ours.values()]),
        )
        posts = select(PostRow).where(is_one).order_by(PostRow.persona_id)  # whose locks are taken in order
        uploaded = select(HostedPictureRow.delivery_key).where(HostedPictureRow.delivery_key.in_(ours))
        async with self.database.transaction() as session:
            rows = list(await session.scalars(posts))
            known = {row.delivery_key for row in rows} | set(await session.scalars(uploaded))
            for row in rows:
                found = ours.get(row.delivery_key)
                if found is None or row.buffer_post_id is not None:
                    continue
                if len(found.asset_sources) >= len(row.photos):
                    await transitions.catch_up(session, row, organization_id, found)
                elif not may_have_left(
                    row
                ):  # its next attempt searches for it, and finds it without all pictures
                    await transitions.note_lost_create(session, row)
        ids = {row.buffer_post_id for row in rows}
        return {key: post for key, post in ours.items() if key not in known and post.id not in ids}

    async def _take_in(
        self, organization_id: str, persona_ids: list[int], key: str, found: BufferPost
    ) -> None:
        """Write the row of a post that the database does not know, or remember the post."""
        digits = self._photo_digits(found)
        free = await self._free_photos(persona_ids, digits)
        remembered = {
            "buffer_post_id": found.id,
            "organization_id": organization_id,
            "channel_id": found.channel_id,
            "delivery_key": key,
            "photo_digits": digits,
            "text": found.text,
            "created_at": found.created_at,
        }
        async with self.database.transaction() as session:
            for photos in free:
                if await transitions.take_in(session, photos, key, organization_id, found):
                    log.warning("%s in Buffer had no post here; it was taken in", found.id)
                    first = insert(StatusSyncRow).values(
                        organization_id=organization_id, asked_at=found.created_at
                    )
                    await session.execute(first.on_conflict_do_nothing())
                    await _forget_unknown(session, found.id)
                    return
            log.warning("%s in Buffer has no post here, and no free photo", found.id)
            await session.execute(insert(UnknownPostRow).values(remembered).on_conflict_do_nothing())

    def _photo_digits(self, found: BufferPost) -> list[str]:
        """Return what the addresses say about the photo of each picture; empty unless all do."""
        base = f"{self.host.base_url}/{POSTS}" if self.host else ""
        digits = [photo_digits_in(source, base) for source in found.asset_sources]
        return [each for each in digits if each] if all(digits) else []

    async def _free_photos(self, persona_ids: Sequence[int], digits: Sequence[str]) -> list[list[Photo]]:
        """Return the photos that a post in Buffer shows, of each persona that has all of them without a post."""
        whole = []
        for persona_id in persona_ids if digits else ():
            found = [await self.photos.unscheduled_with([persona_id], each) for each in digits]
            if all(found):
                whole.append([candidates[0] for candidates in found])
        return whole

    async def _take_in_remembered(
        self, buffer: BufferClient, organization_id: str, owners: Mapping[str, list[int]]
    ) -> None:
        """Take in posts whose photo has been imported since they were remembered."""
        query = select(UnknownPostRow).where(
            UnknownPostRow.organization_id == organization_id,
            func.cardinality(UnknownPostRow.photo_digits) > 0,
        )
        async with self.database.transaction() as session:
            rows = list(await session.scalars(query))
        for row in rows:
            persona_ids = owners.get(row.channel_id, [])
            if not await self._free_photos(persona_ids, row.photo_digits):
                continue
            found = await buffer.post(row.buffer_post_id)
            if found is None:
                async with self.database.transaction() as session:
                    await _forget_unknown(session, row.buffer_post_id)
            else:
                await self._take_in(organization_id, persona_ids, row.delivery_key, found)


async def _forget_unknown(session: AsyncSession, buffer_post_id: str) -> None:
    await session.execute(delete(UnknownPostRow).where(UnknownPostRow.buffer_post_id == buffer_post_id))


async def refuse_if_posted_before(session: AsyncSession, post: PostRow) -> None:
    """Refuse a post whose photo is in Buffer in a post that the database does not know, until the user insists.

    Raises:
        DeliveryFailure: it is.
    """
    query = select(UnknownPostRow).where(
        transitions.shows_photo_of(post), UnknownPostRow.channel_id == post.channel_id
    )
    known = await session.scalar(query.limit(1))
    if known is not None:
        raise DeliveryFailure.final(
            PostError.POSTED_BEFORE,
            "Buffer already has a post of this photo that the database does not know, "
            f"made on {known.created_at.astimezone():%Y-%m-%d %H:%M}: “{known.text}”. "
            "The database may have been restored from a backup. Retry to post the photo again, or cancel.",
        )
