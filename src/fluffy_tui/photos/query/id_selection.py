"""Pieces of SQL that stay fast on a million photos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, column, exists, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from fluffy_tui.photos.tables import PhotoRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.types import TypeEngine


def has_post(scheduled: Select[Any], row: Any = PhotoRow) -> ColumnElement[bool]:
    """Return the condition that a photo has a post, which Postgres can run as a join for any number of them.

    Args:
        scheduled: Selects the ids of all photos that have one.
        row: The photo, or an alias of it.
    """
    posted = scheduled.subquery()
    return exists().where(next(iter(posted.c)) == row.id)


def array_of(values: Sequence[Any], kind: TypeEngine[Any]) -> Any:
    """Return the values as one array parameter, whose statement is the same whatever their number."""
    return bindparam(None, values, type_=ARRAY(kind))


def matching(columns: Iterable[Any], persona_id: int, key: Any, values: Sequence[str | bytes]) -> Select[Any]:
    """Select a persona's photos whose `key` is among the values: one look-up in an index for each of them.

    LATERAL makes that sure. With `key = ANY (…)`, Postgres reads the whole table as long as it has no statistics
    of it, which is just when the first large import runs.

    Args:
        columns: Of PhotoRow.
        persona_id: Whose photos.
        key: A column that is unique within a persona: path or sha256.
        values: Of that column.
    """
    wanted = func.unnest(array_of(values, key.type)).table_valued(column("key", key.type), name="wanted")
    wanted = wanted.render_derived()
    found = (
        select(*columns)
        .where(PhotoRow.persona_id == persona_id, key == wanted.c.key)
        .limit(1)
        .lateral("found")
    )
    return select(*found.c).select_from(wanted.join(found, true()))
