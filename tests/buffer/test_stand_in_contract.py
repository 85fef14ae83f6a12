"""The client works with the stand-in, which executes its documents with Buffer's own schema."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from buffer.scripted_buffer import new_post
from fluffy_tui.buffer import BufferClient, BufferError, BufferStatus, Channel, NewPost, NextStep, ShareMode
from fluffy_tui.demo import Kind, StandIn
from fluffy_tui.settings import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MARKER = "k-42"


@asynccontextmanager
async def stand_in(folder: Path) -> AsyncIterator[tuple[BufferClient, StandIn, str]]:
    """Open a stand-in with one picture and a client for it; also yield the organisation's id."""
    Image.new("RGB", (400, 400), "teal").save(folder / f"{MARKER}.jpg")
    async with StandIn(media=folder) as server, BufferClient(server.url, Secret(server.key)) as client:
        (organization,) = (await client.account()).organizations
        yield client, server, organization.id


def photo_for(channel: Channel, server: StandIn, *, due_at: datetime | None = None) -> NewPost:
    """Return a post with the picture, at a custom time if one is given."""
    board = channel.pinterest_boards[0].service_id if channel.pinterest_boards else None
    return new_post(
        channel_id=channel.id,
        service=channel.service,
        image_url=f"{server.media_url}/{MARKER}.jpg",
        share_mode=ShareMode.CUSTOM_SCHEDULED if due_at else ShareMode.ADD_TO_QUEUE,
        due_at=due_at,
        pinterest_board_id=board,
    )


async def ids_of(client: BufferClient, organization_id: str, channel: Channel) -> list[str]:
    """Return the ids of the channel's posts that have the picture, as delivery searches for a post."""
    found = client.posts(organization_id, channel_ids=[channel.id], created_after=LONG_AGO)
    return [post.id async for post in found if any(MARKER in source for source in post.asset_sources)]


async def test_a_post_on_every_network_from_creation_to_deletion(tmp_path: Path) -> None:
    """Create, find, edit and delete on each channel of the sample world."""
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    async with stand_in(tmp_path) as (client, server, organization):
        for channel in await client.channels(organization):
            post = await client.create_post(photo_for(channel, server))
            assert post.status is BufferStatus.SCHEDULED
            assert await ids_of(client, organization, channel) == [post.id]
            edited = await client.edit_post(post.id, photo_for(channel, server, due_at=due))
            assert edited.due_at == due
            await client.delete_post(post.id)
            await client.delete_post(post.id)
            assert await ids_of(client, organization, channel) == []
        assert client.budget.remaining is not None


async def test_a_create_without_a_reply_can_be_found(tmp_path: Path) -> None:
    """This is the only way to avoid sending a post twice."""
    async with stand_in(tmp_path) as (client, server, organization):
        channel = (await client.channels(organization))[0]
        server.faults.add(Kind.ACCEPT_THEN_DROP, operation="createPost")
        with pytest.raises(BufferError) as caught:
            await client.create_post(photo_for(channel, server))
        assert caught.value.next_step is NextStep.LOOK_FIRST
        assert len(await ids_of(client, organization, channel)) == 1
