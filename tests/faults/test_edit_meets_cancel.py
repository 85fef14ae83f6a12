"""One user edits a post while another cancels it: both get a clear answer, and nothing is left of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo import Kind
from fluffy_tui.scheduling import Post, PostNotFound
from scheduling.workplace import Barrier

if TYPE_CHECKING:
    from scheduling.workplace import Workplace


async def test_cancelled_while_an_edit_reads_it(place: Workplace) -> None:
    post = await place.accepted()
    place.stand_in.faults.add(Kind.SLOW, operation="post", after=True)
    editing = asyncio.create_task(place.services.scheduling.edit(post.id, caption="other words"))
    await place.stand_in.received("post")
    await place.services.scheduling.cancel(post.id)
    place.stand_in.faults.release()
    with pytest.raises(PostNotFound, match="no longer exists"):
        await editing
    assert place.in_buffer() == []


@pytest.mark.parametrize(
    "step", ["INSERT ON planned_edits", "UPDATE ON planned_edits", "INSERT ON post_events"]
)
async def test_cancelled_while_an_edit_is_recorded(place: Workplace, step: str) -> None:
    post = await place.accepted()
    barrier = Barrier(place.services.database.url, "true", before=step)
    editing = asyncio.create_task(place.services.scheduling.edit(post.id, caption="other words"))
    await barrier.reached()
    cancelling = asyncio.create_task(place.services.scheduling.cancel(post.id))
    await place.until_one_waits()
    await asyncio.to_thread(barrier.remove)
    [edited] = await asyncio.gather(editing, return_exceptions=True)
    assert isinstance(edited, Post | FluffyError), "whichever was first, the user gets a clear answer"
    await cancelling
    assert place.in_buffer() == []
    assert await place.services.scheduling.post(post.id) is None
    assert len(await place.services.photos.unscheduled(place.persona)) == 1
