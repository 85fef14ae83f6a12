"""The small table of known copies: a file with the content of another photo is read once, not at each import."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Text, and_, any_, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.core.database import array_of
from fluffy_tui.photos.ingest.file_presence import Presence, is_gone, presence
from fluffy_tui.photos.silent_disk import each_from_disk
from fluffy_tui.photos.tables import PhotoCopyRow, PhotoPlaceRow, PhotoRow, each, of_machine, same_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.photos.ingest.file_reader import FoundFile


async def unchanged_copies(
    session: AsyncSession, persona_id: int, machine_id: str, files: Mapping[str, tuple[int, datetime]]
) -> set[str]:
    """Return the paths that are known copies, with size and time as stored, of photos whose own file is there.

    The files are given with byte size and modification time, by absolute path.
    """
    copy, place = PhotoCopyRow, PhotoPlaceRow
    query = each(
        list(files),
        Text(),
        lambda path: (
            select(copy.path, copy.byte_size, copy.modified_at, place.path.label("original"))
            .join(PhotoRow, and_(PhotoRow.persona_id == persona_id, PhotoRow.sha256 == copy.sha256))
            .join(place, and_(place.photo_id == PhotoRow.id, of_machine(place, machine_id)))
            .where(copy.persona_id == persona_id, of_machine(copy, machine_id), same_path(copy.path, path))
            .where(place.missing_since.is_(None))
        ),
    )
    rows = [row for row in await session.execute(query) if files[row[0]] == (row[1], row[2])]
    found = await each_from_disk(lambda row: presence(row[3], row[1]), rows)
    return {row[0] for row, now in zip(rows, found, strict=True) if now is Presence.THERE}


async def remember_copies(
    session: AsyncSession, persona_id: int, machine_id: str, files: Sequence[FoundFile]
) -> None:
    """Store files that were found to be copies."""
    by_path = {file.path: file for file in files}  # one statement may not touch a row twice
    if not by_path:
        return
    values = [
        {
            "persona_id": persona_id,
            "machine_id": machine_id,
            "path": file.path,
            "sha256": file.sha256,
            "byte_size": file.byte_size,
            "modified_at": file.modified_at,
        }
        for file in by_path.values()
    ]
    insertion = insert(PhotoCopyRow)
    changed = {name: insertion.excluded[name] for name in ("sha256", "byte_size", "modified_at")}
    await session.execute(
        insertion.on_conflict_do_update(
            index_elements=["persona_id", "machine_id", text("md5(path)")], set_=changed
        ),
        values,
    )


async def forget_copies(
    session: AsyncSession, persona_id: int, machine_id: str, paths: Sequence[str]
) -> None:
    """Forget files that are no longer copies."""
    if paths:
        hashes = [hashlib.md5(path.encode(), usedforsecurity=False).hexdigest() for path in paths]
        await session.execute(
            delete(PhotoCopyRow).where(
                PhotoCopyRow.persona_id == persona_id,
                of_machine(PhotoCopyRow, machine_id),
                func.md5(PhotoCopyRow.path) == any_(array_of(hashes, Text())),
                PhotoCopyRow.path == any_(array_of(list(paths), Text())),
            )
        )


async def forget_vanished_copies(
    session: AsyncSession, persona_id: int, machine_id: str, below: Callable[[Any], ColumnElement[bool]]
) -> None:
    """Forget the copies whose files are gone; `below` makes the condition of the paths concerned, from their column."""
    query = select(PhotoCopyRow.path).where(
        PhotoCopyRow.persona_id == persona_id, of_machine(PhotoCopyRow, machine_id), below(PhotoCopyRow.path)
    )
    paths = list(await session.scalars(query))
    found = await each_from_disk(is_gone, paths)
    gone = [path for path, is_so in zip(paths, found, strict=True) if is_so]
    await forget_copies(session, persona_id, machine_id, gone)
