"""What became of live posts, as their networks count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select

from fluffy_tui.buffer import Metric
from fluffy_tui.core.database import Database
from fluffy_tui.scheduling.model import Post, Step
from fluffy_tui.scheduling.tables import PostMetricRow, PostRow, StatusSyncRow

FIRST = (
    *("reactions", "likes", "favorites", "comments", "shares", "reposts", "saves"),
    *("reach", "impressions", "views", "clicks"),
)
"""The metrics that are shown first, in this order."""


NOT_IN_BUFFER = "it was not posted through Buffer"
"""Why a post that another program has published has no numbers."""


@dataclass(frozen=True, slots=True)
class Results:
    """What is known of one live post."""

    metrics: tuple[Metric, ...] = ()
    """Empty where Buffer gives none, or has none yet."""
    as_of: datetime | None = None
    """When Buffer got them from the network, which it does once a day."""
    refusal: str = ""
    """Why Buffer gave none when it was last asked."""

    @property
    def by_type(self) -> dict[str, float]:
        """The numbers by Buffer's names for them."""
        return {metric.type: metric.value for metric in self.metrics}


async def results_of(database: Database, posts: Sequence[Post]) -> dict[int, Results]:
    """Return the results of each live post among these, by its id."""
    live = [post.id for post in posts if post.step is Step.LIVE]
    if not live:
        return {}
    place = case({name: place for place, name in enumerate(FIRST)}, value=PostMetricRow.type)
    metrics = select(PostMetricRow).where(PostMetricRow.post_id.in_(live)).order_by(place, PostMetricRow.type)
    refusals = (
        select(PostRow.id, StatusSyncRow.metrics_refusal)
        .join(StatusSyncRow, StatusSyncRow.organization_id == PostRow.organization_id)
        .where(PostRow.id.in_(live), StatusSyncRow.metrics_refusal.is_not(None))
    )
    found: dict[int, list[PostMetricRow]] = {post_id: [] for post_id in live}
    refused = {post.id: NOT_IN_BUFFER for post in posts if post.buffer_post_id is None}
    async with database.transaction() as session:
        refused |= {row[0]: str(row[1]) for row in await session.execute(refusals)}
        for row in await session.scalars(metrics):
            found[row.post_id].append(row)
    return {
        post_id: Results(
            tuple(Metric(row.type, row.value, row.is_percentage) for row in rows),
            max((row.as_of for row in rows), default=None),
            refused.get(post_id, ""),
        )
        for post_id, rows in found.items()
    }
