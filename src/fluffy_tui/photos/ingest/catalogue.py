"""The stored side of an import: what is known already, and one transaction for each batch of files."""

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
    any_,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    union,
    update,
)

from fluffy_tui.photos.ingest.file_presence import gone_photos, still_there
from fluffy_tui.photos.ingest.known_copies import (
    forget_copies,
    forget_vanished_copies,
    remember_copies,
    unchanged_copies,
)
from fluffy_tui.photos.ingest.reconciliation import KnownPhoto, Plan, make_plan
from fluffy_tui.photos.query.id_selection import array_of, has_post, matching
from fluffy_tui.photos.tables import PhotoRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.types import TypeEngine

    from fluffy_tui.core.database import Database
    from fluffy_tui.photos.ingest.file_reader import FoundFile
    from fluffy_tui.photos.model import FailedFile

_SWEEP_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Which files an import need not read."""

    photos: set[str]
    """Paths of photos."""
    copies: set[str]
    """Paths of known copies of photos that are still in place."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one batch."""

    imported: int
    unchanged: int
    moved: int
    duplicates: int
    missing: int
    failed: list[FailedFile]


class Catalogue:
    """A persona's photos, as an import compares and writes them."""

    def __init__(self, database: Database, persona_id: int, scheduled: Select[Any]) -> None:
        self._database = database
        self._persona_id = persona_id
        self._has_post = has_post(scheduled)

    async def unchanged(self, files: Mapping[str, tuple[int, datetime]]) -> Unchanged:
        """Return the paths whose size and modification time are those stored; ones that were missing are back.

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
        query = matching(columns, self._persona_id, PhotoRow.path, list(files))
        async with self._transaction() as session:
            rows = [row for row in (await session.execute(query)) if files[row[1]] == (row[2], row[3])]
            back = [row[0] for row in rows if row[4] is not None]
            if back:
                await session.execute(
                    update(PhotoRow)
                    .where(PhotoRow.id == any_(array_of(back, BigInteger())))
                    .values(missing_since=None)
                )
            photos = {row[1] for row in rows}
            others = {path: facts for path, facts in files.items() if path not in photos}
            copies = await unchanged_copies(session, self._persona_id, others) if others else set()
        return Unchanged(photos, copies)

    async def enter(self, files: Sequence[FoundFile]) -> Entered:
        """Write a batch of files in one transaction.

        Imports of one persona take turns here, so that none writes what another has just decided about.
        """
        async with self._transaction() as session:
            await session.execute(
                select(func.pg_advisory_xact_lock(func.hashtextextended(f"photos of {self._persona_id}", 0)))
            )
            known = await self._known(session, files)
            in_place = await asyncio.to_thread(still_there, known, files)
            plan = make_plan(files, known, in_place)
            await self._write(session, plan)
            await forget_copies(session, self._persona_id, [file.path for file in files])
            await remember_copies(session, self._persona_id, plan.duplicates)
        return Entered(
            imported=len(plan.new) + len(plan.replaced),
            unchanged=len(plan.touched),
            moved=len(plan.moves),
            duplicates=len(plan.duplicates),
            missing=len(plan.missing),
            failed=plan.failed,
        )

    async def mark_missing(self, places: Iterable[str]) -> int:
        """Mark the photos at or below the places whose files are gone, and return how many were newly found so."""
        gone: list[int] = []
        for place in places:
            below = _at_or_below(place)
            query = select(PhotoRow.id, PhotoRow.path).where(
                PhotoRow.persona_id == self._persona_id,
                below(PhotoRow.path),
                PhotoRow.missing_since.is_(None),
            )
            async with self._database.transaction() as session:
                await forget_vanished_copies(session, self._persona_id, below)
                stored = await session.stream(query.execution_options(yield_per=_SWEEP_ROWS))
                async for photos in stored.partitions():
                    gone += await asyncio.to_thread(gone_photos, [(row[0], row[1]) for row in photos])
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
            matching(columns, self._persona_id, PhotoRow.path, [file.path for file in files]),
            matching(columns, self._persona_id, PhotoRow.sha256, [file.sha256 for file in files]),
        )
        return [KnownPhoto(*row) for row in (await session.execute(query))]

    async def _write(self, session: AsyncSession, plan: Plan) -> None:
        for move in plan.moves:
            if move.displaced_id is not None:  # two rows swap unique paths: one steps aside for a moment
                await session.execute(_change(move.displaced_id, path=f"{move.file.path}\x01{move.photo_id}"))
            await session.execute(
                _change(
                    move.photo_id,
                    path=move.file.path,
                    modified_at=move.file.modified_at,
                    missing_since=None,
                )
            )
            if move.displaced_id is not None:
                await session.execute(
                    _change(move.displaced_id, path=move.old_path, missing_since=func.now())
                )
        for photo_id, file in plan.touched:
            await session.execute(_change(photo_id, modified_at=file.modified_at, missing_since=None))
        for photo_id, file in plan.replaced:
            await self._replace(session, photo_id, file)
        if plan.overwritten:
            await session.execute(_missing(plan.overwritten))
        if plan.new:
            await session.execute(self._insertion(plan.new))

    async def _replace(self, session: AsyncSession, photo_id: int, file: FoundFile) -> None:
        """Give a photo new content; a trigger removes what was seen in the old one."""
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
            )
        )

    def _insertion(self, files: Sequence[FoundFile]) -> Any:
        """Return one statement for all files: arrays go in, rows come out; ten times as fast as a row each."""
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
        return insert(PhotoRow).from_select(
            ["persona_id", *types], select(literal(self._persona_id, BigInteger()), *rows.c)
        )


def _at_or_below(place: str) -> Callable[[Any], ColumnElement[bool]]:
    """Return what makes the condition that a path is this file or lies in this folder."""
    within = place.rstrip("/") + "/"
    return lambda path: or_(path == place, func.starts_with(path, within))


def _change(photo_id: int, **values: Any) -> Any:
    return update(PhotoRow).where(PhotoRow.id == photo_id).values(**values)


def _missing(ids: Sequence[int]) -> Any:
    return (
        update(PhotoRow)
        .where(PhotoRow.id == any_(array_of(ids, BigInteger())))
        .values(missing_since=func.now())
    )
