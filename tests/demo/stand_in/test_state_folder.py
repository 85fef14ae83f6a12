"""What survives a restart, and that only one stand-in serves a state folder."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.stand_in_caller import MONDAY, Caller, serving
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo import AlreadyServed, ManualClock, StandIn, WallClock, World, sample_world
from fluffy_tui.demo.stand_in.state_folder import StateFolder
from test_plain_file import other_than_file


async def test_everything_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with serving(tmp_path, state=state) as buffer:
        await buffer.create(buffer.photo())
        await buffer.create(buffer.text_post(mode="shareNow"))
        await buffer.server.advance(15)
        before, key, url = buffer.server.world.to_json(), buffer.server.key, buffer.server.url
    async with serving(tmp_path, state=state) as buffer:
        assert buffer.server.world.to_json() == before
        assert (buffer.server.key, buffer.server.url) == (key, url)
        assert buffer.server.clock.now() == MONDAY + timedelta(seconds=15)
        await buffer.server.advance(86_400)
        assert len(buffer.server.posts("sent")) == 2


async def test_posts_that_became_due_while_it_was_stopped_are_sent_at_the_start(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with serving(tmp_path, state=state) as buffer:
        await buffer.create(buffer.photo())
    clock = ManualClock(MONDAY + timedelta(days=2))
    async with serving(tmp_path, state=state, clock=clock) as buffer:
        await buffer.server.advance(20)
        assert buffer.server.posts()[0].status == "sent"


async def test_every_change_is_on_disk_at_once(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with serving(tmp_path, state=state) as buffer:
        post = await buffer.create(buffer.text_post())
        saved = json.loads((state / "world.json").read_text("utf-8"))
        assert list(saved["world"]["posts"]) == [post["id"]]
        assert (state / "world.json").stat().st_mode & 0o077 == 0
        assert not list(state.glob(".*.part"))


async def test_another_port_if_the_previous_one_is_taken(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with serving(tmp_path, state=state) as buffer:
        port = int(buffer.server.url.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        async with serving(tmp_path, state=state) as buffer:
            assert not buffer.server.url.endswith(f":{port}")
        with pytest.raises(FluffyError, match="cannot listen"):
            await StandIn(port=port).__aenter__()


async def test_second_start_finds_the_first(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with serving(tmp_path, state=state) as buffer:
        with pytest.raises(AlreadyServed) as found:
            await StandIn(state=state).__aenter__()
        assert found.value.address == buffer.server.address
        assert buffer.server.key not in str(found.value)


async def test_two_starts_at_the_same_moment(tmp_path: Path) -> None:
    servers = [StandIn(state=tmp_path / "state", clock=ManualClock(MONDAY)) for _ in range(2)]
    outcomes = await asyncio.gather(*(server.__aenter__() for server in servers), return_exceptions=True)
    (running,) = [outcome for outcome in outcomes if isinstance(outcome, StandIn)]
    (other,) = [outcome for outcome in outcomes if isinstance(outcome, AlreadyServed)]
    assert other.address == running.address
    await running.__aexit__(None, None, None)


async def test_fast_clock_does_not_go_back(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with StandIn(state=state, clock=WallClock(speed=1000), world=World()) as server:
        await server.advance(3600)
        before = server.clock.now()
    async with StandIn(state=state, clock=WallClock(speed=1)) as server:
        assert server.clock.now() >= before
        assert server.clock.now() > datetime.now(UTC)


async def test_publishing_on_a_running_clock(tmp_path: Path) -> None:
    async with serving(tmp_path, clock=WallClock(speed=5000)) as buffer:
        await buffer.create(buffer.text_post(mode="shareNow"))
        await buffer.server.until(lambda: bool(buffer.server.posts("sent")))
        assert buffer.server.posts()[0].external_link


async def test_sample_world_has_channels_and_posts(buffer: Caller) -> None:
    world = sample_world(MONDAY)
    assert [channel.service for channel in world.channels.values()] == [
        "instagram",
        "bluesky",
        "facebook",
        "pinterest",
    ]
    assert sum(channel.is_queue_paused for channel in world.channels.values()) == 1
    assert len([post for post in world.posts.values() if post.status == "scheduled"]) == 3
    assert World.from_json(json.loads(json.dumps(world.to_json()))) == world


@pytest.mark.parametrize("content", ["{", "{}", '{"saved_at": "never", "world": {}}'])
async def test_damaged_state_is_reported_and_releases_the_folder(tmp_path: Path, content: str) -> None:
    file = tmp_path / "world.json"
    file.write_text(content)
    with pytest.raises(FluffyError, match="Delete that file"):
        await StandIn(state=tmp_path).__aenter__()
    file.unlink()
    async with StandIn(state=tmp_path):
        assert file.exists()


async def test_state_folder_that_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FluffyError, match="cannot use the folder"):
        await StandIn(state=tmp_path / "file" / "state").__aenter__()


@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_in_the_place_of_its_files_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    other_than_file(tmp_path / "address.json", kind)
    other_than_file(tmp_path / "world.json", kind)
    state = StateFolder(tmp_path)
    assert state.port() == 0
    with pytest.raises(FluffyError, match="cannot read its saved state"):
        state.load()
