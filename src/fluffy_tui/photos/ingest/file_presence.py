"""Which stored photos still have their file, and a sweep over all libraries that marks those without."""

from __future__ import annotations

import asyncio
import os
import stat
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, true, update

from fluffy_tui.photos.tables import PhotoRow, among

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos.machine import Machine

_ROWS = 2000


class Presence(Enum):
    """What the disk says of a photo's path."""

    THERE = auto()
    GONE = auto()
    UNKNOWN = auto()
    """This machine cannot tell: the folder is another machine's or not mounted, or the file has changed."""


def presence(path: str, byte_size: int) -> Presence:
    """Ask the disk about one photo without reading its file; blocks.

    Several machines may share a library. A file is therefore gone only if its folder, or the one above, is
    there; a photo in a folder that this machine does not know is left alone.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path costs as much as the call itself
    except (FileNotFoundError, NotADirectoryError):
        folder = Path(path).parent
        known = folder.is_dir() or folder.parent.is_dir()
        return Presence.GONE if known else Presence.UNKNOWN
    except OSError:
        return Presence.UNKNOWN
    if not stat.S_ISREG(status.st_mode):
        return Presence.GONE
    return Presence.THERE if status.st_size == byte_size else Presence.UNKNOWN


def is_gone(path: str) -> bool:
    """Return whether no regular file is there; one that cannot be examined is not gone. Blocks."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - a Path costs as much as the call itself
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


async def mark_missing_files(database: Database, machine: Machine | None) -> tuple[int, int]:
    """Mark all photos of this machine as their files are now; return how many vanished and how many came back.

    Rows are read in the order of their ids and no lock is held between two portions, so an import may run
    meanwhile. Where nothing has changed nothing is written, and no screen is notified.
    """
    vanished = returned = last = 0
    while True:
        query = (
            select(PhotoRow.id, PhotoRow.path, PhotoRow.byte_size, PhotoRow.missing_since.is_not(None))
            .where(PhotoRow.id > last, of_machine(machine))
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


def of_machine(machine: Machine | None) -> ColumnElement[bool]:
    """Return the condition that a photo's file is to be looked for on this machine."""
    if machine is None:
        return true()
    return or_(PhotoRow.machine_id.is_(None), PhotoRow.machine_id == machine.id)


def _changes(rows: Iterable[tuple[int, str, int, bool]]) -> tuple[list[int], list[int]]:
    gone, back = [], []
    for photo_id, path, byte_size, missing in rows:
        found = presence(path, byte_size)
        if found is Presence.GONE and not missing:
            gone.append(photo_id)
        elif found is Presence.THERE and missing:
            back.append(photo_id)
    return gone, back


async def _mark(database: Database, ids: Sequence[int], *, missing: bool) -> None:
    if not ids:
        return
    change = (
        update(PhotoRow).where(among(PhotoRow.id, ids)).values(missing_since=func.now() if missing else None)
    )
    async with database.transaction() as session:
        await session.execute(change)
