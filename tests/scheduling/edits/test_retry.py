"""Retry a post that another terminal changes at the same moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from fluffy_tui.scheduling import PostNotFound
from fluffy_tui.scheduling.edits.retry import Retry

if TYPE_CHECKING:
    from scheduling.workplace import Workplace


@pytest.mark.parametrize("upload_again", [False, True])
async def test_a_post_that_was_cancelled_since_it_was_read_is_told_to_be_gone(
    place: Workplace, upload_again: bool
) -> None:
    services = place.services
    read = await place.submit()
    if upload_again:
        await services.delivery.deliver(read.id)
        found = await services.scheduling.post(read.id)
        assert found is not None
        read = found
    await services.scheduling.cancel(read.id)
    scheduling = services.scheduling
    retry = Retry(
        services.database,
        scheduling.queue,
        services.personas,
        services.buffer,
        (),
        scheduling.request_budget,
    )
    with pytest.raises(PostNotFound, match="no longer exists"):
        await (retry.upload_again(read) if upload_again else retry.retry(read))


async def test_a_retry_lets_a_check_of_the_same_post_end_first(place: Workplace) -> None:
    services = place.services
    post = await place.submit()
    await place.execute(
        "UPDATE posts SET status = 'failed', step = 'failed', error_code = 'rejected', error_message = 'No.'"
        f" WHERE id = {post.id}"
    )
    async with services.database.transaction() as session:
        await session.execute(text(f"SELECT FROM posts WHERE id = {post.id} FOR KEY SHARE"))
        retried = asyncio.create_task(services.scheduling.retry(post.id))
        await place.until_one_waits()
        await session.execute(text(f"UPDATE posts SET missing_since = now() WHERE id = {post.id}"))
    assert (await retried).state == "queued"
