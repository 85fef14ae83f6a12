"""A `Browse` as SQL, made so that indexes serve every order and a first page needs no sorting."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, func, literal, select, tuple_

from fluffy_tui.photos.browse import Browse, Orientation, Posted, Sort, Verdict
from fluffy_tui.photos.selecting import has_post
from fluffy_tui.photos.tables import PhotoRow, ScheduledOnceRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute

_KEYS: dict[Sort, InstrumentedAttribute[Any]] = {
    Sort.TAKEN: PhotoRow.shown_at,
    Sort.IMPORTED: PhotoRow.id,
    Sort.NAME: PhotoRow.name_key,
    Sort.SHAPE: PhotoRow.ratio,
}


def some_ids(
    persona_id: int, browse: Browse, scheduled: Select[Any], *, limit: int, after: int | None
) -> Select[int]:
    """Select the first ids of an order, or those from the photo `after` on, which is among them if it belongs."""
    query = _matching(select(PhotoRow.id), persona_id, browse, scheduled)
    if after is not None:
        query = query.where(_from_photo(browse, after))
    return query.order_by(*_order(browse, from_index=not browse.text)).limit(limit)


def all_ids(persona_id: int, browse: Browse, scheduled: Select[Any]) -> Select[bytes | None]:
    """Select all ids of an order as one value, 8 bytes each in network order; none is NULL.

    As rows, a million of them would hold up the event loop for seconds.
    """
    packing = func.string_agg(func.int8send(PhotoRow.id), b"", type_=LargeBinary())
    return _matching(select(packing.aggregate_order_by(*_order(browse))), persona_id, browse, scheduled)


def unpacked(ids: bytes | None) -> array[int]:
    """Return the answer to `all_ids` as signed 8-byte integers of this machine."""
    result = array("q", ids or b"")
    if sys.byteorder == "little":
        result.byteswap()
    return result


def at_moment(persona_id: int, browse: Browse, scheduled: Select[Any], moment: datetime) -> Select[Any]:
    """Select the first id at or behind a moment in an order by time."""
    shown = PhotoRow.shown_at
    query = _matching(select(PhotoRow.id), persona_id, browse, scheduled)
    reached = shown < moment if browse.descending else shown >= moment
    return query.where(reached).order_by(*_order(browse)).limit(1)


def _order(browse: Browse, *, from_index: bool = True) -> list[ColumnElement[Any]]:
    """Return what to order by.

    Args:
        browse: Says what.
        from_index: Whether an index may give the order. Where few photos match, reading along an index until a
            page is full reads the whole table in the worst way: a million rows in 5 s instead of 0.4 s.
    """
    key: ColumnElement[Any] = _KEYS[browse.sort].expression
    if not from_index:
        key = func.coalesce(key, key)  # the same value, but no longer the index's
    columns = [key] if browse.sort is Sort.IMPORTED else [key, PhotoRow.id]
    return [column.desc() if browse.descending else column.asc() for column in columns]


def _from_photo(browse: Browse, photo_id: int) -> ColumnElement[bool]:
    """Return the condition that a photo is this one or comes behind it."""
    if browse.sort is Sort.IMPORTED:
        return PhotoRow.id <= photo_id if browse.descending else PhotoRow.id >= photo_id
    key = _KEYS[browse.sort]
    here = tuple_(key, PhotoRow.id)
    # One scalar for the key: with a row from a subquery Postgres would not use the index's order.
    there = tuple_(select(key).where(PhotoRow.id == photo_id).scalar_subquery(), literal(photo_id))
    return here <= there if browse.descending else here >= there


def _matching(query: Select[Any], persona_id: int, browse: Browse, scheduled: Select[Any]) -> Select[Any]:
    query = query.where(PhotoRow.persona_id == persona_id, *_conditions(browse))
    if browse.posted is Posted.ALL:
        return query
    query = query.where(~has_post(scheduled))
    if browse.posted is Posted.NEVER:
        once = select(ScheduledOnceRow.photo_id).where(ScheduledOnceRow.photo_id == PhotoRow.id)
        query = query.where(~once.exists())
    return query


def _conditions(browse: Browse) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    conditions += [func.strpos(PhotoRow.name_key, func.lower(word)) > 0 for word in browse.text.split()]
    if browse.taken_from is not None:
        conditions.append(PhotoRow.shown_at >= browse.taken_from)
    if browse.taken_before is not None:
        conditions.append(PhotoRow.shown_at < browse.taken_before)
    if browse.missing is not None:
        gone = PhotoRow.missing_since
        conditions.append(gone.is_not(None) if browse.missing else gone.is_(None))
    if browse.verdict is not None:
        undecided = browse.verdict is Verdict.UNDECIDED
        conditions.append(
            PhotoRow.verdict.is_(None) if undecided else PhotoRow.verdict == browse.verdict.value
        )
    if browse.orientation is not None:
        conditions.append(_SHAPES[browse.orientation])
    return conditions


_SHAPES: dict[Orientation, ColumnElement[bool]] = {
    Orientation.PORTRAIT: PhotoRow.ratio < 1,
    Orientation.LANDSCAPE: PhotoRow.ratio > 1,
    Orientation.SQUARE: PhotoRow.ratio == 1,
}
