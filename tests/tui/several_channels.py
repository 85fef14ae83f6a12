"""A submission of sarah's to several channels, on the fakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Step
from tui.fakes import CHANNELS, NOW, FakeServices, make_post, with_channels

if TYPE_CHECKING:
    from fluffy_tui.scheduling import Post

ON = ("channel-1", "channel-2", "gone")
"""Instagram, Bluesky, and a channel that no persona has any more."""


def on_channels(services: FakeServices, post_id: int, *steps: Step) -> list[Post]:
    """Write a post of the photo with this id, and its cross-posts, each on another channel of `ON` and at its step."""
    photo = services.photos.photos[post_id]
    group = [
        replace(
            make_post(post_id + n, photo, f"words {n}", step),
            channel_id=ON[n],
            lead_post_id=post_id if n else None,
            next_try_at=NOW + timedelta(seconds=8) if step is Step.QUEUED else None,
            error_message="Buffer rejected it." if step is Step.FAILED else None,
        )
        for n, step in enumerate(steps)
    ]
    services.scheduling.all_posts |= {one.id: one for one in group}
    services.personas.personas[1] = with_channels(services.personas.personas[1], *CHANNELS[:2])
    return group
