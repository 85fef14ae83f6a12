"""A pin goes on the chosen board, and on no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.scheduling import Reason, Step
from fluffy_tui.scheduling.tables import PostRow

if TYPE_CHECKING:
    from fluffy_tui.buffer import Channel
    from scheduling.workplace import Workplace


@pytest.fixture
async def pins(place: Workplace) -> Channel:
    """Return the stand-in's Pinterest channel, with its queue running."""
    pins = next(
        channel for channel in await place.services.personas.available_channels() if channel.pinterest_boards
    )
    place.stand_in.set_channel(pins.id, queue_paused=False)
    return next(
        channel for channel in await place.services.personas.available_channels() if channel.id == pins.id
    )


async def test_a_pin_needs_a_board_and_goes_on_it(place: Workplace, pins: Channel) -> None:
    personas, scheduling = place.services.personas, place.services.scheduling
    place.persona = await personas.set_channel(place.persona, pins.id)
    photo = await place.photo()
    refused = await scheduling.schedule_post(photo, "a pin")
    assert (refused.ok, refused.code) == (False, Reason.NO_CHANNEL)
    assert "board" in refused.reason
    board = pins.pinterest_boards[1].service_id
    place.persona = await personas.set_channel(place.persona, pins.id, board)
    result = await scheduling.schedule_post(photo, "a pin")
    assert result.post is not None, result.reason
    await place.services.delivery.deliver(result.post.id)
    [remote] = place.in_buffer()
    assert remote.metadata["pinterest"]["boardServiceId"] == board
    edited = await scheduling.edit(result.post.id, caption="better words")
    assert edited.caption == "better words"
    assert place.in_buffer()[0].metadata["pinterest"]["boardServiceId"] == board


async def test_a_deleted_board_fails_the_post_and_says_what_to_do(place: Workplace, pins: Channel) -> None:
    personas, scheduling = place.services.personas, place.services.scheduling
    kept, lost = (board.service_id for board in pins.pinterest_boards)
    place.persona = await personas.set_channel(place.persona, pins.id, lost)
    result = await scheduling.schedule_post(await place.photo(), "a pin")
    assert result.post is not None, result.reason
    await personas.set_channel(place.persona, pins.id, kept)
    async with place.services.database.transaction() as session:
        row = await session.get_one(PostRow, result.post.id)
        row.pinterest_board_id = "a board that was deleted"
    await place.services.delivery.deliver(result.post.id)
    failed = await scheduling.post(result.post.id)
    assert failed is not None
    assert (failed.step, failed.error_code) == (Step.FAILED, "board_missing")
    assert "board" in str(failed.error_message)
    assert place.in_buffer() == []
    await scheduling.retry(result.post.id)
    await place.services.delivery.deliver(result.post.id)
    [remote] = place.in_buffer()
    assert remote.metadata["pinterest"]["boardServiceId"] == kept, "the persona's current one"
