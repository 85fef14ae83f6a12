"""Queries for the posts of a persona around a time, whose cost does not grow with the number of posts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from fluffy_tui.core.database import rows_of
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.photos import contains, names_of
from fluffy_tui.scheduling.model import Step, TimeKey
from fluffy_tui.scheduling.tables import DRAFT, NO_TIME_SQL, PostRow

GOES_AT = func.coalesce(
    PostRow.posted_at, PostRow.scheduled_at, PostRow.requested_at_time, literal_column(NO_TIME_SQL)
)
"""When a post went or goes out, as `Post.goes_at`; those without a time come last."""
_step = func.coalesce(PostRow.step, literal_column(f"'{DRAFT}'"))


def posts_beyond(
    persona_id: int,
    start: TimeKey,
    *,
    later: bool,
    steps: Collection[Step | None] | None,
    limit: int,
    text: str = "",
) -> Select[PostRow, bool]:
    """Return the query for the posts next to a place in the order of `Post.time_key`, the nearest first.

    A post at the place itself is not returned. Among the steps, None means drafts; without any, all count.
    With each post comes whether it has the text: so it is known how far was searched, and every search ends. Of each
    step the nearest are read in the order of an index, and the nearest of those are returned.
    """
    names = [step or DRAFT for step in (steps if steps is not None else (*Step, None))]
    step = rows_of({"name": Text()}, ((name,) for name in names))
    place = tuple_(GOES_AT, PostRow.id)
    at_step = select(PostRow, GOES_AT.label("at")).where(
        PostRow.persona_id == persona_id, _step == step.c.name, place > start if later else place < start
    )
    order = (GOES_AT, PostRow.id) if later else (GOES_AT.desc(), PostRow.id.desc())
    near = at_step.order_by(*order).limit(limit).lateral()
    nearest = (near.c.at, near.c.id) if later else (near.c.at.desc(), near.c.id.desc())
    query = select(aliased(PostRow, near), has_text(near.c, text)).select_from(step).join(near, true())
    return query.order_by(*nearest).limit(limit)


def next_due(persona_ids: Sequence[int]) -> Select[int, datetime]:
    """Return the query for the time of the next post in Buffer of each persona that has one."""
    persona = rows_of({"id": BigInteger()}, ((id_,) for id_ in persona_ids))
    waiting = (PostRow.persona_id == persona.c.id, _step == literal_column(f"'{Step.ACCEPTED}'"))
    due = (
        select(PostRow.scheduled_at)
        .where(*waiting, PostRow.scheduled_at.is_not(None))
        .order_by(GOES_AT)
        .limit(1)
        .lateral()
    )
    return select(persona.c.id, due.c.scheduled_at).select_from(persona).join(due, true())


def at_steps(persona_ids: Sequence[int], steps: Sequence[Step]) -> ColumnElement[bool]:
    """Return the condition that a post is one of these personas' and at one of these steps.

    It is answered by an index with the personas first, whatever Postgres expects.
    """
    return and_(PostRow.persona_id.in_(persona_ids), _step.in_(steps))


def has_text(post: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that each word of a text is in a post's caption or in the names of its photos' files.

    The post is the row, or the columns of a subquery.
    """
    listed = func.jsonb_array_elements(type_coerce(post.photos, JSONB)).table_valued("value")
    ids = select(cast(listed.c.value.op("->>")("photo_id"), BigInteger))
    searched = func.lower(post.caption) + "\n" + func.coalesce(names_of(ids), "")
    return and_(true(), *(contains(searched, word) for word in UNSAFE.sub(" ", text).split()))
