"""The small table of known copies: a file with the content of another photo is read once, not at each import."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, any_, column, delete, func, select, text, true
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.photos.ingest.file_presence import Presence, is_gone, presence
from fluffy_tui.photos.tables import PhotoCopyRow, PhotoRow, array_of, same_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.photos.ingest.file_reader import FoundFile


async def unchanged_copies(
    session: AsyncSession, persona_id: int, files: Mapping[str, tuple[int, datetime]]
) -> set[str]:
    """Return the paths that are known copies, with size and time as stored, of photos whose own file is there.

    Args:
        session: In a transaction.
        persona_id: Whose photos.
        files: Byte size and modification time, by absolute path.
    """
    wanted = func.unnest(array_of(list(files), Text())).table_valued(column("path", Text()), name="wanted")
    wanted = wanted.render_derived()
    found = (  # LATERAL for the reason that `tables.photos_with` gives
        select(PhotoCopyRow)
        .where(PhotoCopyRow.persona_id == persona_id, same_path(PhotoCopyRow.path, wanted.c.path))
        .limit(1)
        .lateral("found")
    )
    original = and_(
        PhotoRow.persona_id == persona_id,
        PhotoRow.sha256 == found.c.sha256,
        PhotoRow.missing_since.is_(None),
    )
    query = select(found.c.path, found.c.byte_size, found.c.modified_at, PhotoRow.path).select_from(
        wanted.join(found, true()).join(PhotoRow, original)
    )
    rows = [row for row in await session.execute(query) if files[row[0]] == (row[1], row[2])]
    return await asyncio.to_thread(_of_present, [(row[0], row[3], row[1]) for row in rows])


async def remember_copies(session: AsyncSession, persona_id: int, files: Sequence[FoundFile]) -> None:
    """Store files that were found to be copies."""
    by_path = {file.path: file for file in files}  # one statement may not touch a row twice
    if not by_path:
        return
    values = [
        {
            "persona_id": persona_id,
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
        insertion.on_conflict_do_update(index_elements=["persona_id", text("md5(path)")], set_=changed),
        values,
    )


async def forget_copies(session: AsyncSession, persona_id: int, paths: Sequence[str]) -> None:
    """Forget files that are no longer copies."""
    if paths:
        await session.execute(
            delete(PhotoCopyRow).where(
                PhotoCopyRow.persona_id == persona_id,
                func.md5(PhotoCopyRow.path) == any_(array_of([_md5(path) for path in paths], Text())),
                PhotoCopyRow.path == any_(array_of(list(paths), Text())),
            )
        )


async def forget_vanished_copies(
    session: AsyncSession, persona_id: int, below: Callable[[Any], ColumnElement[bool]]
) -> None:
    """Forget the copies whose files are gone.

    Args:
        session: In a transaction.
        persona_id: Whose photos.
        below: Makes the condition that a path is among those concerned, from its column.
    """
    query = select(PhotoCopyRow.path).where(PhotoCopyRow.persona_id == persona_id, below(PhotoCopyRow.path))
    paths = list(await session.scalars(query))
    gone = await asyncio.to_thread(lambda: [path for path in paths if is_gone(path)])
    await forget_copies(session, persona_id, gone)


def _md5(path: str) -> str:
    return hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()


def _of_present(copies: Iterable[tuple[str, str, int]]) -> set[str]:
    """Return the copies whose original is there, given paths of copy and original and the size; blocks."""
    return {copy for copy, original, size in copies if presence(original, size) is Presence.THERE}
