"""The stored side of an import: what the library already has, and one transaction for each batch of files."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    LargeBinary,
    Text,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from fluffy_tui.photos.file_state import HashWhen, file_state
from fluffy_tui.photos.ingest.file_presence import is_gone, of_machine
from fluffy_tui.photos.ingest.known_copies import (
    forget_copies,
    forget_vanished_copies,
    remember_copies,
    unchanged_copies,
)
from fluffy_tui.photos.ingest.reconciliation import BatchPlan, KnownPhoto, plan_batch
from fluffy_tui.photos.model import PhotoState
from fluffy_tui.photos.tables import MachineRow, PhotoRow, among, array_of, has_post, photos_with

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.types import TypeEngine

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos.ingest.file_reader import FoundFile
    from fluffy_tui.photos.machine import Machine
    from fluffy_tui.photos.model import FailedFile

_SWEEP_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Which files an import does not have to read."""

    photos: set[str]
    """Paths of photos."""
    copies: set[str]
    """Paths of known copies of photos that are still in place."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """What became of one batch."""

    imported: int
    unchanged: int
    moved: int
    duplicates: int
    missing: int
    failed: list[FailedFile]


class Catalogue:
    """A persona's photos, as an import compares and writes them."""

    def __init__(
        self, database: Database, persona_id: int, scheduled: Select[Any], machine: Machine | None = None
    ) -> None:
        self._database = database
        self._machine = machine
        self._persona_id = persona_id
        self._has_post = has_post(scheduled)

    async def unchanged(self, files: Mapping[str, tuple[int, datetime]]) -> Unchanged:
        """Return the paths whose size and modification time are as stored; photos that were missing are found again.

        Args:
            files: Byte size and modification time, by absolute path.
        """
        columns = (
            PhotoRow.id,
            PhotoRow.path,
            PhotoRow.byte_size,
            PhotoRow.modified_at,
            PhotoRow.missing_since,
        )
        query = photos_with(columns, self._persona_id, PhotoRow.path, list(files))
        async with self._transaction() as session:
            rows = [row for row in (await session.execute(query)) if files[row[1]] == (row[2], row[3])]
            back = [row[0] for row in rows if row[4] is not None]
            if back:
                await session.execute(
                    update(PhotoRow).where(among(PhotoRow.id, back)).values(missing_since=None)
                )
            photos = {row[1] for row in rows}
            others = {path: facts for path, facts in files.items() if path not in photos}
            copies = await unchanged_copies(session, self._persona_id, others) if others else set()
        return Unchanged(photos, copies)

    async def store(self, files: Sequence[FoundFile]) -> StoredBatch:
        """Write a batch of files in one transaction.

        Imports of one persona take turns here, so that none acts on what another has just changed.
        """
        async with self._transaction() as session:
            await session.execute(
                select(func.pg_advisory_xact_lock(func.hashtextextended(f"photos of {self._persona_id}", 0)))
            )
            await self._note_machine(session)
            known = await self._known(session, files)
            in_place = await asyncio.to_thread(_in_place, known, files)
            plan = plan_batch(files, known, in_place)
            await self._write(session, plan)
            await forget_copies(session, self._persona_id, [file.path for file in files])
            await remember_copies(session, self._persona_id, plan.duplicates)
        return StoredBatch(
            imported=len(plan.new) + len(plan.replaced),
            unchanged=len(plan.touched),
            moved=len(plan.moves),
            duplicates=len(plan.duplicates),
            missing=len(plan.missing),
            failed=plan.failed,
        )

    async def mark_missing(self, places: Iterable[str]) -> int:
        """Mark the photos at or below the places whose files are gone, and return how many were not marked before."""
        gone: list[int] = []
        for place in filter(_is_storable, places):
            below = _at_or_below(place)
            query = select(PhotoRow.id, PhotoRow.path).where(
                PhotoRow.persona_id == self._persona_id,
                below(PhotoRow.path),
                PhotoRow.missing_since.is_(None),
                of_machine(self._machine),
            )
            async with self._database.transaction() as session:
                await forget_vanished_copies(session, self._persona_id, below)
                stored = await session.stream(query.execution_options(yield_per=_SWEEP_ROWS))
                async for photos in stored.partitions():
                    gone += await asyncio.to_thread(_gone, [(row[0], row[1]) for row in photos])
        if gone:
            async with self._database.transaction() as session:
                await session.execute(_missing(gone))
        return len(gone)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction whose queries are planned for the table as it is now.

        A plan that was cached while the table was small reads a large one whole for every batch.
        """
        async with self._database.transaction() as session:
            await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
            yield session

    async def _known(self, session: AsyncSession, files: Sequence[FoundFile]) -> list[KnownPhoto]:
        columns = (
            PhotoRow.id,
            PhotoRow.path,
            PhotoRow.sha256,
            PhotoRow.byte_size,
            PhotoRow.modified_at,
            self._has_post.label("has_post"),
        )
        query = union(
            photos_with(columns, self._persona_id, PhotoRow.path, [file.path for file in files]),
            photos_with(columns, self._persona_id, PhotoRow.sha256, [file.sha256 for file in files]),
        )
        return [KnownPhoto(*row) for row in (await session.execute(query))]

    async def _write(self, session: AsyncSession, plan: BatchPlan) -> None:
        for move in plan.moves:
            if move.displaced_id is not None:  # paths are unique: to swap two, one is parked
                await session.execute(_change(move.displaced_id, path=f"{move.file.path}\x01{move.photo_id}"))
            await session.execute(
                _change(
                    move.photo_id,
                    path=move.file.path,
                    modified_at=move.file.modified_at,
                    missing_since=None,
                    **self._here,
                )
            )
            if move.displaced_id is not None:
                await session.execute(
                    _change(move.displaced_id, path=move.old_path, missing_since=func.now())
                )
        for photo_id, file in plan.touched:
            await session.execute(
                _change(photo_id, modified_at=file.modified_at, missing_since=None, **self._here)
            )
        for photo_id, file in plan.replaced:
            await self.replace(session, photo_id, file)
        if plan.overwritten:
            await session.execute(_missing(plan.overwritten))
        if plan.new:
            await session.execute(self._insertion(plan.new))

    async def replace(self, session: AsyncSession, photo_id: int, file: FoundFile) -> None:
        """Give a photo new content; a trigger removes the hashes and vectors of the old one."""
        await session.execute(
            _change(
                photo_id,
                sha256=file.sha256,
                byte_size=file.byte_size,
                width=file.width,
                height=file.height,
                format=file.format,
                taken_at=file.taken_at,
                modified_at=file.modified_at,
                missing_since=None,
                **self._here,
            )
        )

    @property
    def _here(self) -> dict[str, str]:
        """The column that says on which machine a file is."""
        return {} if self._machine is None else {"machine_id": self._machine.id}

    async def _note_machine(self, session: AsyncSession) -> None:
        """Store this machine under its present name."""
        if self._machine is not None:
            row = upsert(MachineRow).values(id=self._machine.id, name=self._machine.name)
            named = {"name": self._machine.name}
            is_other = MachineRow.name != self._machine.name
            await session.execute(
                row.on_conflict_do_update(index_elements=["id"], set_=named, where=is_other)
            )

    def _insertion(self, files: Sequence[FoundFile]) -> Any:
        """Return one statement for all files: arrays are ten times as fast as a row each."""
        types: dict[str, TypeEngine[Any]] = {
            "path": Text(),
            "sha256": LargeBinary(),
            "byte_size": BigInteger(),
            "width": BigInteger(),
            "height": BigInteger(),
            "format": Text(),
            "taken_at": DateTime(timezone=True),
            "modified_at": DateTime(timezone=True),
        }
        arrays = [array_of([getattr(file, name) for file in files], kind) for name, kind in types.items()]
        rows = func.unnest(*arrays).table_valued(*types, name="file").render_derived()
        here = {name: literal(value, Text()) for name, value in self._here.items()}
        return insert(PhotoRow).from_select(
            ["persona_id", *here, *types],
            select(literal(self._persona_id, BigInteger()), *here.values(), *rows.c),
        )


def _is_storable(path: str) -> bool:
    """Return whether a path can be in the database: one that is not UTF-8 never is."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _at_or_below(place: str) -> Callable[[Any], ColumnElement[bool]]:
    """Return a function that makes the condition that a path is this file or lies in this folder."""
    within = place.rstrip("/") + "/"
    return lambda path: or_(path == place, func.starts_with(path, within))


def _change(photo_id: int, **values: Any) -> Any:
    return update(PhotoRow).where(PhotoRow.id == photo_id).values(**values)


def _missing(ids: Sequence[int]) -> Any:
    return update(PhotoRow).where(among(PhotoRow.id, ids)).values(missing_since=func.now())


def _in_place(known: Iterable[KnownPhoto], files: Sequence[FoundFile]) -> set[int]:
    """Return the ids of the photos whose own path still holds their content; blocks, and seldom has to hash."""
    just_read = {file.path: file.sha256 for file in files}
    return {
        photo.id
        for photo in known
        if (
            just_read[photo.path] == photo.sha256
            if photo.path in just_read
            else file_state(
                photo.path, photo.byte_size, photo.modified_at, photo.sha256, hash_when=HashWhen.TOUCHED
            )
            is PhotoState.UNCHANGED
        )
    }


def _gone(photos: Iterable[tuple[int, str]]) -> list[int]:
    """Return the ids of the photos whose file is gone, given ids and paths; blocks."""
    return [photo_id for photo_id, path in photos if is_gone(path)]
