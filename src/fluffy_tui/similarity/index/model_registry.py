"""The embedding models of a database: which were used, which one is active, and when another becomes so."""

from __future__ import annotations

import logging

from sqlalchemy import Select, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fluffy_tui.core.database import Database
from fluffy_tui.similarity.index.worklist import given_up
from fluffy_tui.similarity.model import EmbeddingModel, ModelDescription
from fluffy_tui.similarity.tables import PHOTOS, EmbeddingModelRow, IndexFailureRow, PhotoEmbeddingRow

log = logging.getLogger(__name__)

INDEX_PREFIX = "ix_photo_embeddings_hnsw_"
"""The partial indexes have this name and the model's id. Migrations ignore them."""

_MODEL_LOCK = 0x666C75666D


class ModelRegistry:
    """The rows of `embedding_models`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def used(self) -> list[EmbeddingModel]:
        """Return every model that was ever used, oldest first."""
        async with self._database.transaction() as session:
            rows = await session.scalars(select(EmbeddingModelRow).order_by(EmbeddingModelRow.id))
            return [model_of(row) for row in rows]

    async def active(self) -> EmbeddingModel | None:
        """Return the active model."""
        async with self._database.transaction() as session:
            return await active_model(session)

    async def register(self, description: ModelDescription) -> EmbeddingModel:
        """Return the model, stored with its index if this is its first use; the first model of all is active."""
        async with self._database.transaction() as session:
            known = await _by_name(session, description.name)
            if known is not None:
                return model_of(known)
            await session.execute(select(func.pg_advisory_xact_lock(_MODEL_LOCK)))
            first = not await session.scalar(select(exists().where(EmbeddingModelRow.active)))
            await session.execute(
                insert(EmbeddingModelRow)
                .values(
                    name=description.name,
                    dimensions=description.dimensions,
                    near_max=description.near_max,
                    similar_max=description.similar_max,
                    configuration=dict(description.configuration),
                    active=first,
                )
                .on_conflict_do_nothing()
            )
            row = await _by_name(session, description.name)
            assert row is not None  # noqa: S101 - it was inserted, here or by the previous holder of the lock
            model = model_of(row)
            await session.execute(text(index_statement(model)))
        log.info("the embedding model %s is used for the first time", model.name)
        return model

    async def activate_if_complete(self, model: EmbeddingModel, stage: str) -> None:
        """Activate the model if it has a vector of every photo that the active one has.

        Photos that will never have a vector under the new model, as failures of a stage, are no obstacle. The old
        vectors stay.
        """
        async with self._database.transaction() as session:
            await session.execute(select(func.pg_advisory_xact_lock(_MODEL_LOCK)))
            present = await active_model(session)
            if present is not None and present.id == model.id:
                return
            if not await session.scalar(select(exists().where(PhotoEmbeddingRow.model_id == model.id))):
                return
            if present is not None and await session.scalar(_lacks_photos(model, present, stage)):
                return
            await session.execute(
                update(EmbeddingModelRow).values(active=False).where(EmbeddingModelRow.active)
            )
            await session.execute(
                update(EmbeddingModelRow).values(active=True).where(EmbeddingModelRow.id == model.id)
            )
        log.info("the embedding model %s is complete and now active", model.name)


async def active_model(session: AsyncSession) -> EmbeddingModel | None:
    """Return the active model."""
    row = await session.scalar(select(EmbeddingModelRow).where(EmbeddingModelRow.active))
    return None if row is None else model_of(row)


async def _by_name(session: AsyncSession, name: str) -> EmbeddingModelRow | None:
    return await session.scalar(select(EmbeddingModelRow).where(EmbeddingModelRow.name == name))


def model_of(row: EmbeddingModelRow) -> EmbeddingModel:
    """Return the model of a row."""
    return EmbeddingModel(row.id, row.name, row.dimensions, row.near_max, row.similar_max, row.active)


def index_statement(model: EmbeddingModel) -> str:
    """Return the statement that creates the model's index; Postgres uses it only with a literal id and the same cast.

    Its numbers are in half precision, which finds the same neighbours in an index of three fifths the size. It has
    half as many links again as pgvector's default of 16: a search reads fewer vectors.
    """
    return (
        f"CREATE INDEX IF NOT EXISTS {INDEX_PREFIX}{model.id} ON photo_embeddings"
        f" USING hnsw ((embedding::halfvec({model.dimensions})) halfvec_cosine_ops)"
        f" WITH (m = 24, ef_construction = 100) WHERE model_id = {model.id}"
    )


def _lacks_photos(model: EmbeddingModel, present: EmbeddingModel, stage: str) -> Select[bool]:
    """Select whether some photo has a vector under the present model and could still get one under the new."""
    new = aliased(PhotoEmbeddingRow)
    old = aliased(PhotoEmbeddingRow)
    return select(
        exists()
        .where(old.model_id == present.id, PHOTOS.c.id == old.photo_id, PHOTOS.c.missing_since.is_(None))
        .where(~exists().where(new.photo_id == old.photo_id, new.model_id == model.id))
        .where(~exists().where(IndexFailureRow.photo_id == old.photo_id, given_up(stage)))
    )
