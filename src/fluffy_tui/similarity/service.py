"""The similarity service: every question is answered from the index in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fluffy_tui.core.database import among
from fluffy_tui.similarity.index.index_counts import count_indexed
from fluffy_tui.similarity.index.model_registry import ModelRegistry
from fluffy_tui.similarity.index.worklist import Stage
from fluffy_tui.similarity.model import IndexFailure, NoEmbeddings, NotIndexedYet
from fluffy_tui.similarity.search import neighbours
from fluffy_tui.similarity.search.duplicates import (
    copies,
    first_of_stacks,
    posted_before,
    posted_elsewhere,
    same_picture,
)
from fluffy_tui.similarity.search.index_readiness import explained
from fluffy_tui.similarity.tables import PHOTOS, IndexFailureRow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy import SelectBase
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo
    from fluffy_tui.similarity.model import (
        Copy,
        EarlierPost,
        EmbeddingModel,
        IndexCounts,
        Neighbour,
        OutsideMatch,
    )


class Similarity:
    """Which photos are similar.

    Args:
        posts: Selects `photo_id`, `post_id`, `posted_at`, `scheduled_at` and `created_at` of every post
            that is live or on its way; posts belong to a pack above this one.
        outside: Selects `persona_id`, `post_id`, `sent_at`, `pdq` and `pdq_quality` of every post from elsewhere,
            for each persona whose channel it is on.
        has_service: Whether an image_embed service is set, which makes vectors even if the extra `embed` is not
            installed.
    """

    def __init__(
        self,
        database: Database,
        *,
        posts: SelectBase,
        outside: SelectBase,
        has_service: bool = False,
    ) -> None:
        self._database = database
        self._posts = posts
        self._outside = outside
        self._has_service = has_service
        self._models = ModelRegistry(database)
        self._can_iterate: bool | None = None

    async def same_picture(self, photo_id: int) -> list[Copy]:
        """Return the persona's other photos that show the same picture, nearest first.

        Also empty for a photo that is not indexed yet, or that shows too little to be distinguished from others.
        """
        async with self._database.transaction() as session:
            return await same_picture(session, photo_id)

    async def posted_before(self, photo: Photo | int) -> EarlierPost | None:
        """Return the persona's latest post of the same file or the same picture; failed posts do not count."""
        async with self._database.transaction() as session:
            return await posted_before(session, photo if isinstance(photo, int) else photo.id, self._posts)

    async def posted_elsewhere(self, photo: Photo | int) -> OutsideMatch | None:
        """Return the latest post from elsewhere, on the persona's channels, that shows the same picture."""
        async with self._database.transaction() as session:
            photo_id = photo if isinstance(photo, int) else photo.id
            return await posted_elsewhere(session, photo_id, self._outside)

    async def copies(self, photo_ids: Sequence[int]) -> dict[int, int]:
        """Return the stack of each of these photos that has duplicates; photos of one stack show the same picture."""
        async with self._database.transaction() as session:
            return await copies(session, photo_ids)

    async def more_like(
        self, photo_id: int, *, limit: int = 24, unscheduled_only: bool = True, fold: bool = False
    ) -> list[Neighbour]:
        """Return the persona's photos that are most similar to this one, nearest first.

        With `fold`, only the first is returned of photos that show the same picture.

        Raises:
            NoEmbeddings: no model was ever used on this database.
            NotIndexedYet: the photo has no vector.
        """

        async def ask(session: AsyncSession, most: int) -> list[Neighbour]:
            iterates = await self._iterates(session)
            return await neighbours.more_like(
                session, photo_id, most, unscheduled_only=unscheduled_only, iterates=iterates
            )

        return await self._answered(ask, [photo_id], limit, fold=fold)

    async def related(self, photo_id: int, others: Sequence[int]) -> list[Neighbour]:
        """Return how similar photos of the same persona, a few hundred at most, are to one, nearest first.

        Photos without a vector, and the photo itself, are left out.

        Raises:
            NoEmbeddings: no model was ever used on this database.
            NotIndexedYet: the photo has no vector.
        """
        async with self._database.transaction() as session:
            try:
                return await neighbours.related(session, photo_id, others)
            except (NoEmbeddings, NotIndexedYet) as error:
                raise await explained(session, error, [photo_id], self._has_service) from error

    async def least_like(
        self,
        photo_ids: Sequence[int],
        *,
        limit: int = 24,
        unscheduled_only: bool = True,
        fold: bool = False,
    ) -> list[Neighbour]:
        """Return photos of the persona that are far from all of these, farthest first, with distance to the nearest.

        Those of these without a vector are ignored. With `fold`, only the first is returned of photos that show the
        same picture.

        Raises:
            NoEmbeddings: no model was ever used on this database.
            NotIndexedYet: none of the photos has a vector.
        """

        async def ask(session: AsyncSession, most: int) -> list[Neighbour]:
            iterates = await self._iterates(session)
            return await neighbours.least_like(
                session, photo_ids, most, unscheduled_only=unscheduled_only, iterates=iterates
            )

        return await self._answered(ask, photo_ids, limit, fold=fold)

    async def _answered(
        self,
        ask: Callable[[AsyncSession, int], Awaitable[list[Neighbour]]],
        photo_ids: Sequence[int],
        limit: int,
        *,
        fold: bool,
    ) -> list[Neighbour]:
        """Ask; if duplicates are to be folded for more than is wanted, and for still more if they are many."""
        async with self._database.transaction() as session:
            try:
                for most in (limit * 2, limit * 6, limit * 16) if fold else (limit,):
                    found = await ask(session, most)
                    kept = await first_of_stacks(session, found) if fold else found
                    if len(kept) >= limit or len(found) < most:
                        break
            except (NoEmbeddings, NotIndexedYet) as error:
                raise await explained(session, error, photo_ids, self._has_service) from error
        return kept[:limit]

    async def recent_photos(self, persona_id: int, *, last: int = 9) -> list[int]:
        """Return the photos of the persona's last posts that are live or on their way, newest first."""
        async with self._database.transaction() as session:
            return await neighbours.recent_photos(session, persona_id, last, self._posts)

    async def models(self) -> list[EmbeddingModel]:
        """Return every model that was ever used, oldest first."""
        return await self._models.used()

    async def progress(self, persona_id: int | None = None) -> list[IndexCounts]:
        """Return how many photos of each persona, or of one, are indexed; those without photos are left out."""
        async with self._database.transaction() as session:
            return await count_indexed(session, persona_id)

    async def _iterates(self, session: AsyncSession) -> bool:
        """Return whether pgvector can continue an index scan; asked once."""
        if self._can_iterate is None:
            self._can_iterate = await neighbours.can_iterate(session)
        return self._can_iterate

    async def failures(self, persona_id: int, *, limit: int = 100) -> list[IndexFailure]:
        """Return the photos that could not be read or embedded at the last attempt, and why."""
        query = (
            select(IndexFailureRow.photo_id, IndexFailureRow.reason, IndexFailureRow.next_try_at)
            .join(PHOTOS, PHOTOS.c.id == IndexFailureRow.photo_id)
            .where(PHOTOS.c.persona_id == persona_id, IndexFailureRow.reason != "")
            .order_by(IndexFailureRow.photo_id, IndexFailureRow.stage)
            .limit(limit)
        )
        async with self._database.transaction() as session:
            return [IndexFailure(*row) for row in await session.execute(query)]

    async def unreadable(self, photo_ids: Sequence[int]) -> dict[int, str]:
        """Return why photos could not be decoded when a worker last tried, one sentence each; only those."""
        failure = IndexFailureRow
        query = select(failure.photo_id, failure.reason).where(
            among(failure.photo_id, photo_ids), failure.stage == Stage.SCAN, failure.reason != ""
        )
        async with self._database.transaction() as session:
            return dict((await session.execute(query)).all())
