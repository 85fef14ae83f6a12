"""The photos service: a persona's library, for screens, console, import and scheduling."""

from __future__ import annotations

import asyncio
import threading
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos.file_state import HashWhen, state_of
from fluffy_tui.photos.ingest.catalogue import Catalogue
from fluffy_tui.photos.ingest.file_presence import mark_missing_files
from fluffy_tui.photos.ingest.file_reader import FoundFile, read_file
from fluffy_tui.photos.ingest.folder_walk import existing_folders
from fluffy_tui.photos.ingest.folder_watch import Watch
from fluffy_tui.photos.ingest.import_scope import WholeFolders
from fluffy_tui.photos.ingest.importer import Importer
from fluffy_tui.photos.model import (
    FailedFile,
    ImportProgress,
    ImportSummary,
    Photo,
    PhotoNotFound,
    PhotoState,
)
from fluffy_tui.photos.query.browse import Browse, Stack, Verdict
from fluffy_tui.photos.query.browse_sql import unpacked
from fluffy_tui.photos.query.stack_sql import LibraryQueries
from fluffy_tui.photos.tables import MachineRow, PhotoRow, among, has_post
from fluffy_tui.photos.thumbnails import ThumbnailCache, Thumbnails

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from PIL import Image
    from sqlalchemy import Select

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos.ingest.import_scope import ImportScope
    from fluffy_tui.photos.machine import Machine


class Photos:
    """A persona's library.

    Args:
        database: Open.
        scheduled: Selects the ids of all photos that have a post; posts belong to a pack above this one.
        thumbnails: Folder for thumbnails that were made once; without one they are made each time.
        stacks: Selects `photo_id` and `stack_id` of the photos that share their picture with another, which a
            pack above this one finds as well. Without it nothing is ever folded.
        machine: This machine; without it, all files are taken to be here.
    """

    def __init__(
        self,
        database: Database,
        *,
        scheduled: Select[Any],
        thumbnails: Path | None = None,
        stacks: Select[*tuple[Any, ...]] | None = None,
        machine: Machine | None = None,
    ) -> None:
        self.machine = machine
        self._database = database
        self._stacks = stacks
        self._thumbnails = Thumbnails(ThumbnailCache(thumbnails) if thumbnails else None)
        self._scheduled = scheduled
        self._unscheduled = ~has_post(scheduled)

    async def get(self, photo_id: int) -> Photo:
        """Return one photo.

        Raises:
            PhotoNotFound: there is none with that id.
        """
        found = await self.by_ids([photo_id])
        if photo_id not in found:
            raise _not_found(photo_id)
        return found[photo_id]

    async def by_ids(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of these ids, without those that are gone."""
        query = select(*_COLUMNS).where(among(PhotoRow.id, ids))
        async with self._database.transaction() as session:
            return {row[0]: _photo(row) for row in await session.execute(query)}

    async def unscheduled_with(self, persona_ids: Sequence[int], digits: str) -> list[Photo]:
        """Return these personas' photos without a post whose hash begins with these hexadecimal digits."""
        first = bytes.fromhex(digits)
        query = select(*_COLUMNS).where(
            PhotoRow.persona_id.in_(persona_ids),
            PhotoRow.sha256 >= first,
            PhotoRow.sha256 <= first.ljust(32, b"\xff"),
            self._unscheduled,
        )
        async with self._database.transaction() as session:
            return [_photo(row) for row in await session.execute(query)]

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

    async def ids(self, persona_id: int, browse: Browse) -> array[int]:
        """Return all ids that a `Browse` asks for, in its order, as signed 8-byte integers."""
        async with self._database.transaction() as session:
            return unpacked(await session.scalar(self._queries(persona_id, browse).all_ids()))

    async def first_ids(
        self,
        persona_id: int,
        browse: Browse,
        *,
        limit: int,
        after: int | None = None,
        verdict: Verdict | None = None,
    ) -> array[int]:
        """Return the first ids of an order without reading the rest of it.

        Args:
            persona_id: Whose photos.
            browse: Which of them, in which order.
            limit: How many at most.
            after: Begin with this photo, or with the next one if it is not among them.
            verdict: Only those flagged like this. Unlike `Browse.verdict` it changes no stack: what is behind another
                photo is not returned.
        """
        query = self._queries(persona_id, browse).first_ids(limit=limit, after=after, verdict=verdict)
        async with self._database.transaction() as session:
            return array("q", (await session.scalars(query)).all())

    async def id_at(self, persona_id: int, browse: Browse, moment: datetime) -> int | None:
        """Return the first photo at or after a moment in an order by time taken; None after the last.

        If the newest come first, that is the newest photo from before the moment.
        """
        query = self._queries(persona_id, browse).id_at(moment)
        async with self._database.transaction() as session:
            found: int | None = await session.scalar(query)
        return found

    async def stacks(self, persona_id: int, browse: Browse, ids: Sequence[int]) -> dict[int, Stack]:
        """Return what is behind the photos of a list, by the id of the one that is shown.

        Args:
            persona_id: Whose photos.
            browse: How they are listed; where it does not fold, no photo is behind another.
            ids: Photos of that list. For one that is itself behind another, that other one is returned.

        Returns:
            Nothing for photos without duplicates.
        """
        async with self._database.transaction() as session:
            return await self._queries(persona_id, browse).read_stacks(session, ids)

    async def count_folded(self, persona_id: int, browse: Browse) -> int:
        """Return how many of the photos that a `Browse` asks for are behind others, and so not among its `ids`."""
        if self._stacks is None or not browse.folded:
            return 0
        async with self._database.transaction() as session:
            return await session.scalar(self._queries(persona_id, browse).count_folded()) or 0

    def _queries(self, persona_id: int, browse: Browse) -> LibraryQueries:
        return LibraryQueries(persona_id, browse, self._scheduled, self._stacks)

    async def decide(self, photo_id: int, verdict: Verdict) -> Verdict:
        """Flag a photo and return its flag before, for undo; two at a time take turns, and nothing is deleted.

        Raises:
            PhotoNotFound: there is no photo with that id.
        """
        locked = select(PhotoRow.verdict).where(PhotoRow.id == photo_id).with_for_update()
        async with self._database.transaction() as session:
            found = (await session.execute(locked)).one_or_none()
            if found is None:
                raise _not_found(photo_id)
            stored = None if verdict is Verdict.UNDECIDED else verdict.value
            if stored != found.verdict:
                await session.execute(update(PhotoRow).where(PhotoRow.id == photo_id).values(verdict=stored))
        return Verdict.UNDECIDED if found.verdict is None else Verdict(found.verdict)

    async def mark_missing(self) -> tuple[int, int]:
        """Mark the photos of all personas whose file has vanished, and unmark those whose file is back.

        Photos in folders that this machine does not know are left as they are.

        Returns:
            How many vanished, and how many came back.
        """
        return await mark_missing_files(self._database, self.machine)

    async def unscheduled_counts(self) -> dict[int, int]:
        """Return how many photos without a post each persona has, by persona id; none for an empty library."""
        query = (
            select(PhotoRow.persona_id, func.count()).where(self._unscheduled).group_by(PhotoRow.persona_id)
        )
        async with self._database.transaction() as session:
            return dict((await session.execute(query)).all())

    async def check(self, photo: Photo) -> PhotoState:
        """Read a photo's whole file and return whether it is still the one that was imported."""
        state = await asyncio.to_thread(state_of, photo, HashWhen.ALWAYS)
        return PhotoState.ELSEWHERE if state is PhotoState.MISSING and self.is_elsewhere(photo) else state

    def is_elsewhere(self, photo: Photo) -> bool:
        """Return whether another machine has imported a photo's file, which may also be reachable from here."""
        return self.machine is not None and photo.machine_id not in (None, self.machine.id)

    async def machine_name(self, machine_id: str) -> str:
        """Return the name of a machine."""
        async with self._database.transaction() as session:
            row = await session.get(MachineRow, machine_id)
        return row.name if row is not None else "another machine"

    async def read_again(self, photo: Photo) -> None:
        """Take over what is in a photo's file now, whether the photo has a post or not.

        Raises:
            FluffyError: the file cannot be read, or another photo has the same content.
        """
        found = await asyncio.to_thread(read_file, str(photo.path), threading.Event())
        if not isinstance(found, FoundFile):
            reason = found.reason if found else "It is not a picture."
            raise FluffyError(f"{photo.name} was not read again. {reason}")
        catalogue = Catalogue(self._database, photo.persona_id, self._scheduled, self.machine)
        try:
            async with self._database.transaction() as session:
                await catalogue.replace(session, photo.id, found)
        except IntegrityError:
            raise FluffyError(
                f"{photo.name} now has the content of another photo.",
                "Cancel the post and schedule that photo.",
            ) from None

    def importer(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None] = lambda _: None,
        on_failed: Callable[[FailedFile], None] = lambda _: None,
    ) -> Importer:
        """Return an import that is ready to run, for a caller that needs its summary even when it is stopped.

        Raises:
            FolderNotFound: a folder does not exist or is no folder; nothing was started.
        """
        return self._importer(WholeFolders(existing_folders(folders)), persona, on_progress, on_failed)

    def watch(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None] = lambda _: None,
        on_round: Callable[[ImportSummary], None] = lambda _: None,
    ) -> Watch:
        """Return an import that, once run, goes on to import whatever changes in the folders.

        Args:
            folders: Each is watched with all its subfolders.
            persona: Whose library they go into.
            on_progress: Called again and again in the event loop while an import runs.
            on_round: Called with the summary of each import.

        Raises:
            FolderNotFound: a folder does not exist or is no folder; nothing was started.
        """
        return Watch(
            existing_folders(folders),
            persona.name,
            lambda scope: self._importer(scope, persona, on_progress),
            on_round=on_round,
        )

    def _importer(
        self,
        scope: ImportScope,
        persona: Persona,
        on_progress: Callable[[ImportProgress], None],
        on_failed: Callable[[FailedFile], None] = lambda _: None,
    ) -> Importer:
        catalogue = Catalogue(self._database, persona.id, self._scheduled, self.machine)
        return Importer(scope, persona.name, catalogue, on_progress=on_progress, on_failed=on_failed)

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

    def thumbnail(self, photo: Photo, width: int, height: int) -> Image.Image:
        """Return an upright sRGB picture that fits `width` × `height` pixels; slow, so call it in a thread.

        Raises:
            PhotoUnreadable: the file is gone, cannot be read, or is no sound picture.
        """
        return self._thumbnails.make(photo, width, height)


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
    PhotoRow.machine_id,
)


def _photo(row: Any) -> Photo:
    photo_id, persona_id, path, sha256, *rest = row
    return Photo(photo_id, persona_id, Path(path), sha256.hex(), *rest)


def _id_of(persona: Persona | int) -> int:
    return persona if isinstance(persona, int) else persona.id


def _not_found(photo_id: int) -> PhotoNotFound:
    return PhotoNotFound(f"There is no photo {photo_id}.", "It may have been deleted in the meantime.")
