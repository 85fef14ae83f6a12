"""How many photos are indexed: counted on demand, and notified by each job when it stores its results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select

from fluffy_tui.core.event_stream import PHOTOS_CHANNEL
from fluffy_tui.similarity.index.model_registry import active_model
from fluffy_tui.similarity.model import IndexCounts, IndexGains
from fluffy_tui.similarity.tables import (
    PHOTOS,
    EmbeddingModelRow,
    IndexFailureRow,
    PhotoEmbeddingRow,
    PhotoHashRow,
    among,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession


async def count_indexed(session: AsyncSession, persona_id: int | None) -> list[IndexCounts]:
    """Return how many photos of each persona, or of one, are indexed."""
    one = literal(True) if persona_id is None else PHOTOS.c.persona_id == persona_id
    wanted = (PHOTOS.c.missing_since.is_(None), one)
    per_persona = (
        select(PHOTOS.c.persona_id, func.count(), func.count(PhotoHashRow.photo_id))
        .outerjoin(PhotoHashRow, PhotoHashRow.photo_id == PHOTOS.c.id)
        .where(*wanted)
        .group_by(PHOTOS.c.persona_id)
        .order_by(PHOTOS.c.persona_id)
    )
    per_model = (
        select(PHOTOS.c.persona_id, EmbeddingModelRow.name, func.count())
        .select_from(PhotoEmbeddingRow)
        .join(PHOTOS, PHOTOS.c.id == PhotoEmbeddingRow.photo_id)
        .join(EmbeddingModelRow, EmbeddingModelRow.id == PhotoEmbeddingRow.model_id)
        .where(*wanted)
        .group_by(PHOTOS.c.persona_id, EmbeddingModelRow.name)
    )
    failures = (
        select(PHOTOS.c.persona_id, func.count(IndexFailureRow.photo_id.distinct()))
        .join(IndexFailureRow, IndexFailureRow.photo_id == PHOTOS.c.id)
        .where(*wanted, IndexFailureRow.reason != "")
        .group_by(PHOTOS.c.persona_id)
    )
    rows = (await session.execute(per_persona)).all()
    embedded: dict[int, dict[str, int]] = {}
    for persona, name, count in await session.execute(per_model):
        embedded.setdefault(persona, {})[name] = count
    failed = {row[0]: row[1] for row in await session.execute(failures)}
    model = await active_model(session)
    return [
        IndexCounts(
            persona,
            photos,
            hashed,
            embedded.get(persona, {}),
            failed.get(persona, 0),
            model.name if model else "",
        )
        for persona, photos, hashed in rows
    ]


async def add_failures(session: AsyncSession, gains: dict[int, IndexGains], photo_ids: Iterable[int]) -> None:
    """Count photos that failed among the gains of their personas."""
    query = (
        select(PHOTOS.c.persona_id, func.count())
        .where(among(PHOTOS.c.id, photo_ids))
        .group_by(PHOTOS.c.persona_id)
    )
    for persona_id, count in await session.execute(query):
        gains.setdefault(persona_id, IndexGains()).failed += count


async def notify(session: AsyncSession, gains: Mapping[int, IndexGains]) -> None:
    """Notify open apps of the results of a job, once its transaction is committed.

    One notification for a persona and transaction: Postgres drops a second one with the same content.
    """
    for persona_id, gain in gains.items():
        content = {
            "persona_id": persona_id,
            "hashed": gain.hashed,
            "embedded": gain.embedded,
            "failed": gain.failed,
            "stacked": gain.stacked,
        }
        await session.execute(select(func.pg_notify(PHOTOS_CHANNEL, json.dumps(content))))
