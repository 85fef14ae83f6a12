"""Looks through whole libraries for files that have vanished or come back, a few thousand at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, any_, func, select, update

from fluffy_tui.photos.ingest.file_presence import Standing, standing
from fluffy_tui.photos.query.id_selection import array_of
from fluffy_tui.photos.tables import PhotoRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.core.database import Database

_ROWS = 2000


async def sweep(database: Database) -> tuple[int, int]:
    """Mark all photos of this machine as their files are now; return how many vanished and how many came back.

    Rows are read in the order of their ids and nothing is held between two portions, so an import may run
    meanwhile. Nothing is written, and no screen is told, where nothing has changed.
    """
    vanished = returned = 0
    last = 0
    while True:
        query = (
            select(PhotoRow.id, PhotoRow.path, PhotoRow.byte_size, PhotoRow.missing_since.is_not(None))
            .where(PhotoRow.id > last)
            .order_by(PhotoRow.id)
            .limit(_ROWS)
        )
        async with database.transaction() as session:
            rows = [(row[0], row[1], row[2], row[3]) for row in await session.execute(query)]
        if not rows:
            return vanished, returned
        last = rows[-1][0]
        gone, back = await asyncio.to_thread(_changes, rows)
        await _mark(database, gone, missing=True)
        await _mark(database, back, missing=False)
        vanished += len(gone)
        returned += len(back)


def _changes(rows: Sequence[tuple[int, str, int, bool]]) -> tuple[list[int], list[int]]:
    gone, back = [], []
    for photo_id, path, byte_size, missing in rows:
        found = standing(path, byte_size)
        if found is Standing.GONE and not missing:
            gone.append(photo_id)
        elif found is Standing.THERE and missing:
            back.append(photo_id)
    return gone, back


async def _mark(database: Database, ids: Sequence[int], *, missing: bool) -> None:
    if not ids:
        return
    change = (
        update(PhotoRow)
        .where(PhotoRow.id == any_(array_of(ids, BigInteger())))
        .values(missing_since=func.now() if missing else None)
    )
    async with database.transaction() as session:
        await session.execute(change)
