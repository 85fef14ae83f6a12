"""Stores the scores of photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Float, SmallInteger, column, func, update

from fluffy_tui.photos.tables import PhotoRow, array_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.photos.scores import PhotoScores


async def store_scores(session: AsyncSession, scores: Mapping[int, PhotoScores]) -> None:
    """Store the scores of photos, by the ids of photos that are locked; a trigger removes them when a file changes."""
    if not scores:
        return
    measured = list(scores.values())
    values: dict[str, tuple[list[Any], Any]] = {
        "sharpness": ([one.sharpness for one in measured], Float()),
        "clipped_light": ([one.clipped_light for one in measured], Float()),
        "clipped_dark": ([one.clipped_dark for one in measured], Float()),
        "faces": ([-1 if one.faces is None else one.faces for one in measured], SmallInteger()),
        "eyes_open": ([-1.0 if one.eyes_open is None else one.eyes_open for one in measured], Float()),
    }
    arrays = [array_of(list(scores), BigInteger()), *(array_of(*one) for one in values.values())]
    names: list[ColumnElement[Any]] = [
        column("id", BigInteger()),
        *(column(name, kind) for name, (_, kind) in values.items()),
    ]
    found = func.unnest(*arrays).table_valued(*names, name="found").render_derived()
    await session.execute(
        update(PhotoRow)
        .where(PhotoRow.id == found.c.id)
        .values({name: found.c[name] for name in values})
        .execution_options(synchronize_session=False)
    )
