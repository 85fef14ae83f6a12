"""The client works with the stand-in, which executes its documents with Buffer's own schema."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from buffer.scripted_buffer import new_post
from fluffy_tui.buffer import (
    BufferClient,
    BufferError,
    BufferStatus,
    Channel,
    Code,
    NewPicture,
    NewPost,
    NextStep,
    PeopleTag,
    ShareMode,
)
from fluffy_tui.demo import Channel as StandInChannel, Kind, StandIn, week
from fluffy_tui.networks import all_rules, rules_for
from fluffy_tui.settings import Secret

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MARKER = "k-42"


@asynccontextmanager
async def stand_in(folder: Path) -> AsyncIterator[tuple[BufferClient, StandIn, str]]:
    """Open a stand-in with one picture and a client for it; also yield the organisation's id."""
    Image.new("RGB", (400, 400), "teal").save(folder / f"{MARKER}.jpg")
    async with StandIn(media=folder) as server, BufferClient(server.url, Secret(server.key)) as client:
        (organization,) = (await client.account()).organizations
        yield client, server, organization.id


def photo_for(
    channel: Channel,
    server: StandIn,
    *,
    due_at: datetime | None = None,
    pictures: tuple[NewPicture, ...] = (),
) -> NewPost:
    """Return a post with these pictures or the first one, at a custom time if one is given."""
    board = channel.pinterest_boards[0].service_id if channel.pinterest_boards else None
    return new_post(
        channel_id=channel.id,
        service=channel.service,
        pictures=pictures or (NewPicture(f"{server.media_url}/{MARKER}.jpg", "a teal square"),),
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


def pictures_for(server: StandIn, count: int) -> tuple[NewPicture, ...]:
    """Return so many pictures, told apart by what follows the address of the same file."""
    return tuple(
        NewPicture(f"{server.media_url}/{MARKER}.jpg?{number}", f"picture {number}")
        for number in range(count)
    )


async def channel_on(client: BufferClient, server: StandIn, service: str) -> Channel:
    """Return a channel on this network, added to the world if there is none."""
    known = [channel for channel in server.world.channels.values() if channel.service == service]
    added = known or [server.world.add_channel(StandInChannel("new", service, "UTC", week("mon", "09:00")))]
    return await client.channel(added[0].id)


async def refusal_of(client: BufferClient, new: NewPost) -> Code:
    """Create a post that Buffer must refuse for good, and return the code."""
    with pytest.raises(BufferError) as caught:
        await client.create_post(new)
    assert caught.value.next_step is NextStep.FINAL
    return caught.value.code


@pytest.mark.parametrize("service", sorted(set(all_rules()) - {"unknown", "youtube", "startPage"}))
async def test_as_many_pictures_as_the_rules_allow_are_accepted_in_order(
    tmp_path: Path, service: str
) -> None:
    """And everything else that the network has; a channel of any network takes the rest and leaves it out."""
    async with stand_in(tmp_path) as (client, server, _):
        channel = await channel_on(client, server, service)
        pictures = pictures_for(server, rules_for(service).photo_limit)
        tagged = replace(pictures[-1], tags=(PeopleTag("ann", 0.25, 1),))
        new = replace(
            photo_for(channel, server, pictures=(*pictures[:-1], tagged)),
            first_comment="#fog",
            is_ai_generated=True,
            is_ai_assisted=True,
        )
        post = await client.create_post(new)
        assert post.asset_sources == tuple(picture.url for picture in pictures)
        assert post.alt_texts == tuple(picture.alt_text for picture in pictures)
        edited = await client.edit_post(post.id, replace(new, text="Other words"))
        assert (edited.text, edited.asset_sources) == ("Other words", post.asset_sources)


@pytest.mark.parametrize("service", ["instagram", "bluesky", "twitter", "pinterest"])
async def test_one_picture_too_many_is_refused(tmp_path: Path, service: str) -> None:
    """The rules have the number that Buffer has, where both are known."""
    async with stand_in(tmp_path) as (client, server, _):
        channel = await channel_on(client, server, service)
        new = photo_for(channel, server, pictures=pictures_for(server, rules_for(service).photo_limit + 1))
        assert await refusal_of(client, new) is Code.TOO_MANY_PICTURES
        assert server.posts("scheduled", "sent") == server.posts()
        assert not list(server.world.posts_of(channel.id, "draft", "error"))


@pytest.mark.parametrize("service", ["instagram", "facebook", "linkedin"])
async def test_a_first_comment_needs_a_paid_plan(tmp_path: Path, service: str) -> None:
    """Nothing is created, so the post can be sent again without the comment."""
    async with stand_in(tmp_path) as (client, server, organization):
        channel = await channel_on(client, server, service)
        new = replace(photo_for(channel, server), first_comment="#fog")
        server.set_plan(paid=False)
        assert await refusal_of(client, new) is Code.FIRST_COMMENT_REFUSED
        assert await ids_of(client, organization, channel) == []
        post = await client.create_post(replace(new, first_comment=""))
        await client.edit_post(post.id, replace(new, first_comment="", text="Other words"))
        server.set_plan(paid=True)
        await client.edit_post(post.id, new)
        (own,) = server.world.posts[post.id].metadata.values()
        assert own["firstComment"] == "#fog"
        await client.edit_post(post.id, replace(new, first_comment=""))
        (own,) = server.world.posts[post.id].metadata.values()
        assert own["firstComment"] is None


async def test_too_many_tags_are_refused(tmp_path: Path) -> None:
    """The number is of the whole post."""
    async with stand_in(tmp_path) as (client, server, _):
        channel = await channel_on(client, server, "instagram")
        tags = tuple(PeopleTag(f"person{number}", 0.5, 0.5) for number in range(21))
        first, second = pictures_for(server, 2)
        tagged = (replace(first, tags=tags[:20]), replace(second, tags=tags[20:]))
        assert (
            await refusal_of(client, photo_for(channel, server, pictures=tagged)) is Code.PEOPLE_TAGS_REFUSED
        )


@pytest.mark.parametrize("kind", [Kind.DROP_ASSET, Kind.DROP_ONE_ASSET])
async def test_a_dropped_picture_is_noticed(tmp_path: Path, kind: Kind) -> None:
    """In a new post and in an edited one."""
    async with stand_in(tmp_path) as (client, server, _):
        channel = await channel_on(client, server, "instagram")
        new = photo_for(channel, server, pictures=pictures_for(server, 3))
        server.faults.add(kind)
        with pytest.raises(BufferError) as caught:
            await client.create_post(new)
        assert caught.value.code is Code.IMAGE_DROPPED
        assert caught.value.post is not None
        await client.delete_post(caught.value.post.id)
        post = await client.create_post(new)
        server.faults.add(kind)
        with pytest.raises(BufferError) as caught:
            await client.edit_post(post.id, replace(new, text="Other words"))
        assert caught.value.code is Code.IMAGE_DROPPED


async def test_pictures_at_other_addresses_keep_their_number_and_texts(tmp_path: Path) -> None:
    """That is what is left to recognise the post by."""
    async with stand_in(tmp_path) as (client, server, _):
        channel = await channel_on(client, server, "instagram")
        server.faults.add(Kind.REWRITTEN_ASSETS)
        post = await client.create_post(photo_for(channel, server, pictures=pictures_for(server, 3)))
        assert not any(MARKER in source for source in post.asset_sources)
        assert post.alt_texts == ("picture 0", "picture 1", "picture 2")
