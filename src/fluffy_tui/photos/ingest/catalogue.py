"""The stored side of an import: what the library already has, and one transaction for each batch of files."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    SmallInteger,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from fluffy_tui.core.database import among, rows_of
from fluffy_tui.name_key import is_text
from fluffy_tui.personas import home_zone
from fluffy_tui.photos.file_state import HashWhen, KnownContent, file_state
from fluffy_tui.photos.ingest.file_presence import Presence, adoption, is_gone, presence
from fluffy_tui.photos.ingest.known_copies import (
    forget_copies,
    forget_vanished_copies,
    remember_copies,
    unchanged_copies,
)
from fluffy_tui.photos.ingest.metadata_store import newest_sidecars, take_over, take_over_new
from fluffy_tui.photos.ingest.reconciliation import BatchPlan, KnownPhoto, Move, plan_batch
from fluffy_tui.photos.machine import UNKNOWN
from fluffy_tui.photos.model import DATE_RULES, DateSource, PhotoState
from fluffy_tui.photos.silent_disk import each_from_disk
from fluffy_tui.photos.tables import (
    MachineRow,
    PhotoCopyRow,
    PhotoPlaceRow,
    PhotoRow,
    each,
    locked,
    of_machine,
    same_path,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, CompoundSelect, Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.types import TypeEngine

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos.ingest.file_reader import FoundFile
    from fluffy_tui.photos.machine import Machine
    from fluffy_tui.photos.metadata.companions import Companions
    from fluffy_tui.photos.model import FailedFile

_SWEEP_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Which files an import does not have to read."""

    photos: set[str]
    """Paths of photos."""
    copies: set[str]
    """Paths of known copies of photos that are still in place."""
    contents: dict[str, KnownContent]
    """Photos whose file is unchanged but has to be read again for its metadata; by path."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """What became of one batch."""

    imported: int
    unchanged: int
    moved: int
    known_elsewhere: int
    duplicates: int
    missing: int
    redated: int
    failed: list[FailedFile]


class Catalogue:
    """A persona's photos, as an import on one machine compares and writes them.

    Args:
        unposted: Selects the ids of the photos of posts that are not live yet.
        pick_from: Stars in XMP from which a photo counts as picked; None if none does.
    """

    def __init__(
        self,
        database: Database,
        persona_id: int,
        unposted: Select[Any] | CompoundSelect[Any],
        machine: Machine,
        pick_from: int | None = None,
    ) -> None:
        self._database = database
        self._machine = machine
        self._pick_from = pick_from
        self._persona_id = persona_id
        self._unposted = unposted.subquery()

    async def unchanged(
        self, files: Mapping[str, tuple[int, datetime]], companions: Mapping[str, Companions]
    ) -> Unchanged:
        """Return the paths whose size and modification time are as stored; photos that were missing are found again.

        What a photo's file says is read again for a newer sidecar, for a date that is new beside it, and if the photo
        was dated by earlier rules.

        Args:
            files: Byte size and modification time, by absolute path.
            companions: What lies beside some of them.
        """
        place = PhotoPlaceRow
        columns = (place.photo_id, place.path, PhotoRow.byte_size, place.modified_at, place.missing_since)
        more = (place.machine_id, PhotoRow.dated_by, place.date_rules)
        query = each(list(files), Text(), lambda path: self._at(path, (*columns, *more)))
        async with self._transaction() as session:
            rows = [row for row in (await session.execute(query)) if files[row[1]] == (row[2], row[3])]
            newest = await newest_sidecars(session, [row[0] for row in rows if row[1] in companions])
            same = {row[1]: row[0] for row in rows}
            rows = [row for row in rows if _says_nothing_new(row, companions.get(row[1]), newest)]
            back = [row[0] for row in rows if row[4] is not None]
            if back:
                await session.execute(self._change_places(back, missing_since=None))
            if found := [row[0] for row in rows if row[5] != self._machine.id]:
                await session.execute(adoption(self._machine.id, found))
            photos = {row[1] for row in rows}
            hashes = await _hashes(session, {path: same[path] for path in same.keys() - photos})
            contents = {path: KnownContent(sha256, *files[path]) for path, sha256 in hashes.items()}
            others = {path: facts for path, facts in files.items() if path not in same}
            copies = (
                await unchanged_copies(session, self._persona_id, self._machine.id, others)
                if others
                else set()
            )
        return Unchanged(photos, copies, contents)

    async def store(self, files: Sequence[FoundFile]) -> StoredBatch:
        """Write a batch of files in one transaction.

        Imports of one persona take turns here, so that none acts on what another has just changed.
        """
        files = await self.dated(files)
        async with self._transaction() as session:
            await session.execute(
                select(func.pg_advisory_xact_lock(func.hashtextextended(f"photos of {self._persona_id}", 0)))
            )
            await self._note_machine(session)
            known = await self._known(session, files)
            in_place = await _in_place(known, files)
            await session.execute(locked(photo.id for photo in known))
            plan = plan_batch(files, known, in_place)
            redated = await self._write(session, plan)
            scope = (session, self._persona_id, self._machine.id)
            await forget_copies(*scope, [file.path for file in files])
            await remember_copies(*scope, plan.duplicates)
        return StoredBatch(
            imported=len(plan.new) + len(plan.replaced),
            unchanged=len(plan.touched),
            moved=len(plan.moves) - plan.known_elsewhere,
            known_elsewhere=plan.known_elsewhere,
            duplicates=len(plan.duplicates),
            missing=len(plan.missing),
            redated=redated,
            failed=plan.failed,
        )

    async def dated(self, files: Sequence[FoundFile]) -> list[FoundFile]:
        """Return files with the time taken in the persona's home zone, where only the moment is known."""
        if all(file.taken_at.tzinfo is None for file in files):
            return list(files)
        async with self._database.transaction() as session:
            zone = await home_zone(session, self._persona_id)
        return [file.dated_in(zone) for file in files]

    async def forecast(self, files: Sequence[FoundFile]) -> tuple[dict[bytes, int], list[FailedFile]]:
        """Return the ids of the photos that have these files' contents, and the files that `store` would refuse."""
        async with self._transaction() as session:
            known = await self._known(session, files)
        in_place = await _in_place(known, files)
        ids = {photo.sha256: photo.id for photo in known}
        return ids, plan_batch(files, known, in_place).failed

    async def photo_ids(self, paths: Sequence[str]) -> dict[str, int]:
        """Return the photos whose files, or copies of them, this machine has at these paths, by path."""
        place, copy = PhotoPlaceRow, PhotoCopyRow

        def of_copy(path: Any) -> Select[*tuple[Any, ...]]:
            return (
                select(copy.path, PhotoRow.id)
                .join(PhotoRow, and_(PhotoRow.persona_id == copy.persona_id, PhotoRow.sha256 == copy.sha256))
                .where(copy.persona_id == self._persona_id, of_machine(copy, self._machine.id))
                .where(same_path(copy.path, path))
                .order_by(copy.machine_id.desc())
            )

        def of_photo(path: Any) -> Select[*tuple[Any, ...]]:
            return self._at(path, [place.path, place.photo_id]).where(place.missing_since.is_(None))

        async with self._transaction() as session:
            copies = {row[0]: row[1] for row in await session.execute(each(paths, Text(), of_copy))}
            photos = {row[0]: row[1] for row in await session.execute(each(paths, Text(), of_photo))}
        return copies | photos

    async def mark_missing(self, places: Iterable[str]) -> int:
        """Mark the photos at or below the places whose files are gone, and return how many were not marked before."""
        gone: set[int] = set()  # one place may be below another: a folder is removed after what is in it
        row = PhotoPlaceRow
        for place in filter(is_text, places):
            below = _at_or_below(place)
            query = select(row.photo_id, row.path).where(
                row.persona_id == self._persona_id,
                of_machine(row, self._machine.id),
                below(row.path),
                row.missing_since.is_(None),
            )
            async with self._database.transaction() as session:
                await forget_vanished_copies(session, self._persona_id, self._machine.id, below)
                stored = await session.stream(query.execution_options(yield_per=_SWEEP_ROWS))
                async for photos in stored.partitions():
                    found = await each_from_disk(is_gone, [row[1] for row in photos])
                    gone.update(row[0] for row, is_so in zip(photos, found, strict=True) if is_so)
        if gone:
            async with self._database.transaction() as session:
                await session.execute(self._change_places([*gone], missing_since=func.now()))
        return len(gone)

    async def analyze(self) -> None:
        """Have Postgres plan for the tables as they are now; on its own it would do so a minute later or more."""
        async with self._database.transaction() as session:
            await session.execute(text("ANALYZE photos, photo_places"))

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction whose queries are planned for the table as it is now.

        A plan that was cached while the table was small reads a large one whole for every batch. Within a batch plans
        are kept: Postgres runs a query for each foreign key of each row, and to plan it takes four times as long.
        """
        async with self._database.transaction() as session:
            await session.execute(text("DISCARD PLANS"))
            yield session

    def _at(self, path: Any, columns: Sequence[Any]) -> Select[Any]:
        """Select the photo that this machine has at a path."""
        place = PhotoPlaceRow
        return (
            select(*columns)
            .select_from(place)
            .join(PhotoRow, PhotoRow.id == place.photo_id)
            .where(place.persona_id == self._persona_id, of_machine(place, self._machine.id))
            .where(same_path(place.path, path))
            .order_by(place.machine_id.desc())  # this machine's own first
        )

    async def _known(self, session: AsyncSession, files: Sequence[FoundFile]) -> list[KnownPhoto]:
        at_paths = each(
            [file.path for file in files], Text(), lambda path: self._at(path, [PhotoPlaceRow.photo_id])
        )
        of_contents = each(
            [file.sha256 for file in files],
            LargeBinary(),
            lambda sha256: select(PhotoRow.id).where(
                PhotoRow.persona_id == self._persona_id, PhotoRow.sha256 == sha256
            ),
        )
        ids = {*await session.scalars(at_paths), *await session.scalars(of_contents)}
        here = (
            select(PhotoPlaceRow)
            .where(PhotoPlaceRow.photo_id == PhotoRow.id, of_machine(PhotoPlaceRow, self._machine.id))
            .order_by(PhotoPlaceRow.machine_id.desc())
            .limit(1)
            .lateral("here")
        )
        is_elsewhere = exists().where(
            PhotoPlaceRow.photo_id == PhotoRow.id,
            PhotoPlaceRow.machine_id.not_in((self._machine.id, UNKNOWN.id)),
        )
        query = (
            select(
                PhotoRow.id,
                here.c.path,
                PhotoRow.sha256,
                PhotoRow.byte_size,
                here.c.modified_at,
                PhotoRow.is_scheduled,
                is_elsewhere,
                here.c.machine_id != self._machine.id,
            )
            .outerjoin(here, true())
            .where(among(PhotoRow.id, ids))
        )
        known = [KnownPhoto(*row) for row in (await session.execute(query))]
        if scheduled := [photo.id for photo in known if photo.has_post]:
            photo_id = next(iter(self._unposted.c))
            needed = set(await session.scalars(select(photo_id).where(among(photo_id, scheduled))))
            for photo in known:
                photo.is_needed = photo.id in needed
        return known

    async def _write(self, session: AsyncSession, plan: BatchPlan) -> int:
        """Write the decisions, and return how many known photos have another time now.

        What is new on this machine comes last, when its paths are free.
        """
        redated = 0
        for displaced, moves in groupby(plan.moves, attrgetter("displaced")):
            if not displaced:  # all at once, as in a folder that was renamed
                await self._move(session, [move for move in moves if move.old_path is not None])
                continue
            for move in moves:
                if move.old_path is not None:
                    await self._displace(session, move)
                else:
                    await session.execute(delete(PhotoPlaceRow).where(*self._places(displaced)))
        if plan.outlived:
            await session.execute(delete(PhotoPlaceRow).where(*self._places(plan.outlived)))
        if plan.overwritten:
            await session.execute(self._change_places(plan.overwritten, missing_since=func.now()))
        if found := [photo_id for photo_id, _ in plan.touched]:
            await session.execute(adoption(self._machine.id, found))
        if plan.touched:
            await session.execute(_touch(plan.touched))
        for photo_id, file in plan.replaced:
            await self.replace(session, photo_id, file)
        placed = [
            *plan.touched,
            *((move.photo_id, move.file) for move in plan.moves if move.old_path is None),
        ]
        scope = (session, self._persona_id)
        known = [*plan.touched, *plan.replaced, *((move.photo_id, move.file) for move in plan.moves)]
        if known:
            # where another machine has a photo, it is found by the names of its folders there
            moved = {move.photo_id for move in plan.moves if not move.is_known_elsewhere}
            replaced = {photo_id for photo_id, _ in plan.replaced}
            redated = await take_over(*scope, dict(known), self._pick_from, moved=moved, replaced=replaced)
            dated = self._change_places([photo_id for photo_id, _ in known], date_rules=DATE_RULES)
            await session.execute(dated.where(PhotoPlaceRow.date_rules < DATE_RULES))
        if plan.new:
            ids = {row[0]: row[1] for row in await session.execute(self._insertion(plan.new))}
            new = [(ids[file.sha256], file) for file in plan.new]
            await take_over_new(*scope, dict(new), self._pick_from)
            placed += new
        await self._place(session, placed)
        return redated

    async def _displace(self, session: AsyncSession, move: Move) -> None:
        """Move a photo to where another one was; paths are unique, so that one is parked meanwhile."""
        parked = self._change_places(move.displaced, path=f"{move.file.path}\x01{move.photo_id}")
        await session.execute(parked)
        await self._move(session, [move])
        missing = self._change_places(move.displaced, path=move.old_path, missing_since=func.now())
        await session.execute(missing)

    async def _move(self, session: AsyncSession, moves: Sequence[Move]) -> None:
        """Move photos to paths where no others are."""
        if not moves:
            return
        files = [(move.photo_id, move.file) for move in moves]
        await session.execute(adoption(self._machine.id, [photo_id for photo_id, _ in files]))
        await self._place(session, files)
        await session.execute(_touch(files, path=Text()))

    async def replace(self, session: AsyncSession, photo_id: int, file: FoundFile) -> None:
        """Give a photo the content that this machine has of it now.

        Others no longer have that photo, until an import there finds the new content as well. A trigger removes the
        hashes and vectors of the old one.
        """
        await session.execute(
            _change(
                photo_id,
                sha256=file.sha256,
                byte_size=file.byte_size,
                width=file.width,
                height=file.height,
                format=file.format,
                taken_at=file.taken_at,
                dated_by=file.dated_by,
                modified_at=file.modified_at,
            )
        )
        others = (PhotoPlaceRow.photo_id == photo_id, PhotoPlaceRow.machine_id != self._machine.id)
        await session.execute(delete(PhotoPlaceRow).where(*others))
        await self._place(session, [(photo_id, file)])

    def _places(self, photo_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
        return among(PhotoPlaceRow.photo_id, photo_ids), of_machine(PhotoPlaceRow, self._machine.id)

    def _change_places(self, photo_ids: Sequence[int], **values: Any) -> Any:
        """Return the statement that changes where photos are on this machine."""
        return update(PhotoPlaceRow).where(*self._places(photo_ids)).values(**values)

    async def _place(self, session: AsyncSession, placed: Sequence[tuple[int, FoundFile]]) -> None:
        """Record where photos are on this machine now."""
        if not placed:
            return
        types: dict[str, TypeEngine[Any]] = {
            "photo_id": BigInteger(),
            "path": Text(),
            "modified_at": DateTime(timezone=True),
        }
        rows = rows_of(types, ((photo_id, file.path, file.modified_at) for photo_id, file in placed))
        insertion = upsert(PhotoPlaceRow).from_select(
            ["persona_id", "machine_id", "date_rules", *types],
            select(
                literal(self._persona_id, BigInteger()),
                literal(self._machine.id, Text()),
                literal(DATE_RULES, SmallInteger()),
                *rows.c,
            ),
        )
        now_there = {name: insertion.excluded[name] for name in ("path", "modified_at", "missing_since")}
        await session.execute(
            insertion.on_conflict_do_update(
                index_elements=["photo_id", "machine_id"],
                set_=now_there,
                where=tuple_(*(getattr(PhotoPlaceRow, name) for name in now_there)).is_distinct_from(
                    tuple_(*now_there.values())
                ),
            )
        )

    async def _note_machine(self, session: AsyncSession) -> None:
        """Store this machine under its present name."""
        if self._machine.id != UNKNOWN.id:
            row = upsert(MachineRow).values(id=self._machine.id, name=self._machine.name)
            named = {"name": self._machine.name}
            is_other = MachineRow.name != self._machine.name
            await session.execute(
                row.on_conflict_do_update(index_elements=["id"], set_=named, where=is_other)
            )

    def _insertion(self, files: Sequence[FoundFile]) -> Any:
        """Return one statement for all files, which returns content and id: arrays are ten times as fast as rows."""
        types: dict[str, TypeEngine[Any]] = {
            "path": Text(),
            "sha256": LargeBinary(),
            "byte_size": BigInteger(),
            "width": BigInteger(),
            "height": BigInteger(),
            "format": Text(),
            "taken_at": DateTime(),
            "dated_by": Text(),
            "modified_at": DateTime(timezone=True),
        }
        of_file = tuple(types)
        types |= {"stars": SmallInteger(), "verdict": Text()}
        rows = rows_of(
            types,
            (
                (
                    *(getattr(file, name) for name in of_file),
                    file.xmp.stars,
                    file.xmp.verdict(self._pick_from),
                )
                for file in files
            ),
        )
        return (
            insert(PhotoRow)
            .from_select(["persona_id", *types], select(literal(self._persona_id, BigInteger()), *rows.c))
            .returning(PhotoRow.sha256, PhotoRow.id)
        )


def _says_nothing_new(row: Any, beside: Companions | None, newest: Mapping[int, datetime]) -> bool:
    """Return whether neither a photo's file nor what lies beside it has to be read; how it is dated ends the row."""
    dated_by, date_rules = row[-2:]
    if dated_by is None or date_rules < DATE_RULES:
        return False
    if beside is None:
        return True
    if dated_by == DateSource.FILE and beside.takeout:
        return False
    known = newest.get(row[0])
    return beside.sidecar_modified_at is None or (known is not None and beside.sidecar_modified_at <= known)


async def _hashes(session: AsyncSession, photo_ids: Mapping[str, int]) -> dict[str, bytes]:
    if not photo_ids:
        return {}
    query = select(PhotoRow.id, PhotoRow.sha256).where(among(PhotoRow.id, photo_ids.values()))
    hashes = {row[0]: row[1] for row in await session.execute(query)}
    return {path: hashes[photo_id] for path, photo_id in photo_ids.items() if photo_id in hashes}


def _at_or_below(place: str) -> Callable[[Any], ColumnElement[bool]]:
    """Return a function that makes the condition that a path is this file or lies in this folder."""
    within = place.rstrip("/") + "/"
    return lambda path: or_(path == place, func.starts_with(path, within))


def _change(photo_id: int, **values: Any) -> Any:
    return update(PhotoRow).where(PhotoRow.id == photo_id).values(**values)


def _touch(files: Sequence[tuple[int, FoundFile]], **more: TypeEngine[Any]) -> Any:
    """Return the statement that stores when the files of photos were written, and what more is named."""
    types: dict[str, TypeEngine[Any]] = {"modified_at": DateTime(timezone=True), **more}
    rows = ((photo_id, *(getattr(file, name) for name in types)) for photo_id, file in files)
    found = rows_of({"id": BigInteger(), **types}, rows)
    is_other = or_(*(getattr(PhotoRow, name) != found.c[name] for name in types))
    return (
        update(PhotoRow)
        .where(PhotoRow.id == found.c.id, is_other)
        .values({name: found.c[name] for name in types})
    )


async def _in_place(known: Sequence[KnownPhoto], files: Sequence[FoundFile]) -> set[int]:
    """Return the ids of the photos whose own path still holds their content, or whose disk hangs; seldom has to hash.

    A place that no machine has yet, in a folder that this machine does not know, is another one's.
    """
    just_read = {file.path: file.sha256 for file in files}
    found = await each_from_disk(lambda photo: _is_in_place(photo, just_read), known)
    return {photo.id for photo, is_there in zip(known, found, strict=True) if is_there is not False}


def _is_in_place(photo: KnownPhoto, just_read: Mapping[str, bytes]) -> bool:
    if photo.path is None or photo.modified_at is None:
        return False
    if photo.path in just_read:
        return just_read[photo.path] == photo.sha256
    state = file_state(
        photo.path, photo.byte_size, photo.modified_at, photo.sha256, hash_when=HashWhen.TOUCHED
    )
    if photo.is_nobodys and state is PhotoState.MISSING:
        photo.path = None if presence(photo.path, photo.byte_size) is Presence.UNKNOWN else photo.path
        photo.is_elsewhere |= photo.path is None
    return state is PhotoState.UNCHANGED
