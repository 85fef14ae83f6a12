"""Write what was posted into sidecars, on each machine that has the photos and whose user wants that."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.core.database import database_now
from fluffy_tui.core.embedded.folder_owner import DISK_FULL
from fluffy_tui.photos import PhotoUnreadable, PostedTexts
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.posts_by_time import posts_beyond
from fluffy_tui.scheduling.tables import PostRow, WrittenSidecarRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.scheduling.delivery.delivery_loop import Delivery

log = logging.getLogger(__name__)

NEWEST = 20
"""Live posts of a persona that are looked at in each round."""
SINCE = timedelta(days=3)
"""Posts that went live before are left alone: the setting may have been switched on just now."""
_LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PostedSidecars:
    """Writes the sidecars of this machine."""

    delivery: Delivery

    async def run(self) -> None:
        """Write those of the posts that went live lately; each is tried once, and again while the disk is full."""
        if not self.delivery.photos.writes_sidecars:
            return
        for persona in await self.delivery.personas.list():
            for post in await self._waiting(persona.id):
                await self._write(post)

    async def _waiting(self, persona_id: int) -> Sequence[PostRow]:
        """Return the live posts without a sidecar of this machine, the oldest first."""
        row = WrittenSidecarRow
        async with self.delivery.database.transaction() as session:
            now = await database_now(session)
            newest = posts_beyond(
                persona_id, (now + SINCE, _LAST_ID), later=False, steps=[Step.LIVE], limit=NEWEST
            )
            live = [post for post, _ in await session.execute(newest)]
            late = [post for post in live if post.posted_at is not None and post.posted_at > now - SINCE]
            query = select(row.post_id).where(
                row.post_id.in_([post.id for post in late]), row.machine_id == self.delivery.photos.machine.id
            )
            done = set(await session.scalars(query))
        return [post for post in reversed(late) if post.id not in done]

    async def _write(self, post: PostRow) -> None:
        assert post.posted_at is not None  # noqa: S101 - of a live post
        for photo in post.photos:
            texts = PostedTexts(post.caption, photo.alt_text, post.external_link or "")
            try:
                await self.delivery.photos.write_sidecar(photo.photo_id, texts)
            except PhotoUnreadable as error:
                log.warning("no sidecar of photo %s is written: %s", photo.photo_id, error)
                return  # until its disk answers
            except OSError as error:
                log.warning("the sidecar of photo %s cannot be written: %s", photo.photo_id, error)
                if error.errno in DISK_FULL:  # until there is space again
                    return
        mark = insert(WrittenSidecarRow).values(post_id=post.id, machine_id=self.delivery.photos.machine.id)
        async with self.delivery.database.transaction() as session:
            await session.execute(mark.on_conflict_do_nothing())
