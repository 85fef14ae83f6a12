"""Retry a post that another terminal changes at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
