"""Buffer answers null instead of its posts: that does not prove that a create did not arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fluffy_tui.demo import Kind, StandIn
from fluffy_tui.scheduling import Step
from scheduling.workplace import workplace

if TYPE_CHECKING:
    from pathlib import Path


async def test_null_instead_of_posts_never_leads_to_a_second_create(
    database_url: str, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    stand_in = StandIn(media=media, duplicate_window=timedelta(0))
    async with stand_in, workplace(database_url, tmp_path, stand_in, media) as place:
        stand_in.faults.add(Kind.ACCEPT_THEN_DROP)
        stand_in.faults.add(Kind.NULL_EDGES, count=1000)
        async with place.worker():
            post = await place.submit()
            # Together its pauses are longer than the time after which a create counts as settled.
            await place.until(post.id, lambda now: now.attempts >= 9 or now.step is Step.ACCEPTED)
            stand_in.faults.clear()
            done = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
        [remote] = place.in_buffer()
        assert done.buffer_post_id == remote.id
