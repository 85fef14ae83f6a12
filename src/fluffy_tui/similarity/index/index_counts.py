"""How many photos are indexed: read on demand, and notified by each job when it stores its results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set

from sqlalchemy import BigInteger, cast, func, literal_column, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.database import among
from fluffy_tui.core.event_stream import PHOTOS_CHANNEL
from fluffy_tui.similarity.index.model_registry import active_model
from fluffy_tui.similarity.model import IndexCounts, IndexGains
from fluffy_tui.similarity.tables import COUNTS, PHOTOS, EmbeddingModelRow, IndexFailureRow


async def count_indexed(session: AsyncSession, persona_id: int | None) -> list[IndexCounts]:
    """Return how many photos of each persona, or of one, are indexed; only those that failed are counted."""
    counts = (
        select(COUNTS.c.persona_id, COUNTS.c.name, cast(func.sum(COUNTS.c.number), BigInteger))
        .group_by(COUNTS.c.persona_id, COUNTS.c.name)
        .order_by(COUNTS.c.persona_id)
    )
    failed_ids = (
        select(IndexFailureRow.photo_id).distinct().where(literal_column("reason <> ''")).subquery("failed")
    )
    present = (
        select(PHOTOS.c.persona_id)
        .where(PHOTOS.c.id == failed_ids.c.photo_id, PHOTOS.c.missing_since.is_(None))
        .offset(0)  # one look-up in an index for each, whatever the statistics say of the table
        .lateral("present")
    )
    failures = (
        select(present.c.persona_id, func.count())
        .select_from(failed_ids.join(present, true()))
        .group_by(present.c.persona_id)
    )
    if persona_id is not None:
        counts = counts.where(COUNTS.c.persona_id == persona_id)
        failures = failures.where(present.c.persona_id == persona_id)
    # Without statistics Postgres expects most photos to have failed, and would read all marks of what is in progress.
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    numbers: dict[int, dict[str, int]] = {}
    for persona, name, number in await session.execute(counts):
        numbers.setdefault(persona, {})[name] = number
    failed = {row[0]: row[1] for row in await session.execute(failures)}
    models = (await session.execute(select(EmbeddingModelRow.id, EmbeddingModelRow.name))).all()
    model = await active_model(session)
    return [
        IndexCounts(
            persona,
            of_persona["present"],
            of_persona.get("hashed", 0),
            {name: count for id_, name in models if (count := of_persona.get(f"embedded {id_}"))},
            failed.get(persona, 0),
            model.name if model else "",
        )
        for persona, of_persona in numbers.items()
        if of_persona.get("present")
    ]


async def add_failures(
    session: AsyncSession, gains: dict[int, IndexGains], before: Set[int], now: Set[int]
) -> None:
    """Add to the gains of their personas how many more photos of a job count as failed than before.

    Fewer make the number negative. The persona of those that fail now is among the gains in any case: the reason may be
    another one.
    """
    query = select(PHOTOS.c.id, PHOTOS.c.persona_id).where(among(PHOTOS.c.id, before | now))
    for photo_id, persona_id in await session.execute(query):
        gains.setdefault(persona_id, IndexGains()).failed += (photo_id in now) - (photo_id in before)


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
