"""Which stored photos still have their file, and a sweep over all libraries that marks those without."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Any

from sqlalchemy import Update, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from fluffy_tui.core.database import Database, among
from fluffy_tui.photos.machine import UNKNOWN, Machine
from fluffy_tui.photos.silent_disk import each_from_disk
from fluffy_tui.photos.tables import PhotoPlaceRow, PhotoRow, same_path

_ROWS = 2000


class Presence(Enum):
    """What the disk says about a photo's path."""

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


async def mark_missing_files(database: Database, machine: Machine) -> tuple[int, int]:
    """Mark all places of this machine as their files are now; return how many vanished and how many came back.

    So are places from before machines were noted, which may be this machine's. Rows are read in the order of their ids
    and no lock is held between two portions, so an import may run meanwhile. Where nothing has changed nothing is
    written, and no screen is notified.
    """
    changes = [await _sweep(database, machine_id) for machine_id in {UNKNOWN.id, machine.id}]
    return sum(vanished for vanished, _ in changes), sum(returned for _, returned in changes)


async def _sweep(database: Database, machine_id: str) -> tuple[int, int]:
    vanished = returned = last = 0
    while True:
        place = PhotoPlaceRow
        query = (
            select(place.photo_id, place.path, PhotoRow.byte_size, place.missing_since.is_not(None))
            .join(PhotoRow, PhotoRow.id == place.photo_id)
            .where(place.photo_id > last, place.machine_id == machine_id)
            .order_by(place.photo_id)
            .limit(_ROWS)
        )
        async with database.transaction() as session:
            rows = [(row[0], row[1], row[2], row[3]) for row in await session.execute(query)]
        if not rows:
            return vanished, returned
        last = rows[-1][0]
        found = await each_from_disk(lambda row: presence(row[1], row[2]), rows)
        gone = [row[0] for row, now in zip(rows, found, strict=True) if now is Presence.GONE and not row[3]]
        back = [row[0] for row, now in zip(rows, found, strict=True) if now is Presence.THERE and row[3]]
        if gone or back:
            async with database.transaction() as session:
                await session.execute(change_places(machine_id, gone, missing_since=func.now()))
                await session.execute(change_places(machine_id, back, missing_since=None))
        vanished += len(gone)
        returned += len(back)
        if None in found:  # a disk hangs: the next look may get further
            return vanished, returned


def change_places(machine_id: str, photo_ids: Sequence[int], **values: Any) -> Update:
    """Return the statement that changes the places of photos on one machine."""
    mine = (among(PhotoPlaceRow.photo_id, photo_ids), PhotoPlaceRow.machine_id == machine_id)
    return update(PhotoPlaceRow).where(*mine).values(**values)


def adoption(machine_id: str, photo_ids: Sequence[int]) -> Update:
    """Return the statement that gives this machine the places that no machine has yet, where it has none."""
    own, free = aliased(PhotoPlaceRow), PhotoPlaceRow
    same = or_(
        own.photo_id == free.photo_id, and_(own.persona_id == free.persona_id, same_path(own.path, free.path))
    )
    is_taken = exists().where(own.machine_id == machine_id, same)
    unknown = (among(free.photo_id, photo_ids), free.machine_id == UNKNOWN.id)
    return update(free).where(*unknown, ~is_taken).values(machine_id=machine_id)
