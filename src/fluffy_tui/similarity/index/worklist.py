"""Which photos of this machine still have to be indexed, and what is stored about those that fail.

The photos are in a queue, which is read in the order in which they are due, so that the next ones are found as fast
in any library. Triggers add what an import changes. When a machine wants another model, or is new, its queue is filled
a portion at a time, beside the work.

A photo is marked and put off before the work on it begins, so that other workers go on with the next ones. A mark
that is found later was left by a worker that crashed: such photos are taken one at a time, and after three crashes
once a day, so that a file that crashes a decoder does not block all others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Select,
    SmallInteger,
    Update,
    and_,
    any_,
    case,
    delete,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.database import Database, among
from fluffy_tui.similarity.tables import (
    PHOTOS,
    PLACES,
    TEXTS,
    IndexFailureRow,
    IndexTargetRow,
    PhotoEmbeddingRow,
    PhotoHashRow,
    QueuedPhotoRow,
)

CRASHES = 3
"""Workers in a row that have crashed at a photo before it is only tried once a day."""

_BY_INDEX = text(
    "SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)"
)
"""Without statistics Postgres expects few photos to be due, and would sort all; a small table it reads whole."""
_CRASHING = "Several workers in a row crashed while they were reading it."
_SHORTEST_PAUSE = timedelta(minutes=2)
_LONGEST_PAUSE = timedelta(days=1)
_LEASE = timedelta(minutes=10)
"""How long a claim puts photos off: a batch takes seconds, but a service may take minutes for a photo."""
_LOOKED_THROUGH_AT_ONCE = 500
"""Ids that are queued at a time when the queue is filled."""


class Stage(StrEnum):
    """The kinds of work; the values are stored."""

    SCAN = "look"
    """Read the file: hashes, scores, and the built-in model's vector."""
    EMBED = "ask"
    """Get a vector from the image_embed service."""
    READ = "read"
    """Read the text in the picture."""


@dataclass(frozen=True, slots=True)
class Task:
    """A photo and what it lacks."""

    photo_id: int
    bits: bool
    """It lacks its hashes."""
    scores: bool
    """It lacks its scores, or nobody has looked for faces in it."""
    vector: bool
    """It lacks a vector under the model of this stage."""
    unread: bool
    """Nobody has read the text in it."""
    suspicious: bool
    """A worker crashed at it, or at one of the same batch."""
    has_failed: bool
    """It counts as failed since an earlier attempt."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a photo could not be indexed."""

    photo_id: int
    reason: str
    final: bool
    """It is not tried again before its file changes."""


def given_up(stage: str) -> ColumnElement[bool]:
    """Return the condition that a photo will never complete this stage."""
    never_or_rarely_tried = or_(IndexFailureRow.next_try_at.is_(None), IndexFailureRow.crashes >= CRASHES)
    return and_(IndexFailureRow.stage == stage, never_or_rarely_tried)


def _exists(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a row exists; OFFSET makes it a look-up in an index, whatever the statistics say of the table."""
    return select(literal(1)).where(*conditions).offset(0).exists()


class Worklist:
    """The work of one stage.

    Args:
        machine_id: Whose files are read.
    """

    def __init__(
        self, database: Database, stage: Stage, machine_id: str, *, finds_faces: bool = False
    ) -> None:
        self._database = database
        self._stage = stage
        self._machine_id = machine_id
        self._finds_faces = finds_faces
        self._next = cache(self._select_next)  # to build it takes Python longer than to run it

    async def claim(self, model_id: int | None, *, most: int) -> list[Task]:
        """Return the next photos that lack something, and mark them as in progress; none if the queue is empty.

        Args:
            model_id: Whose vectors are wanted; None for no vectors.
            most: How many photos at most; a suspicious one is returned alone.
        """
        while True:
            async with self._database.transaction() as session:
                await session.execute(_BY_INDEX)
                is_filled = await self._fill(session, model_id)
                rows = (await session.execute(self._next(model_id, most))).all()
                tasks = [
                    Task(photo_id, bits, scores, vector, unread, suspicious, has_failed)
                    for photo_id, bits, scores, vector, unread, suspicious, has_failed, is_here in rows
                    if is_here and (bits or scores or vector or unread)
                ]
                wanted = {task.photo_id for task in tasks}
                if needless := [row[0] for row in rows if row[0] not in wanted]:
                    await session.execute(self._remove(needless))
                if any(task.suspicious for task in tasks):
                    first = next(number for number, task in enumerate(tasks) if task.suspicious)
                    tasks = tasks[: first or 1]
                if tasks:
                    claimed = [task.photo_id for task in tasks]
                    await session.execute(self._mark(claimed))
                    await session.execute(self._put_off(claimed))
            if tasks or (is_filled and not rows):
                return tasks

    def is_due(self) -> ColumnElement[bool]:
        """Return the condition that a photo is due."""
        queued = QueuedPhotoRow
        mine = (queued.machine_id == self._machine_id, queued.stage == self._stage)
        due = select(queued.photo_id).where(*mine, queued.due_at <= func.now())
        return due.order_by(queued.due_at, queued.photo_id).limit(1).scalar_subquery().is_not(None)

    async def is_empty(self) -> bool:
        """Return whether no photo is due."""
        async with self._database.transaction() as session:
            await session.execute(_BY_INDEX)
            return not await session.scalar(select(self.is_due()))

    async def finish(
        self,
        session: AsyncSession,
        tasks: Sequence[Task],
        done: Collection[int],
        failures: Sequence[Failure],
    ) -> None:
        """Remove the marks of claimed tasks, in the transaction that stores the results.

        Photos that now have what they lacked are done; what is neither that nor a failure is due again at once.
        """
        failed = {failure.photo_id for failure in failures}
        survived = [task.photo_id for task in tasks if task.photo_id not in failed]
        await session.execute(
            delete(IndexFailureRow).where(
                IndexFailureRow.stage == self._stage, among(IndexFailureRow.photo_id, survived)
            )
        )
        for failure in failures:
            await session.execute(self._record(failure))
        final = [failure.photo_id for failure in failures if failure.final]
        await session.execute(self._remove([*done, *final]))
        if left := [task.photo_id for task in tasks if task.photo_id not in done]:
            await session.execute(self._put_off(left))

    async def _fill(self, session: AsyncSession, model_id: int | None) -> bool:
        """Look through the next of the photos from before, and return whether none is left."""
        target = IndexTargetRow
        of_stage = (target.machine_id == self._machine_id, target.stage == self._stage)
        query = select(target.model_id, target.finds_faces, target.filled_to).where(*of_stage)
        found = (await session.execute(query)).one_or_none()
        if found is not None and found == (model_id, self._finds_faces, None):
            return True
        if found is None or found[:2] != (model_id, self._finds_faces):
            # Whoever has added places by now did not know of the target: wait until they can be seen.
            await session.execute(text("LOCK TABLE photo_places IN SHARE MODE"))
            wants_less = (
                found is not None
                and model_id in (None, found.model_id)
                and self._finds_faces <= found.finds_faces
            )
            start = found.filled_to if found is not None and wants_less else 0
            wanted = {"model_id": model_id, "finds_faces": self._finds_faces, "filled_to": start}
            change = insert(target).values(machine_id=self._machine_id, stage=self._stage, **wanted)
            await session.execute(
                change.on_conflict_do_update(index_elements=["machine_id", "stage"], set_=wanted)
            )
        after = await session.scalar(select(target.filled_to).where(*of_stage).with_for_update())
        if after is None:
            return True
        last = after + _LOOKED_THROUGH_AT_ONCE
        mine = PLACES.c.machine_id.in_([self._machine_id, ""])
        portion = select(func.array_agg(PLACES.c.photo_id)).where(
            mine, PLACES.c.photo_id.between(after + 1, last)
        )
        await session.execute(select(func.fluffy_queue_photos(portion.scalar_subquery())))
        newest = await session.scalar(select(func.max(PHOTOS.c.id)))
        is_last = newest is None or newest <= last
        await session.execute(update(target).where(*of_stage).values(filled_to=None if is_last else last))
        return is_last

    def _select_next(
        self, model_id: int | None, most: int
    ) -> Select[int, bool, bool, bool, bool, bool, bool, bool]:
        """Select what is due, what it lacks, whether it is suspicious or has failed, and whether it is here."""
        queued, hashes, vectors, failure = QueuedPhotoRow, PhotoHashRow, PhotoEmbeddingRow, IndexFailureRow
        has_bits = _exists(hashes.photo_id == queued.photo_id)
        is_scored = PHOTOS.c.sharpness >= 0
        if self._finds_faces:
            is_scored &= PHOTOS.c.faces >= 0
        has_scores = _exists(PHOTOS.c.id == queued.photo_id, is_scored)
        has_vector = _exists(vectors.photo_id == queued.photo_id, vectors.model_id == model_id)
        has_text = _exists(TEXTS.c.photo_id == queued.photo_id)
        is_here = _exists(
            PLACES.c.photo_id == queued.photo_id,
            PLACES.c.machine_id.in_([self._machine_id, ""]),
            PLACES.c.missing_since.is_(None),
        )
        of_it = (failure.photo_id == queued.photo_id, failure.stage == queued.stage)
        crashes = select(failure.crashes).where(*of_it)
        return (
            select(
                queued.photo_id,
                ~has_bits if self._stage is Stage.SCAN else false(),
                ~has_scores if self._stage is Stage.SCAN else false(),
                ~has_vector if model_id is not None else false(),
                ~has_text if self._stage is Stage.READ else false(),
                func.coalesce(crashes.scalar_subquery(), 0) > 0,
                _exists(*of_it, failure.reason != ""),
                is_here,
            )
            .where(queued.machine_id == self._machine_id, queued.stage == self._stage)
            .where(
                queued.due_at <= func.statement_timestamp()
            )  # not now(): filling may wait for another worker
            .order_by(queued.due_at, queued.photo_id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )

    def _remove(self, photo_ids: Sequence[int]) -> Delete:
        """Take photos out of this machine's queue."""
        mine = self._free(photo_ids, QueuedPhotoRow.machine_id == self._machine_id)
        return delete(QueuedPhotoRow).where(mine)

    def _put_off(self, photo_ids: Sequence[int]) -> Update:
        """Put photos off in the queues of all machines, until the next attempt if one is planned."""
        next_try = select(IndexFailureRow.next_try_at).where(
            IndexFailureRow.photo_id == QueuedPhotoRow.photo_id, IndexFailureRow.stage == self._stage
        )
        due_at = func.coalesce(next_try.scalar_subquery(), func.now())
        return update(QueuedPhotoRow).where(self._free(photo_ids)).values(due_at=due_at)

    def _free(self, photo_ids: Sequence[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return the condition for the queue's rows of photos, and lock these.

        One that is locked is being changed by another worker, or by an import, which queues the photo again: waiting
        for each other would be a deadlock.
        """
        locked: Select[Any] = (
            select(literal_column("ctid"))
            .select_from(QueuedPhotoRow)
            .where(
                QueuedPhotoRow.stage == self._stage, among(QueuedPhotoRow.photo_id, photo_ids), *conditions
            )
            .with_for_update(skip_locked=True)
            .correlate(None)
        )
        return literal_column("ctid") == any_(func.array(locked.scalar_subquery()))

    def _mark(self, photo_ids: Sequence[int]) -> Insert:
        """Count a crash in advance; a worker that survives the photo deletes it again."""
        ids = func.unnest(literal(list(photo_ids), ARRAY(BigInteger()))).column_valued("photo_id")
        marks = select(ids, literal(str(self._stage)), literal(1, SmallInteger()), func.now() + _LEASE)
        crashed = IndexFailureRow.crashes + 1
        return (
            insert(IndexFailureRow)
            .from_select(["photo_id", "stage", "crashes", "next_try_at"], marks)
            .on_conflict_do_update(
                index_elements=["photo_id", "stage"],
                set_={
                    "crashes": crashed,
                    "reason": case((crashed >= CRASHES, _CRASHING), else_=IndexFailureRow.reason),
                    "next_try_at": case(
                        (crashed >= CRASHES, func.now() + _LONGEST_PAUSE), else_=func.now() + _LEASE
                    ),
                },
            )
        )

    def _record(self, failure: Failure) -> Update:
        """Store why a photo failed, and when to try again: after 2 minutes, 8, 32, and so on up to a day."""
        growing = _SHORTEST_PAUSE.total_seconds() * func.power(4, func.least(IndexFailureRow.attempts, 8))
        seconds = func.least(growing, _LONGEST_PAUSE.total_seconds())
        pause = func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        return (
            update(IndexFailureRow)
            .where(IndexFailureRow.photo_id == failure.photo_id, IndexFailureRow.stage == self._stage)
            .values(
                attempts=IndexFailureRow.attempts + 1,
                crashes=0,
                reason=failure.reason,
                next_try_at=None if failure.final else func.now() + pause,
            )
        )
