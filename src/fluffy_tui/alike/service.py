"""The questions about likeness, all answered from what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from fluffy_tui.alike import neighbours
from fluffy_tui.alike.copies import copies, posted_before, same_picture
from fluffy_tui.alike.model import ReadingProgress, Trouble
from fluffy_tui.alike.models import Models
from fluffy_tui.alike.tables import (
    PHOTOS,
    EmbeddingModelRow,
    PhotoEmbeddingRow,
    PhotoHashRow,
    PhotoTroubleRow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from fluffy_tui.alike.model import Copy, EmbeddingModel, Neighbour, Sighting
    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo


class Alike:
    """Which photos are alike.

    Args:
        database: Open.
        posts: Selects `photo_id`, `post_id`, `posted_at`, `scheduled_at` and `created_at` of every post
            that is out or on its way; posts belong to a pack above this one.
        scheduled: Selects the ids of all photos that have a post of any kind.
    """

    def __init__(
        self, database: Database, *, posts: Select[*tuple[Any, ...]], scheduled: Select[Any]
    ) -> None:
        self._database = database
        self._posts = posts
        self._scheduled = scheduled
        self._models = Models(database)

    async def same_picture(self, photo_id: int) -> list[Copy]:
        """Return the persona's other photos that show the same picture, nearest first.

        Empty as well for a photo that has not been looked at yet, or that shows too little to be told apart.
        """
        async with self._database.transaction() as session:
            return await same_picture(session, photo_id)

    async def posted_before(self, photo: Photo | int) -> Sighting | None:
        """Return the persona's latest post of the same file or the same picture; failed posts do not count."""
        async with self._database.transaction() as session:
            return await posted_before(session, photo if isinstance(photo, int) else photo.id, self._posts)

    async def copies(self, photo_ids: Sequence[int]) -> dict[int, int]:
        """Return the stack of each of these photos that has copies; photos of one stack show the same picture.

        Args:
            photo_ids: For example those of a page of the library.
        """
        async with self._database.transaction() as session:
            return await copies(session, photo_ids)

    async def more_like(
        self, photo_id: int, *, limit: int = 24, unscheduled_only: bool = True
    ) -> list[Neighbour]:
        """Return the persona's photos that are most like this one, nearest first.

        Args:
            photo_id: Compared with all others.
            limit: How many at most.
            unscheduled_only: Leave out photos that have a post.

        Raises:
            NoEmbeddings: no model was ever used on this database.
            NotLookedAtYet: the photo has no vector.
        """
        scheduled = self._scheduled if unscheduled_only else None
        async with self._database.transaction() as session:
            return await neighbours.more_like(session, photo_id, limit, scheduled)

    async def least_like(
        self, photo_ids: Sequence[int], *, limit: int = 24, unscheduled_only: bool = True
    ) -> list[Neighbour]:
        """Return photos of the same persona that are far from all of these, farthest first.

        Args:
            photo_ids: For example those of the last nine posts; ones that have no vector are passed over.
            limit: How many at most.
            unscheduled_only: Leave out photos that have a post.

        Returns:
            Each with its distance to the nearest of `photo_ids`.

        Raises:
            NoEmbeddings: no model was ever used on this database.
            NotLookedAtYet: none of the photos has a vector.
        """
        scheduled = self._scheduled if unscheduled_only else None
        async with self._database.transaction() as session:
            return await neighbours.least_like(session, photo_ids, limit, scheduled)

    async def models(self) -> list[EmbeddingModel]:
        """Return every model that was ever used, oldest first."""
        return await self._models.used()

    async def progress(self) -> list[ReadingProgress]:
        """Return how far the photos of each persona have been looked at; counts everything, so ask it rarely."""
        present = PHOTOS.c.missing_since.is_(None)
        per_persona = (
            select(PHOTOS.c.persona_id, func.count(), func.count(PhotoHashRow.photo_id))
            .outerjoin(PhotoHashRow, PhotoHashRow.photo_id == PHOTOS.c.id)
            .where(present)
            .group_by(PHOTOS.c.persona_id)
            .order_by(PHOTOS.c.persona_id)
        )
        per_model = (
            select(PHOTOS.c.persona_id, EmbeddingModelRow.name, func.count())
            .select_from(PhotoEmbeddingRow)
            .join(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
            .join(EmbeddingModelRow, EmbeddingModelRow.id == PhotoEmbeddingRow.model_id)
            .where(present)
            .group_by(PHOTOS.c.persona_id, EmbeddingModelRow.name)
        )
        resisting = (
            select(PHOTOS.c.persona_id, func.count(PhotoTroubleRow.photo_id.distinct()))
            .join(PhotoTroubleRow, PhotoTroubleRow.photo_id == PHOTOS.c.id)
            .where(present, PhotoTroubleRow.reason != "")
            .group_by(PHOTOS.c.persona_id)
        )
        async with self._database.transaction() as session:
            rows = (await session.execute(per_persona)).all()
            embedded: dict[int, dict[str, int]] = {}
            for persona_id, name, count in await session.execute(per_model):
                embedded.setdefault(persona_id, {})[name] = count
            troubled = {row[0]: row[1] for row in await session.execute(resisting)}
        return [
            ReadingProgress(persona, photos, hashed, embedded.get(persona, {}), troubled.get(persona, 0))
            for persona, photos, hashed in rows
        ]

    async def troubles(self, persona_id: int, *, limit: int = 100) -> list[Trouble]:
        """Return the photos that could not be read or embedded at the last try, and why."""
        query = (
            select(PhotoTroubleRow.photo_id, PhotoTroubleRow.reason, PhotoTroubleRow.next_try_at)
            .join(PHOTOS, PHOTOS.c.id == PhotoTroubleRow.photo_id)
            .where(PHOTOS.c.persona_id == persona_id, PhotoTroubleRow.reason != "")
            .order_by(PhotoTroubleRow.photo_id, PhotoTroubleRow.stage)
            .limit(limit)
        )
        async with self._database.transaction() as session:
            return [Trouble(*row) for row in await session.execute(query)]
