"""The photos service: what screens, console, import and scheduling ask of a persona's library."""

from __future__ import annotations

import asyncio
import sys
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, LargeBinary, any_, func, select

from fluffy_tui.photos.catalogue import Catalogue
from fluffy_tui.photos.importing import Importer
from fluffy_tui.photos.model import (
    FailedFile,
    ImportProgress,
    ImportSummary,
    Photo,
    PhotoNotFound,
    PhotoState,
    PhotoUnreadable,
)
from fluffy_tui.photos.reading import hash_file, open_regular
from fluffy_tui.photos.selecting import array_of, has_post
from fluffy_tui.photos.tables import PhotoRow
from fluffy_tui.photos.thumbnails import thumbnail
from fluffy_tui.photos.walking import existing_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL import Image
    from sqlalchemy import Select

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Persona

_ID_BYTES = 8


class Photos:
    """A persona's library.

    Args:
        database: Open.
        scheduled: Selects the ids of all photos that have a post; posts belong to a pack above this one.
    """

    def __init__(self, database: Database, *, scheduled: Select[Any]) -> None:
        self._database = database
        self._scheduled = scheduled
        self._unscheduled = ~has_post(scheduled)

    async def get(self, photo_id: int) -> Photo:
        """Return one photo.

        Raises:
            PhotoNotFound: there is none with that id.
        """
        found = await self.by_ids([photo_id])
        if photo_id not in found:
            raise PhotoNotFound(f"There is no photo {photo_id}.", "It may have been deleted meanwhile.")
        return found[photo_id]

    async def by_ids(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of these ids, without those that are gone."""
        query = select(*_COLUMNS).where(PhotoRow.id == any_(array_of(list(ids), BigInteger())))
        async with self._database.transaction() as session:
            return {row[0]: _photo(row) for row in await session.execute(query)}

    async def unscheduled(self, persona: Persona | int, limit: int | None = None) -> list[Photo]:
        """Return the photos without a post, newest first; all of them unless limited."""
        query = (
            select(*_COLUMNS)
            .where(PhotoRow.persona_id == _id_of(persona), self._unscheduled)
            .order_by(PhotoRow.shown_at.desc(), PhotoRow.id.desc())
            .limit(limit)
        )
        async with self._database.transaction() as session:
            return [_photo(row) for row in await session.execute(query)]

    async def unscheduled_ids(self, persona_id: int) -> array[int]:
        """Return the ids of all photos without a post, newest first, as signed 8-byte integers.

        Postgres sends them as one value: a million rows would hold up the event loop for seconds.
        """
        packing = func.string_agg(func.int8send(PhotoRow.id), b"", type_=LargeBinary())
        newest_first = packing.aggregate_order_by(PhotoRow.shown_at.desc(), PhotoRow.id.desc())
        query = select(newest_first).where(PhotoRow.persona_id == persona_id, self._unscheduled)
        async with self._database.transaction() as session:
            packed: bytes | None = await session.scalar(query)
        ids = array("q", packed or b"")
        if sys.byteorder == "little":  # int8send writes network order
            ids.byteswap()
        return ids

    async def unscheduled_counts(self) -> dict[int, int]:
        """Return how many photos without a post each persona has, by persona id; none for an empty library."""
        query = (
            select(PhotoRow.persona_id, func.count()).where(self._unscheduled).group_by(PhotoRow.persona_id)
        )
        async with self._database.transaction() as session:
            return dict((await session.execute(query)).all())

    async def check(self, photo: Photo) -> PhotoState:
        """Read a photo's file again, whole, and tell whether it is still what was imported."""
        return await asyncio.to_thread(_state, photo)

    def importer(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None] = lambda _: None,
        on_failed: Callable[[FailedFile], None] = lambda _: None,
    ) -> Importer:
        """Return an import that is ready to run, for a caller that wants its summary even when it is stopped.

        Raises:
            FolderNotFound: a folder does not exist or is no folder; nothing was started.
        """
        return Importer(
            existing_folders(folders),
            persona.name,
            Catalogue(self._database, persona.id, self._scheduled),
            on_progress=on_progress,
            on_failed=on_failed,
        )

    async def import_folders(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None] = lambda _: None,
    ) -> ImportSummary:
        """Import the picture files below some folders. Cancelling keeps what was committed.

        Args:
            folders: Each is walked with all its subfolders.
            persona: Whose library they go into.
            on_progress: Called again and again in the event loop.

        Raises:
            FolderNotFound: a folder does not exist or is no folder; nothing was imported.
        """
        return await self.importer(folders, persona, on_progress=on_progress).run()

    def thumbnail(self, path: Path, width: int, height: int) -> Image.Image:
        """Return an upright RGB picture that fits `width` × `height` pixels; slow, so call it in a thread.

        Raises:
            PhotoUnreadable: the file is gone, may not be read, or is no sound picture.
        """
        return thumbnail(path, width, height)


_COLUMNS = (
    PhotoRow.id,
    PhotoRow.persona_id,
    PhotoRow.path,
    PhotoRow.sha256,
    PhotoRow.byte_size,
    PhotoRow.width,
    PhotoRow.height,
    PhotoRow.format,
    PhotoRow.taken_at,
    PhotoRow.modified_at,
    PhotoRow.missing_since,
    PhotoRow.verdict,
    PhotoRow.created_at,
)


def _photo(row: Any) -> Photo:
    photo_id, persona_id, path, sha256, *rest = row
    return Photo(photo_id, persona_id, Path(path), sha256.hex(), *rest)


def _id_of(persona: Persona | int) -> int:
    return persona if isinstance(persona, int) else persona.id


def _state(photo: Photo) -> PhotoState:
    try:
        with open_regular(str(photo.path)) as file:
            same = hash_file(file).hex() == photo.sha256
    except (FileNotFoundError, NotADirectoryError):
        return PhotoState.MISSING
    except (OSError, PhotoUnreadable):
        return PhotoState.UNREADABLE
    return PhotoState.UNCHANGED if same else PhotoState.CHANGED
