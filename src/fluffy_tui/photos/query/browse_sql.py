"""A `Browse` as SQL, written so that indexes serve every order and a first page needs no sorting.

Each index has the photos without a post before those that have one. Where both are asked for, the first of both are
read, and only these are sorted.
"""

from __future__ import annotations

import sys
import unicodedata
from array import array
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    ScalarSelect,
    Select,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from fluffy_tui.name_key import name_key
from fluffy_tui.photos.picture_texts import shows_words
from fluffy_tui.photos.query.browse import MOST_STARS, Browse, Orientation, Posted, Sort, Verdict
from fluffy_tui.photos.scores import BRIGHT_FROM, CLOSED_BELOW, DARK_FROM, SOFT_BELOW, Flaw
from fluffy_tui.photos.tables import PhotoKeywordRow, PhotoRow, ScheduledOnceRow, begins_with

_KEYS: dict[Sort, tuple[str, ...]] = {
    Sort.TAKEN: ("shown_at",),
    Sort.IMPORTED: ("created_at",),
    Sort.NAME: ("name_key",),
    Sort.SHAPE: ("ratio",),
    Sort.SHARPNESS: ("sharpness",),
    Sort.STARS: ("stars", "shown_at"),
}
"""The columns of each order, before the id."""

IN_INDEX_ORDER = text("SET LOCAL enable_sort = off")
"""Without statistics, Postgres expects a library to have few photos, and would read and sort all of them."""


def first_of(query: Select[Any], browse: Browse, *, limit: int, after: int | None) -> Select[Any]:
    """Limit a query of ids to the first of an order, or to those from the photo `after` on, itself included."""
    if after is not None:
        query = query.where(_from_photo(browse, after))
    return _first_in_order(query, browse, limit)


def packed(browse: Browse) -> Select[bytes | None]:
    """Select all ids of an order as one value, 8 bytes each in network order; none is NULL.

    A million of them as rows would block the event loop for seconds.
    """
    packing = func.string_agg(func.int8send(PhotoRow.id), b"", type_=LargeBinary())
    return select(packing.aggregate_order_by(*order(browse)))


def unpacked(ids: bytes | None) -> array[int]:
    """Return the answer to `packed` as signed 8-byte integers of this machine."""
    result = array("q", ids or b"")
    if sys.byteorder == "little":
        result.byteswap()
    return result


def at_moment(query: Select[Any], browse: Browse, moment: datetime) -> Select[Any]:
    """Limit a query of ids to the first photo at or after a moment in an order by time."""
    shown = PhotoRow.shown_at
    reached = shown < moment if browse.descending else shown >= moment
    return _first_in_order(query.where(reached), browse, 1)


def _first_in_order(query: Select[Any], browse: Browse, limit: int) -> Select[Any]:
    in_order = query.order_by(*order(browse, from_index=not browse.has_words)).limit(limit)
    if browse.posted is not Posted.ALL or browse.has_words:
        return in_order
    placed = in_order.with_only_columns(*place(browse))
    both = union_all(
        *(placed.where(has_post) for has_post in (~PhotoRow.is_scheduled, PhotoRow.is_scheduled))
    )
    found = both.subquery("found").c
    return (
        select(found.id)
        .order_by(*(key.desc() if browse.descending else key.asc() for key in found))
        .limit(limit)
    )


def place(browse: Browse, row: Any = PhotoRow) -> list[Any]:
    """Return the columns that place a photo in an order; the last is its id, so no two are at the same place."""
    return [*(getattr(row, name) for name in _KEYS[browse.sort]), row.id]


def order(browse: Browse, row: Any = PhotoRow, *, from_index: bool = True) -> list[ColumnElement[Any]]:
    """Return what to order by.

    If few photos match, reading along an index until a page is full reads the whole table in the worst way: a million
    rows in 5 s instead of 0.4 s. Then `from_index` is false.
    """
    first, *rest = place(browse, row)
    if not from_index:
        first = func.coalesce(first, first)  # the same value, but no longer the index's
    return [column.desc() if browse.descending else column.asc() for column in (first, *rest)]


def _from_photo(browse: Browse, photo_id: int) -> ColumnElement[bool]:
    """Return the condition that a photo is this one or comes after it."""
    *keys, id_ = place(browse)
    here = tuple_(*keys, id_)
    # A scalar for each key: with a row from a subquery Postgres would not use the index's order.
    scalars = (select(key).where(PhotoRow.id == photo_id).scalar_subquery() for key in keys)
    there = tuple_(*scalars, literal(photo_id))
    return here <= there if browse.descending else here >= there


def matching(query: Select[Any], persona_id: int, browse: Browse, row: Any = PhotoRow) -> Select[Any]:
    """Limit a query of photos, or of an alias of them, to those that a `Browse` asks for, folded or not."""
    query = query.where(row.persona_id == persona_id, *_conditions(browse, row, persona_id))
    if browse.posted is Posted.ALL:
        return query
    query = query.where(~row.is_scheduled)
    if browse.posted is Posted.NEVER:
        once = select(ScheduledOnceRow.photo_id).where(ScheduledOnceRow.photo_id == row.id)
        query = query.where(~once.exists())
    return query


def of_verdict(verdict: Verdict, row: Any = PhotoRow) -> ColumnElement[bool]:
    """Return the condition that a photo is flagged like this."""
    condition: ColumnElement[bool] = (
        row.verdict.is_(None) if verdict is Verdict.UNDECIDED else row.verdict == verdict.value
    )
    return condition


def has_closed_eyes(row: Any = PhotoRow) -> ColumnElement[bool]:
    """Return the condition that somebody in a photo has closed eyes."""
    return and_(row.eyes_open >= 0, row.eyes_open < CLOSED_BELOW)


def contains(text: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Return the condition that a text in small letters contains a word, with é in one character or in two."""
    forms = dict.fromkeys(unicodedata.normalize(form, word) for form in ("NFC", "NFD"))
    return or_(*(func.strpos(text, func.lower(form)) > 0 for form in forms))


def _has_keyword(row: Any, persona_id: int, beginning: str) -> ColumnElement[bool]:
    """Return the condition that a photo has a keyword that begins like this.

    They are looked up in the index once, whatever number of photos is then compared with them.
    """
    keyword = PhotoKeywordRow
    of_them = keyword.persona_id == persona_id, begins_with(keyword.key, name_key(beginning))
    condition: ColumnElement[bool] = row.id.in_(select(keyword.photo_id).where(*of_them))
    return condition


def names_of(ids: Select[int]) -> ScalarSelect[str]:
    """Return the names of the files of these photos in one text, in small letters."""
    # as an array, since Postgres without statistics would rather read all photos than look up those of a subquery
    known = PhotoRow.id == any_(func.array(ids.scalar_subquery()))
    return select(func.string_agg(PhotoRow.name_key, "\n")).where(known).scalar_subquery()


def _conditions(browse: Browse, row: Any, persona_id: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    conditions += [
        or_(
            contains(row.name_key, word),
            _has_keyword(row, persona_id, word),
            shows_words(row.id, persona_id, word),
        )
        for word in browse.text.split()
    ]
    conditions += [_has_keyword(row, persona_id, beginning) for beginning in browse.keywords]
    conditions += [shows_words(row.id, persona_id, beginnings) for beginnings in browse.shown_words]
    if browse.screenshots:
        conditions.append(row.is_screenshot)
    if browse.contents is not None:
        conditions.append(row.sha256.in_(map(bytes.fromhex, browse.contents)))
    least, most = browse.stars
    if least > 0:
        conditions += [row.stars > 0, row.stars >= least]  # the first names the index
    if most < MOST_STARS:
        conditions.append(row.stars <= most)
    if browse.taken_from is not None:
        conditions.append(row.shown_at >= browse.taken_from)
    if browse.taken_before is not None:
        conditions.append(row.shown_at < browse.taken_before)
    if browse.missing is not None:
        gone = row.missing_since
        conditions.append(gone.is_not(None) if browse.missing else gone.is_(None))
    if browse.verdict is not None:
        conditions.append(of_verdict(browse.verdict, row))
    if browse.orientation is not None:
        shapes = {
            Orientation.PORTRAIT: row.ratio < 1,
            Orientation.LANDSCAPE: row.ratio > 1,
            Orientation.SQUARE: row.ratio == 1,
        }
        conditions.append(shapes[browse.orientation])
    has_flaw = {
        Flaw.SOFT: and_(row.sharpness >= 0, row.sharpness < SOFT_BELOW),
        Flaw.DARK: row.clipped_dark >= DARK_FROM,
        Flaw.BRIGHT: row.clipped_light >= BRIGHT_FROM,
        Flaw.EYES_CLOSED: and_(row.faces > 0, has_closed_eyes(row)),  # the first names the index
    }
    conditions += [has_flaw[flaw] for flaw in Flaw if flaw in browse.flaws]
    if browse.faces:
        conditions.append(row.faces > 0)
    return conditions
