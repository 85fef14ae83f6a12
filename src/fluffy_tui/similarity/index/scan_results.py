"""Stores the results of scans, unless the photos have changed meanwhile, and puts them into stacks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    Sequence as NumberSequence,
    SmallInteger,
    Text,
    cast,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from fluffy_tui.core.database import among
from fluffy_tui.photos import store_scores, store_texts
from fluffy_tui.similarity.index.stack_mates import (
    MOST_IN_BURST,
    bursts,
    duplicates,
    relatives,
)
from fluffy_tui.similarity.model import IndexGains
from fluffy_tui.similarity.tables import PHOTOS, STACKS, PhotoEmbeddingRow, PhotoHashRow, in_columns, unnested

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select
    from sqlalchemy.dialects.postgresql import Insert
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.types import TypeEngine

    from fluffy_tui.core.database import Base
    from fluffy_tui.similarity.index.photo_scan import PhotoScan
    from fluffy_tui.similarity.model import EmbeddingModel

_STACKS = NumberSequence(STACKS)
_STORE_LOCK = 0x666C757368
_TAKE_TURN = select(func.pg_advisory_xact_lock(_STORE_LOCK), func.set_config("enable_seqscan", "off", true()))
"""Workers store one after the other: two that store duplicates at the same time would not find each other's.

Each of a batch is looked up in an index then: Postgres would read a small table whole.
"""
_SCANNED: dict[str, TypeEngine[Any]] = {"photo_id": BigInteger(), "sha256": LargeBinary()}
_STORED: dict[type[Base], dict[str, TypeEngine[Any]]] = {
    PhotoHashRow: {
        "photo_id": BigInteger(),
        "pdq": Text(),
        "pdq_quality": SmallInteger(),
        "dhash": Text(),
        "strokes": Text(),
        "blanks": Text(),
    },
    PhotoEmbeddingRow: {
        "photo_id": BigInteger(),
        "model_id": SmallInteger(),
        "dimensions": SmallInteger(),
        "embedding": Text(),
    },
}
"""The types in which rows are passed: bits and vectors as Postgres writes them."""


async def store(
    session: AsyncSession, scans: Sequence[PhotoScan], model: EmbeddingModel | None
) -> tuple[set[int], dict[int, IndexGains]]:
    """Store what was found, with the vectors of a model, if any; a photo that has another file by now is left out.

    That photo is scanned again later.

    Returns:
        Whose results were stored, and what they add to the index, by persona.
    """
    gains: dict[int, IndexGains] = {}
    await session.execute(_TAKE_TURN)
    current = await _unchanged(session, scans)
    scores = {scan.photo_id: scan.scores for scan in scans if scan.photo_id in current and scan.scores}
    await store_scores(session, scores)
    gains.update({current[photo_id]: IndexGains() for photo_id in scores})  # open apps show them, too
    await store_texts(
        session, {scan.photo_id: scan.text for scan in scans if scan.photo_id in current and scan.text}
    )
    hashed = [scan for scan in scans if scan.photo_id in current and scan.bits]
    if hashed:
        await _insert(session, PhotoHashRow, map(_hashes, hashed))
        for scan in hashed:
            gains.setdefault(current[scan.photo_id], IndexGains()).hashed += 1
    embedded = [scan for scan in scans if scan.photo_id in current and scan.vector]
    if embedded and model is not None:
        rows = [(scan.photo_id, model.id, model.dimensions, str(scan.vector)) for scan in embedded]
        await _insert(session, PhotoEmbeddingRow, rows)
        for scan in embedded:
            gains.setdefault(current[scan.photo_id], IndexGains()).embedded += 1
    seen = [scan.photo_id for scan in scans if scan.photo_id in current and scan.text is None]
    for photo_id in await _stack(session, seen):
        gains.setdefault(current[photo_id], IndexGains()).stacked = True
    return set(current), gains


async def _unchanged(session: AsyncSession, scans: Sequence[PhotoScan]) -> dict[int, int]:
    """Return the personas of the photos whose file is still the scanned one, and lock them until the commit.

    A photo that an import is changing at the moment is skipped: waiting for each other would be a deadlock.
    """
    scanned = in_columns(_SCANNED, [(scan.photo_id, scan.sha256) for scan in scans])
    return {row[0]: row[1] for row in await session.execute(_lock_unchanged(), scanned)}


@cache
def _lock_unchanged() -> Select[int, int]:
    scanned = unnested(**_SCANNED)
    return (
        select(PHOTOS.c.id, PHOTOS.c.persona_id)
        .join(scanned, (scanned.c.photo_id == PHOTOS.c.id) & (scanned.c.sha256 == PHOTOS.c.sha256))
        .with_for_update(key_share=True, skip_locked=True, of=PHOTOS)  # as the scores are stored with them
    )


async def _insert(session: AsyncSession, row: type[Base], values: Iterable[Sequence[object]]) -> None:
    await session.execute(_insertion(row), in_columns(_STORED[row], values))


@cache
def _insertion(row: type[Base]) -> Insert:
    """Return the statement that inserts those of the passed rows that are not there yet."""
    kinds = _STORED[row]
    table: Any = row.__table__  # for the class itself, parameters would be rows
    passed = unnested(**kinds)
    values = [cast(passed.c[name], getattr(row, name).type) for name in kinds]
    return insert(table).from_select(list(kinds), select(*values)).on_conflict_do_nothing()


def _hashes(scan: PhotoScan) -> tuple[object, ...]:
    assert scan.bits is not None  # noqa: S101 - the caller has filtered
    strokes = scan.bits.strokes
    written = (strokes.written, strokes.blank) if strokes else (None, None)
    return (scan.photo_id, scan.bits.pdq, scan.bits.pdq_quality, scan.bits.dhash, *written)


async def _stack(session: AsyncSession, photo_ids: Sequence[int]) -> set[int]:
    """Put each of the photos into the stack of its mates; stacks that it connects become one.

    A photo whose hashes are not known yet has no mates: it is looked at when they are.

    Returns:
        Which of the photos are in a stack now that were not before, or in another one.
    """
    stacked: set[int] = set()
    hashed = select(PhotoHashRow.photo_id).where(among(PhotoHashRow.photo_id, photo_ids))
    photo_ids = sorted(await session.scalars(hashed))
    finders = (duplicates, None), (relatives, None), (bursts, MOST_IN_BURST)
    for find, limit in finders:
        for photo_id, members in (await find(session, photo_ids)).items():
            if await _join(session, members, limit):
                stacked.add(photo_id)
    return stacked


async def _join(session: AsyncSession, members: set[int], limit: int | None) -> bool:
    """Make one stack of photos and of the stacks that they are in, unless that is too large; whether it changed."""
    query = (
        select(PhotoHashRow.photo_id, PhotoHashRow.stack_id)
        .where(among(PhotoHashRow.photo_id, members))
        .with_for_update(skip_locked=True)  # an import is deleting them at the moment
    )
    rows = (await session.execute(query)).all()
    stacks = {stack for _, stack in rows if stack is not None}
    if len(rows) < 2 or (len(stacks) == 1 and all(stack for _, stack in rows)):
        return False
    if limit is not None:
        some = select(PhotoHashRow.photo_id).where(among(PhotoHashRow.stack_id, stacks)).limit(limit)
        size = await session.scalar(select(func.count()).select_from(some.subquery()))
        if size is not None and size >= limit:
            return False
    stack = min(stacks) if stacks else await session.scalar(_STACKS)
    await session.execute(
        update(PhotoHashRow)
        .where(
            or_(
                among(PhotoHashRow.photo_id, [photo_id for photo_id, _ in rows]),
                among(PhotoHashRow.stack_id, stacks - {stack}),
            )
        )
        .values(stack_id=stack)
    )
    return True
