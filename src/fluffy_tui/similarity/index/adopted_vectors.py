"""Vectors of the image_embed service that another program has stored, taken over so that none is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fluffy_tui.core.database import among
from fluffy_tui.similarity.index.index_counts import notify
from fluffy_tui.similarity.index.model_registry import ModelRegistry
from fluffy_tui.similarity.index.photo_scan import PhotoScan
from fluffy_tui.similarity.index.scan_results import store
from fluffy_tui.similarity.models.image_embed import DESCRIPTION, unit_vector
from fluffy_tui.similarity.tables import EmbeddingModelRow, PhotoEmbeddingRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos import Photo


class AdoptedVectors:
    """The vectors of a database under image_embed's model."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._models = ModelRegistry(database)

    @staticmethod
    def usable(numbers: object) -> list[float] | None:
        """Return a vector of this model at length one, or None for anything else."""
        return unit_vector(numbers, DESCRIPTION.dimensions)

    async def known(self, photo_ids: Iterable[int]) -> set[int]:
        """Return those of the photos that have a vector."""
        query = (
            select(PhotoEmbeddingRow.photo_id)
            .join(EmbeddingModelRow, EmbeddingModelRow.id == PhotoEmbeddingRow.model_id)
            .where(EmbeddingModelRow.name == DESCRIPTION.name, among(PhotoEmbeddingRow.photo_id, photo_ids))
        )
        async with self._database.transaction() as session:
            return set(await session.scalars(query))

    async def store(self, vectors: Mapping[Photo, list[float]]) -> int:
        """Store vectors, see `usable`, of photos that have none; return how many.

        A photo that has other content by now is left out.
        """
        if not vectors:
            return 0
        model = await self._models.register(DESCRIPTION)
        scans = [
            PhotoScan(photo.id, bytes.fromhex(photo.sha256), vector=vector)
            for photo, vector in vectors.items()
        ]
        async with self._database.transaction() as session:
            stored, gains = await store(session, scans, model)
            await notify(session, gains)
        return len(stored)
