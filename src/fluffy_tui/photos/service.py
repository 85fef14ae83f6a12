"""The photos service: a persona's library, for screens, console, import and scheduling."""

from __future__ import annotations

import threading
from array import array
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, LargeBinary, and_, any_, case, cast, func, literal, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from fluffy_tui.core.database import among, array_of
from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.images import PhotoUnreadable, Unreadable, decode_part, readable_path
from fluffy_tui.name_key import is_text
from fluffy_tui.photos.file_state import HashWhen, state_of
from fluffy_tui.photos.ingest.catalogue import Catalogue
from fluffy_tui.photos.ingest.file_presence import change_places, mark_missing_files
from fluffy_tui.photos.ingest.file_reader import FoundFile, read_file
from fluffy_tui.photos.ingest.folder_walk import existing_folders
from fluffy_tui.photos.ingest.folder_watch import Watch
from fluffy_tui.photos.ingest.import_scope import WholeFolders
from fluffy_tui.photos.ingest.importer import Importer
from fluffy_tui.photos.ingest.single_files import (
    SingleFiles,
    photo_of_file,
    read_single_files,
    with_failures,
)
from fluffy_tui.photos.keywords import Keywords
from fluffy_tui.photos.machine import UNKNOWN, Machine
from fluffy_tui.photos.metadata.companions import Companions, companions_of, spelled_in
from fluffy_tui.photos.metadata.sidecar_file import PostedTexts, sidecar_content, write_sidecar
from fluffy_tui.photos.metadata.xmp import REJECTED
from fluffy_tui.photos.model import (
    DateSource,
    FailedFile,
    ImportProgress,
    ImportSummary,
    Photo,
    PhotoNotFound,
    PhotoState,
    PhotoTexts,
)
from fluffy_tui.photos.query.browse import Browse, Stack, Verdict
from fluffy_tui.photos.query.browse_sql import IN_INDEX_ORDER, unpacked
from fluffy_tui.photos.query.stack_sql import LibraryQueries
from fluffy_tui.photos.scores import PhotoScores
from fluffy_tui.photos.silent_disk import from_disk
from fluffy_tui.photos.tables import (
    LibraryCountRow,
    MachineRow,
    PhotoMetadataRow,
    PhotoPlaceRow,
    PhotoRow,
    PhotoTextRow,
    hash_begins_with,
    of_machine,
)
from fluffy_tui.photos.thumbnails import ThumbnailCache, Thumbnails

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from PIL import Image
    from sqlalchemy import CompoundSelect, Select

    from fluffy_tui.core.database import Database
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos.ingest.import_scope import ImportScope


class Photos:
    """A persona's library.

    Args:
        unposted: Selects the ids of those whose post is not live yet; posts belong to a pack above this one. Without
            it, that is said of every post.
        thumbnails: Folder for thumbnails that were made once; without one they are made each time.
        stacks: Selects `photo_id` and `stack_id` of the photos that share their picture with another, which a
            pack above this one finds as well. Without it nothing is ever folded.
        machine: This machine; without it, all files are taken to be where no machine was noted.
        pick_from: Stars in XMP from which an imported photo is picked; None if none does.
        writes_sidecars: Whether `write_sidecar` is to be called for what was posted.
    """

    def __init__(
        self,
        database: Database,
        *,
        unposted: CompoundSelect[Any] | None = None,
        thumbnails: Path | None = None,
        stacks: Select[*tuple[Any, ...]] | None = None,
        machine: Machine = UNKNOWN,
        pick_from: int | None = None,
        writes_sidecars: bool = False,
    ) -> None:
        self.writes_sidecars = writes_sidecars
        self._pick_from = pick_from
        self.machine = machine
        self._database = database
        self._stacks = stacks
        self._thumbnails = Thumbnails(ThumbnailCache(thumbnails) if thumbnails else None)
        self._unposted = select(PhotoRow.id).where(PhotoRow.is_scheduled) if unposted is None else unposted

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
        query = self._photos.where(among(PhotoRow.id, ids))
        async with self._database.transaction() as session:
            return {row[0]: _photo(row) for row in await session.execute(query)}

    async def unscheduled_with(self, persona_ids: Sequence[int], digits: str) -> list[Photo]:
        """Return these personas' photos without a post whose hash begins with these hexadecimal digits."""
        query = self._photos.where(
            PhotoRow.persona_id.in_(persona_ids), hash_begins_with(digits), ~PhotoRow.is_scheduled
        )
        async with self._database.transaction() as session:
            return [_photo(row) for row in await session.execute(query)]

    async def unscheduled_of(self, persona_id: int, contents: Iterable[str]) -> list[Photo]:
        """Return those of a persona's photos with these contents, as sha256 in hexadecimal, that have no post."""
        hashes = array_of([bytes.fromhex(content) for content in contents], LargeBinary())
        query = self._photos.where(
            PhotoRow.persona_id == persona_id, PhotoRow.sha256 == any_(hashes), ~PhotoRow.is_scheduled
        )
        async with self._database.transaction() as session:
            return [_photo(row) for row in await session.execute(query)]

    async def unscheduled(self, persona: Persona | int, limit: int | None = None) -> list[Photo]:
        """Return the photos without a post, newest first; all of them unless limited."""
        query = (
            self._photos.where(PhotoRow.persona_id == _id_of(persona), ~PhotoRow.is_scheduled)
            .order_by(PhotoRow.shown_at.desc(), PhotoRow.id.desc())
            .limit(limit)
        )
        async with self._database.transaction() as session:
            return [_photo(row) for row in await session.execute(query)]

    async def ids(self, persona_id: int, browse: Browse) -> array[int]:
        """Return the ids of all photos that a `Browse` selects, in its order, as signed 8-byte integers."""
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
            if browse.is_whole and verdict is None:
                await session.execute(IN_INDEX_ORDER)
            return array("q", (await session.scalars(query)).all())

    async def id_at(self, persona_id: int, browse: Browse, moment: datetime) -> int | None:
        """Return the first photo at or after a moment in an order by time taken; None after the last.

        If the newest come first, that is the newest photo from before the moment, which is by the camera's clock.
        """
        query = self._queries(persona_id, browse).id_at(moment)
        async with self._database.transaction() as session:
            if browse.is_whole:
                await session.execute(IN_INDEX_ORDER)
            found: int | None = await session.scalar(query)
        return found

    async def stacks(self, persona_id: int, browse: Browse, ids: Sequence[int]) -> dict[int, Stack]:
        """Return what is behind the photos of a list that have duplicates, by the id of the one that is shown.

        For a photo that is itself behind another, that other one is returned. Without folding no photo is behind
        another.
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
        return LibraryQueries(persona_id, browse, self._stacks, self.machine.id)

    @cached_property
    def _photos(self) -> Select[*tuple[Any, ...]]:
        """Select photos as this machine sees them, for `_photo`; to build it takes longer than to run it for one."""
        place, other = PhotoPlaceRow, aliased(PhotoPlaceRow)
        here = (
            select(place)
            .where(place.photo_id == PhotoRow.id, of_machine(place, self.machine.id))
            .order_by(
                place.missing_since.is_not(None), place.machine_id.desc()
            )  # its own before one of nobody's
            .limit(1)
            .lateral("here")
        )
        names = (
            select(func.string_agg(MachineRow.name, literal(" or ")).aggregate_order_by(MachineRow.name))
            .select_from(other)
            .join(MachineRow, MachineRow.id == other.machine_id)
            .where(other.photo_id == PhotoRow.id, other.missing_since.is_(None))
            .where(other.machine_id != self.machine.id)
            .correlate(PhotoRow)
            .scalar_subquery()
        )
        is_here = and_(here.c.photo_id.is_not(None), here.c.missing_since.is_(None))
        return select(
            PhotoRow.id,
            PhotoRow.persona_id,
            func.coalesce(here.c.path, PhotoRow.path),
            PhotoRow.sha256,
            PhotoRow.byte_size,
            PhotoRow.width,
            PhotoRow.height,
            PhotoRow.format,
            PhotoRow.taken_at,
            func.coalesce(here.c.modified_at, PhotoRow.modified_at),
            PhotoRow.missing_since,
            PhotoRow.verdict,
            PhotoRow.created_at,
            case((is_here, ""), else_=func.coalesce(names, "")),
            PhotoRow.stars,
            PhotoRow.dated_by,
            PhotoRow.sharpness,
            PhotoRow.clipped_light,
            PhotoRow.clipped_dark,
            PhotoRow.faces,
            PhotoRow.eyes_open,
            PhotoRow.is_screenshot,
        ).outerjoin(here, true())

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

    async def rate(self, photo_ids: Iterable[int], stars: int) -> None:
        """Give photos a number of stars, 0 to 5."""
        change = update(PhotoRow).where(among(PhotoRow.id, photo_ids), PhotoRow.stars != stars)
        async with self._database.transaction() as session:
            await session.execute(change.values(stars=stars))

    async def texts(self, photo_ids: Iterable[int]) -> dict[int, PhotoTexts]:
        """Return what is written about photos and in their pictures, by photo id; nothing where nothing is."""
        row, read = PhotoMetadataRow, PhotoTextRow
        written = (row.label, row.title, row.description, row.alt_text, read.text)
        query = (
            select(PhotoRow.id, *(func.coalesce(one, "") for one in written))
            .outerjoin(row, row.photo_id == PhotoRow.id)
            .outerjoin(read, read.photo_id == PhotoRow.id)
            .where(among(PhotoRow.id, photo_ids))
        )
        async with self._database.transaction() as session:
            found = {photo_id: PhotoTexts(*texts) for photo_id, *texts in await session.execute(query)}
        return {photo_id: texts for photo_id, texts in found.items() if texts != PhotoTexts()}

    async def mark_missing(self) -> tuple[int, int]:
        """Mark what has vanished from this machine in the libraries of all personas, and unmark what is back.

        Photos in folders that this machine does not know are left as they are, and so are other machines' photos.

        Returns:
            How many vanished, and how many came back.
        """
        return await mark_missing_files(self._database, self.machine)

    async def counts(self, *names: str) -> dict[int, dict[str, int]]:
        """Return these counts (see `LibraryCountRow.name`) of each persona, by persona id; those of 0 are left out."""
        count, number = LibraryCountRow, func.sum(LibraryCountRow.number)
        query = (
            select(count.persona_id, count.name, cast(number, BigInteger))
            .where(count.name.in_(names))
            .group_by(count.persona_id, count.name)
            .having(number > 0)
        )
        found: dict[int, dict[str, int]] = {}
        async with self._database.transaction() as session:
            for persona_id, name, value in await session.execute(query):
                found.setdefault(persona_id, {})[name] = value
        return found

    async def flag_counts(self, persona_id: int) -> dict[Verdict, int]:
        """Return how many of the photos without a post are picked and rejected."""
        names = {verdict: f"unscheduled {verdict}" for verdict in (Verdict.PICK, Verdict.REJECT)}
        numbers = (await self.counts(*names.values())).get(persona_id, {})
        return {verdict: numbers.get(name, 0) for verdict, name in names.items()}

    async def check(self, photo: Photo, *, dry_run: bool = False) -> PhotoState:
        """Read a photo's whole file and return whether it is still the one that was imported.

        Another machine's path means nothing here. A file that has vanished from here while another machine has it is
        marked at once, unless in a dry run, so that no two machines wait for each other.

        Raises:
            PhotoUnreadable: the disk does not answer.
        """
        if photo.elsewhere:
            return PhotoState.ELSEWHERE
        state = await from_disk(lambda: state_of(photo, HashWhen.ALWAYS), photo.name)
        if state is not PhotoState.MISSING or not await self.machines_with(photo.id):
            return state
        if dry_run:
            return PhotoState.ELSEWHERE
        async with self._database.transaction() as session:
            await session.execute(change_places(self.machine.id, [photo.id], missing_since=func.now()))
        return PhotoState.ELSEWHERE

    async def machines_with(self, photo_id: int) -> list[Machine]:
        """Return the other machines that have a photo's file, by name."""
        query = (
            select(MachineRow.id, MachineRow.name)
            .join(PhotoPlaceRow, PhotoPlaceRow.machine_id == MachineRow.id)
            .where(PhotoPlaceRow.photo_id == photo_id, PhotoPlaceRow.missing_since.is_(None))
            .where(MachineRow.id != self.machine.id)
            .order_by(MachineRow.name, MachineRow.id)
        )
        async with self._database.transaction() as session:
            return [Machine(*row) for row in await session.execute(query)]

    async def read_again(self, photo: Photo) -> None:
        """Take over what is in a photo's file now, whether the photo has a post or not.

        Raises:
            FluffyError: the file cannot be read, or another photo has the same content.
        """
        path = str(photo.file)

        def read() -> FoundFile | FailedFile | None:
            beside = companions_of(path, spelled_in(str(photo.path.parent)))
            return read_file(path, threading.Event(), beside or Companions())

        found = await from_disk(read, photo.name)
        if not isinstance(found, FoundFile):
            reason = found.reason if found else "It is not a picture."
            raise FluffyError(f"{photo.name} was not read again. {reason}")
        catalogue = self._catalogue(photo.persona_id)
        [found] = await catalogue.dated([found])
        try:
            async with self._database.transaction() as session:
                await catalogue.replace(session, photo.id, found)
        except IntegrityError:
            raise FluffyError(
                f"{photo.name} now has the content of another photo.",
                "Cancel the post and schedule that photo.",
            ) from None

    async def write_sidecar(self, photo_id: int, posted: PostedTexts) -> bool:
        """Write what was posted, with keywords and stars, beside a photo, unless another program's sidecar is there.

        Returns:
            Whether it was written: not for a photo that this machine does not have, or whose file is another one.

        Raises:
            OSError: it cannot be written.
            PhotoUnreadable: the disk does not answer.
        """
        photo = (await self.by_ids([photo_id])).get(photo_id)
        if photo is None or photo.elsewhere or photo.missing_since is not None:
            return False
        keywords = (await Keywords(self._database).of([photo_id])).get(photo_id, ())
        rating = REJECTED if photo.verdict == Verdict.REJECT else photo.stars
        content = sidecar_content(posted, [keyword.word for keyword in keywords], rating)

        def write() -> bool:
            # another picture may be there: at a path from before machines were noted, or since the last import
            is_same = state_of(photo, HashWhen.TOUCHED) is PhotoState.UNCHANGED
            return is_same and write_sidecar(photo.path, content)

        return await from_disk(write, photo.name)

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
        on_presence: Callable[[Path, bool], None] = lambda _folder, _is_there: None,
        on_outage: Callable[[DatabaseUnavailable, int], Awaitable[None]],
    ) -> Watch:
        """Return an import that, once run, goes on to import whatever changes in the folders and all their subfolders.

        All callbacks are called in the event loop: `on_progress` again and again, `on_round` at the end of each
        import, `on_presence` when a folder is gone and when it is back. `on_outage` is awaited whenever the database
        does not take what is to be written, before that is tried again.

        Raises:
            FolderNotFound: a folder does not exist or is no folder; nothing was started.
        """
        return Watch(
            existing_folders(folders),
            persona.name,
            lambda scope: self._importer(scope, persona, on_progress),
            on_round=on_round,
            on_presence=on_presence,
            on_outage=on_outage,
        )

    def _catalogue(self, persona_id: int) -> Catalogue:
        return Catalogue(self._database, persona_id, self._unposted, self.machine, self._pick_from)

    def _importer(
        self,
        scope: ImportScope,
        persona: Persona,
        on_progress: Callable[[ImportProgress], None],
        on_failed: Callable[[FailedFile], None] = lambda _: None,
    ) -> Importer:
        catalogue = self._catalogue(persona.id)
        return Importer(scope, persona.name, catalogue, on_progress=on_progress, on_failed=on_failed)

    async def import_folders(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None] = lambda _: None,
    ) -> ImportSummary:
        """Import the picture files in folders and all their subfolders. Cancelling keeps what was committed.

        `on_progress` is called again and again in the event loop.

        Raises:
            FolderNotFound: a folder does not exist or is no folder; nothing was imported.
        """
        return await self.importer(folders, persona, on_progress=on_progress).run()

    async def import_files(
        self,
        files: Sequence[Path],
        persona: Persona,
        *,
        dry_run: bool = False,
        on_failed_sidecar: Callable[[FailedFile], None] = lambda _: None,
    ) -> list[Photo | FailedFile]:
        """Import single files, and return for each of them its photo, or why there is none.

        A file with the content of a known photo is that photo. In a dry run, photos that are not in the library yet
        have 0 as their id. `on_failed_sidecar` is called for each that cannot be read, without which its photo is
        imported.
        """
        paths = [str(file) for file in dict.fromkeys(files)]
        catalogue = self._catalogue(persona.id)
        photos: dict[str, Photo] = {}
        if dry_run:
            read, unread = await read_single_files(paths)
            read = await catalogue.dated(read)
            ids, refused = await catalogue.forecast(read)
            known = await self.by_ids(list(ids.values()))
            photos = {
                file.path: photo_of_file(file, known.get(ids.get(file.sha256, 0)), persona.id)
                for file in read
            }
            failed = [*unread, *refused]
        else:
            importer = self._importer(SingleFiles(paths), persona, lambda _: None)
            failed = list((await importer.run()).failed)
            stored = [path for path in paths if is_text(path)]
            by_path = await catalogue.photo_ids(stored)
            known = await self.by_ids(list(by_path.values()))
            photos = {path: known[photo_id] for path, photo_id in by_path.items() if photo_id in known}
        result = with_failures(paths, photos, failed)
        named = {readable_path(path) for path in paths}
        for file in failed:
            if file.path not in named:
                on_failed_sidecar(file)
        return [result[str(file)] for file in files]

    def thumbnail(self, photo: Photo, width: int, height: int, *, dry_run: bool = False) -> Image.Image:
        """Return an upright sRGB picture that fits `width` × `height` pixels; slow, so call it in a thread.

        A dry run keeps none on disk.

        Raises:
            PhotoUnreadable: the file is gone or on another machine, cannot be read, or is no sound picture.
        """
        if dry_run:
            return Thumbnails(None).make(photo, width, height)
        return self._thumbnails.make(photo, width, height)

    def part(self, photo: Photo, box: tuple[int, int, int, int], size: tuple[int, int]) -> Image.Image:
        """Return a part of the upright photo in sRGB, in a width and height; slow, so call it in a thread.

        The part is given by its left, upper, right and lower edge, in pixels.

        Raises:
            PhotoUnreadable: as for a thumbnail, or the file is another one than was imported.
        """
        file = photo.file
        if state_of(photo, HashWhen.TOUCHED) is PhotoState.CHANGED:  # its pixels are not where they were
            raise PhotoUnreadable(Unreadable.STILL_CHANGING, name=photo.name)
        return decode_part(file, box, size, is_known_whole=photo.is_known_whole)


def _photo(row: Any) -> Photo:
    (
        photo_id,
        persona_id,
        path,
        sha256,
        *rest,
        dated_by,
        sharpness,
        light,
        dark,
        faces,
        eyes,
        is_screenshot,
    ) = row
    source = DateSource(dated_by) if dated_by else None
    known = [None if value < 0 else value for value in (faces, eyes)]
    scores = PhotoScores(sharpness, light, dark, *known) if sharpness >= 0 else None
    return Photo(photo_id, persona_id, Path(path), sha256.hex(), *(*rest, source, scores, is_screenshot))


def _id_of(persona: Persona | int) -> int:
    return persona if isinstance(persona, int) else persona.id


def _not_found(photo_id: int) -> PhotoNotFound:
    return PhotoNotFound(f"There is no photo {photo_id}.", "It may have been deleted in the meantime.")
