"""Stacks in a library: of duplicates, bursts and edited photos, the best is listed and the others are behind it.

Which photos share a stack is known to a pack above this one, which passes a query. Only photos of stacks are
compared with each other, so a library without duplicates pays next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, false, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fluffy_tui.core.database import among
from fluffy_tui.photos.edited_names import EDITED
from fluffy_tui.photos.query.browse import BestBy, Browse, Stack, Verdict, why_best
from fluffy_tui.photos.query.browse_sql import (
    at_moment,
    first_of,
    has_closed_eyes,
    matching,
    of_verdict,
    packed,
)
from fluffy_tui.photos.tables import PhotoCopyRow, PhotoRow, of_machine


@dataclass(frozen=True, slots=True)
class LibraryQueries:
    """One persona's photos as they are browsed, as queries.

    Args:
        stacks: Selects `photo_id` and `stack_id` of the photos that are in a stack; None if that is not known.
        machine_id: Where copies of their files are looked for.
    """

    persona_id: int
    browse: Browse
    stacks: Select[*tuple[Any, ...]] | None
    machine_id: str

    def all_ids(self) -> Select[bytes | None]:
        """Select all ids as `browse_sql.packed` does."""
        query = self._matching(packed(self.browse))
        if self._is_folded:
            behind = self._behind().subquery("behind")
            query = query.where(~select(behind.c.id).where(behind.c.id == PhotoRow.id).exists())
        return query

    def count_folded(self) -> Select[int]:
        """Select how many photos are behind others."""
        return select(func.count()).select_from(self._behind().subquery("behind"))

    def first_ids(self, *, limit: int, after: int | None, verdict: Verdict | None) -> Select[int]:
        """Select the first ids; see `service.Photos.first_ids`."""
        query = self._listed()
        if verdict is not None:
            query = query.where(of_verdict(verdict))
        return first_of(query, self.browse, limit=limit, after=after)

    def id_at(self, moment: datetime) -> Select[int]:
        """Select the first id at or after a moment."""
        return at_moment(self._listed(), self.browse, moment)

    async def read_stacks(self, session: AsyncSession, ids: Sequence[int]) -> dict[int, Stack]:
        """Return the stacks of these photos, by the first photo of each; see `service.Photos.stacks`."""
        stacks: dict[int, Stack] = {}
        if self._is_folded:
            rows = (await session.execute(self._mates(ids))).all()
            for _, group in groupby(rows, key=lambda row: row.stack_id):
                first, *behind = members = list(group)
                if behind:
                    verdicts = frozenset(Verdict(mate.verdict) for mate in behind if mate.verdict)
                    best, *others = (row[-len(BestBy) :] for row in members)
                    reason = why_best(best, others)
                    stacks[first.id] = Stack(tuple(mate.id for mate in behind), reason, verdicts=verdicts)
        for photo_id, paths in await session.execute(self._same_files(ids)):
            same_files = tuple(Path(path) for path in paths)
            stacks[photo_id] = replace(stacks.get(photo_id, Stack()), same_files=same_files)
        return stacks

    @property
    def _is_folded(self) -> bool:
        return self.browse.folded and self.stacks is not None

    def _matching(self, query: Select[Any], row: Any = PhotoRow) -> Select[Any]:
        return matching(query, self.persona_id, self.browse, row)

    def _listed(self) -> Select[int]:
        """Select the ids that are listed; each photo of a stack is compared with its mates alone."""
        query = self._matching(select(PhotoRow.id))
        if not self._is_folded:
            return query
        own, mates, mate = self._stacked("own"), self._stacked("mates"), aliased(PhotoRow, name="mate")
        better = (
            select(literal(1))
            .select_from(own)
            .join(mates, mates.c.stack_id == own.c.stack_id)
            .join(mate, mate.id == mates.c.photo_id)
            .where(
                own.c.photo_id == PhotoRow.id,
                tuple_(*_rank(mate)) < tuple_(*_rank(PhotoRow)),
            )
            .correlate(PhotoRow)
        )
        # OFFSET keeps Postgres from turning this into a join of all stacks, for a page that needs a few of them.
        return query.where(~self._matching(better, mate).offset(0).exists())

    def _behind(self) -> Select[int]:
        """Select the ids of all photos that are not the first of their stack."""
        stacked = self._stacked("stacked")
        number = func.row_number().over(partition_by=stacked.c.stack_id, order_by=_rank(PhotoRow))
        numbered = self._matching(
            select(PhotoRow.id, number.label("number")).join(stacked, stacked.c.photo_id == PhotoRow.id)
        ).subquery("numbered")
        return select(numbered.c.id).where(numbered.c.number > 1)

    def _mates(self, ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
        """Select stack, id, verdict and rank of all photos that are in a stack with one of these, best first."""
        own, mates = self._stacked("own"), self._stacked("mates")
        wanted = select(own.c.stack_id).where(among(own.c.photo_id, ids))
        query = (
            select(mates.c.stack_id, PhotoRow.id, PhotoRow.verdict, *_rank(PhotoRow))
            .join(PhotoRow, PhotoRow.id == mates.c.photo_id)
            .where(mates.c.stack_id.in_(wanted))
        )
        return self._matching(query).order_by(mates.c.stack_id, *_rank(PhotoRow))

    def _stacked(self, name: str) -> Any:
        if self.stacks is None:
            raise RuntimeError("it is not known which photos are in a stack")
        return self.stacks.subquery(name)

    def _same_files(self, ids: Sequence[int]) -> Select[int, Sequence[str]]:
        same: ColumnElement[bool] = and_(
            PhotoCopyRow.persona_id == PhotoRow.persona_id, PhotoCopyRow.sha256 == PhotoRow.sha256
        )
        return (
            select(PhotoRow.id, func.array_agg(PhotoCopyRow.path))
            .join(PhotoCopyRow, same)
            .where(among(PhotoRow.id, ids), of_machine(PhotoCopyRow, self.machine_id))
            .group_by(PhotoRow.id)
        )


def _rank(row: Any) -> list[ColumnElement[Any]]:
    """Return what the photos of a stack are sorted by, best first, in the order of `BestBy`."""
    is_picked = func.coalesce(row.verdict == Verdict.PICK.value, false())
    is_edited = row.name_key.regexp_match(EDITED)
    pixels = cast(row.width, BigInteger) * row.height
    return [~is_picked, ~is_edited, -pixels, has_closed_eyes(row), -row.sharpness, row.shown_at, row.id]
