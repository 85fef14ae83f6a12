"""The live posts of the last year with what their networks count, in one query that never reads more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Select,
    func,
    literal_column,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from fluffy_tui.buffer import Metric
from fluffy_tui.core.database import Database
from fluffy_tui.scheduling.model import Step
from fluffy_tui.scheduling.results.comparison import CountedPost, shape_of
from fluffy_tui.scheduling.results.post_results import Results
from fluffy_tui.scheduling.tables import DRAFT, TIME, PostMetricRow, PostRow, StatusSyncRow

SPAN = timedelta(days=365)
"""How old a post may be: an account of years ago says little about the next post."""
MOST = 1_000
"""The newest of those, at most."""


async def counted_posts(database: Database, persona_id: int) -> list[CountedPost]:
    """Return the persona's live posts of the last year, newest first; those without numbers are among them."""
    async with database.transaction() as session:
        rows = (await session.execute(newest_live(persona_id))).all()
    return [
        CountedPost(
            row.id,
            row.photo_id,
            row.channel_id,
            row.at,
            row.caption,
            row.first_comment,
            shape_of(row.width, row.height),
            Results(
                tuple(Metric(*metric) for metric in row.metrics or ()), row.as_of, row.metrics_refusal or ""
            ),
        )
        for row in rows
    ]


def newest_live(persona_id: int) -> Select[*tuple[Any, ...]]:
    """Return the query for the persona's newest live posts, in the order of an index, each with its numbers."""
    metric = PostMetricRow
    numbers = (
        select(
            func.jsonb_agg(func.jsonb_build_array(metric.type, metric.value, metric.is_percentage)).label(
                "metrics"
            ),
            func.max(metric.as_of).label("as_of"),
        )
        .where(metric.post_id == PostRow.id)
        .lateral()
    )
    cover = type_coerce(PostRow.photos, JSONB)[0]
    rendition = cover["rendition"]
    at: ColumnElement[datetime] = literal_column(TIME)
    return (
        select(
            PostRow.id,
            cover["photo_id"].astext.cast(BigInteger).label("photo_id"),
            PostRow.channel_id,
            func.coalesce(PostRow.scheduled_at, PostRow.posted_at).label("at"),
            PostRow.caption,
            PostRow.first_comment,
            rendition["width"].astext.cast(Double).label("width"),
            rendition["height"].astext.cast(Double).label("height"),
            numbers.c.metrics,
            numbers.c.as_of,
            StatusSyncRow.metrics_refusal,
        )
        .select_from(PostRow)
        .join(numbers, true())
        .outerjoin(StatusSyncRow, StatusSyncRow.organization_id == PostRow.organization_id)
        .where(
            PostRow.persona_id == persona_id,
            func.coalesce(PostRow.step, literal_column(f"'{DRAFT}'")) == Step.LIVE,
            at >= func.now() - SPAN,
        )
        .order_by(at.desc(), PostRow.id.desc())
        .limit(MOST)
    )
