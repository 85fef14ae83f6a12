"""Which photos of this machine still have to be indexed, and what is stored about those that fail.

A photo is marked before the work on it begins. A mark that is found later was left by a worker that crashed: such
photos are taken one at a time, and after three crashes once a day, so that a file that crashes a decoder does not
block all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Text, and_, any_, case, delete, func, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from fluffy_tui.similarity.tables import PLACES, IndexFailureRow, PhotoEmbeddingRow, PhotoHashRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select, Update
    from sqlalchemy.dialects.postgresql import Insert
    from sqlalchemy.ext.asyncio import AsyncSession

    from fluffy_tui.core.database import Database

CRASHES = 3
"""A photo at which so many workers in a row have crashed is tried once a day."""

_CRASHING = "Several workers in a row crashed while they were reading it."
_SHORTEST_PAUSE = timedelta(minutes=2)
_LONGEST_PAUSE = timedelta(days=1)


class Stage(StrEnum):
    """The two kinds of work: one needs only the file, the other a service as well; the values are stored."""

    SCAN = "look"
    """Read the file: hashes, and the built-in model's vector."""
    EMBED = "ask"
    """Get a vector from the image_embed service."""


@dataclass(frozen=True, slots=True)
class Task:
    """A photo and what it lacks."""

    photo_id: int
    bits: bool
    """It lacks its hashes."""
    vector: bool
    """It lacks a vector under the model of this stage."""
    suspicious: bool
    """A worker crashed at it, or at one of the same batch."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a photo could not be indexed."""

    photo_id: int
    reason: str
    final: bool
    """It is not tried again before its file changes."""


def given_up(stage: str) -> ColumnElement[bool]:
    """Return the condition that a photo will not get through this stage."""
    never_or_rarely_tried = or_(IndexFailureRow.next_try_at.is_(None), IndexFailureRow.crashes >= CRASHES)
    return and_(IndexFailureRow.stage == stage, never_or_rarely_tried)


class Worklist:
    """The work of one stage.

    Args:
        database: Open.
        stage: Which one.
        machine_id: Whose files are read.
    """

    def __init__(self, database: Database, stage: Stage, machine_id: str) -> None:
        self._database = database
        self._stage = stage
        self._machine_id = machine_id

    async def claim(self, after: int, model_id: int | None, *, most: int) -> list[Task]:
        """Return the next photos that lack something, and mark them as in progress.

        Args:
            after: Photos up to this id are skipped; they had their turn in this round.
            model_id: Whose vectors are wanted; None for no vectors.
            most: How many photos at most; a suspicious one is returned alone.
        """
        async with self._database.transaction() as session:
            rows = (await session.execute(self._next(after, model_id, most))).all()
            tasks = [Task(*row) for row in rows]
            if any(task.suspicious for task in tasks):
                first = next(number for number, task in enumerate(tasks) if task.suspicious)
                tasks = tasks[: first or 1]
            if tasks:
                await session.execute(self._mark([task.photo_id for task in tasks]))
        return tasks

    async def finish(self, session: AsyncSession, done: Sequence[int], failures: Sequence[Failure]) -> None:
        """Remove the marks, in the transaction that stores the results.

        Args:
            session: That transaction.
            done: Photos that now have what they lacked, or have changed meanwhile.
            failures: The rest.
        """
        if done:
            await session.execute(
                delete(IndexFailureRow).where(
                    IndexFailureRow.stage == self._stage,
                    IndexFailureRow.photo_id == any_(literal(list(done), ARRAY(BigInteger()))),
                )
            )
        for failure in failures:
            await session.execute(self._record(failure))

    def _next(self, after: int, model_id: int | None, most: int) -> Select[int, bool, bool, bool]:
        """Select from this machine's places, and from those that may be its own, without reading any other's."""
        machines = func.unnest(literal([self._machine_id, ""], ARRAY(Text()))).table_valued(
            "id", name="machine"
        )
        machines = machines.render_derived()
        mine = self._lacking(machines.c.id, after, model_id, most).lateral("lacking")
        query = select(*mine.c).distinct().select_from(machines.join(mine, true()))
        return query.order_by(mine.c.photo_id).limit(most)

    def _lacking(
        self, machine: ColumnElement[str], after: int, model_id: int | None, most: int
    ) -> Select[int, bool, bool, bool]:
        here, hashes, vectors, failure = PLACES.c, PhotoHashRow, PhotoEmbeddingRow, IndexFailureRow
        lacks_bits = hashes.photo_id.is_(None) if self._stage is Stage.SCAN else literal(False)
        lacks_vector = vectors.photo_id.is_(None) if model_id is not None else literal(False)
        due = or_(failure.photo_id.is_(None), failure.next_try_at <= func.now())
        return (
            select(
                here.photo_id,
                lacks_bits.label("lacks_bits"),
                lacks_vector.label("lacks_vector"),
                (func.coalesce(failure.crashes, 0) > 0).label("suspicious"),
            )
            .select_from(PLACES)
            .outerjoin(hashes, hashes.photo_id == here.photo_id)
            .outerjoin(vectors, and_(vectors.photo_id == here.photo_id, vectors.model_id == (model_id or 0)))
            .outerjoin(failure, and_(failure.photo_id == here.photo_id, failure.stage == self._stage))
            .where(here.machine_id == machine, here.missing_since.is_(None))
            .where(here.photo_id > after, or_(lacks_bits, lacks_vector), due)
            .order_by(here.photo_id)
            .limit(most)
        )

    def _mark(self, photo_ids: Sequence[int]) -> Insert:
        """Count a crash beforehand; a worker that survives the photo deletes it again."""
        rows = [
            {"photo_id": photo_id, "stage": self._stage, "crashes": 1, "next_try_at": func.now()}
            for photo_id in photo_ids
        ]
        crashed = IndexFailureRow.crashes + 1
        return (
            insert(IndexFailureRow)
            .values(rows)
            .on_conflict_do_update(
                index_elements=["photo_id", "stage"],
                set_={
                    "crashes": crashed,
                    "reason": case((crashed >= CRASHES, _CRASHING), else_=IndexFailureRow.reason),
                    "next_try_at": case((crashed >= CRASHES, func.now() + _LONGEST_PAUSE), else_=func.now()),
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
