"""Stores the scores of photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Float, SmallInteger, update

from fluffy_tui.core.database import rows_of
from fluffy_tui.photos.tables import PhotoRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.types import TypeEngine

    from fluffy_tui.photos.scores import PhotoScores


async def store_scores(session: AsyncSession, scores: Mapping[int, PhotoScores]) -> None:
    """Store the scores of photos, by the ids of photos that are locked; a trigger removes them when a file changes."""
    if not scores:
        return
    kinds: dict[str, TypeEngine[Any]] = {
        "sharpness": Float(),
        "clipped_light": Float(),
        "clipped_dark": Float(),
        "faces": SmallInteger(),
        "eyes_open": Float(),
    }
    rows = (
        (
            photo_id,
            one.sharpness,
            one.clipped_light,
            one.clipped_dark,
            -1 if one.faces is None else one.faces,
            -1.0 if one.eyes_open is None else one.eyes_open,
        )
        for photo_id, one in scores.items()
    )
    found = rows_of({"id": BigInteger(), **kinds}, rows)
    await session.execute(
        update(PhotoRow)
        .where(PhotoRow.id == found.c.id)
        .values({name: found.c[name] for name in kinds})
        .execution_options(synchronize_session=False)
    )
