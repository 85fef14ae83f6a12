"""Live posts of sarah's with numbers, on the fakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fluffy_tui.buffer import Metric
from fluffy_tui.photos import Orientation
from fluffy_tui.scheduling import Results, Step
from tui.fakes import NOW, FakeServices, make_post

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post

WEEK = timedelta(days=7)
MONDAY = NOW.replace(hour=14, minute=0) - timedelta(days=8)
"""09:00 in New York, on Monday of the week before."""


def live(
    services: FakeServices,
    photo_id: int,
    *,
    at: datetime,
    caption: str = "fog",
    first_comment: str = "",
    channel_id: str = "channel-1",
    shape: Orientation | None = None,
    lead_post_id: int | None = None,
    counted_after: timedelta = timedelta(days=2),
    **numbers: float,
) -> Post:
    """Add a live post of one of sarah's photos, with the numbers that its network gave some time later."""
    id_ = max(services.scheduling.all_posts, default=0) + 1
    photo = services.photos.photos[photo_id]
    post = make_post(id_, photo, caption, Step.LIVE, first_comment=first_comment)
    post = replace(
        post, scheduled_at=at, posted_at=at, channel_id=channel_id, created_at=at, lead_post_id=lead_post_id
    )
    services.scheduling.all_posts[id_] = post
    if shape is not None:
        services.scheduling.shapes[id_] = shape
    metrics = tuple(Metric(name, value, name.endswith("Rate")) for name, value in numbers.items())
    if metrics:
        services.scheduling.known_results[id_] = Results(metrics, at + counted_after)
    return post


def a_year(
    services: FakeServices, reactions: Sequence[int] = (80, 120, 40, 200, 90, 60, 150, 110)
) -> list[Post]:
    """Add a live post of each of some photos, one a week, on Mondays at 09:00 and Thursdays at 18:00."""
    shapes = (Orientation.PORTRAIT, Orientation.LANDSCAPE, Orientation.PORTRAIT, Orientation.SQUARE)
    captions = (
        "Fog on the pier #Fog #sea",
        "coffee first #coffee",
        "beach walk, day three #sea",
        "snow [/b][red #fog",
    )
    return [
        live(
            services,
            20 + n,
            at=MONDAY - n * WEEK + (timedelta(days=3, hours=9) if n % 2 else timedelta()),
            caption=captions[n % len(captions)],
            shape=shapes[n % len(shapes)],
            reactions=number,
            comments=number // 10,
            reach=12 * number + 40,
        )
        for n, number in enumerate(reactions)
    ]
