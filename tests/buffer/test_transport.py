"""Requests: deadlines, connections that fail before or after sending, and headers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from buffer.scripted_buffer import KEY, Drip, Received, Reply, Silence, Step, asking, new_post, success
from fluffy_tui.buffer import BufferClient, BufferError, NextStep
from fluffy_tui.demo import Kind, StandIn, WallClock
from fluffy_tui.outgoing_http import PROXY_HINT
from fluffy_tui.settings import Secret
from refusing_proxy import refusing_proxy


async def failure(step: Step, *, creating: bool) -> BufferError:
    """Create a post or read a channel with a short deadline, expect it to fail, and return the error."""
    async with asking(step, timeout=1.0) as (client, _):
        with pytest.raises(BufferError) as caught:
            await (client.create_post(new_post()) if creating else client.channel("c1"))
        return caught.value


@pytest.mark.parametrize("step", [Silence(), Drip()], ids=["silence", "endless-drip"])
async def test_the_deadline_applies_to_the_whole_request(step: Step) -> None:
    """It also ends silence and an endless trickle of bytes."""
    error = await failure(step, creating=True)
    assert (error.code, error.next_step) == ("no_answer", NextStep.LOOK_FIRST)
    error = await failure(step, creating=False)
    assert (error.code, error.next_step) == ("no_answer", NextStep.RETRY)


async def create_at(url: str, timeout: float = 30.0) -> BufferError:
    """Create a post at this address, expect it to fail, and return the error."""
    async with BufferClient(url, Secret(KEY), timeout=timeout) as client:
        with pytest.raises(BufferError) as caught:
            await client.create_post(new_post())
        return caught.value


async def test_refused_connection_is_safe_to_retry() -> None:
    """No server is listening, so nothing was created."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    error = await create_at(f"http://127.0.0.1:{port}/")
    assert (error.code, error.next_step) == ("unreachable", NextStep.RETRY)


async def test_whether_buffer_can_be_reached_is_asked_without_the_key() -> None:
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with BufferClient(f"http://127.0.0.1:{port}/", Secret(KEY)) as client:
        assert await client.is_reachable()
        [request] = asked
        assert request.startswith(b"HEAD ")
        assert KEY.encode() not in request
        server.close()
        await server.wait_closed()
        assert not await client.is_reachable()


async def test_failed_tls_is_safe_to_retry() -> None:
    """The handshake happens before the request."""
    async with asking() as (_, server):
        error = await create_at(server.url.replace("http:", "https:"))
    assert (error.code, error.next_step) == ("unreachable", NextStep.RETRY)


async def test_timeout_before_anything_was_sent_is_safe_to_retry() -> None:
    """A handshake that hangs times out and leaves no open socket."""
    over = asyncio.Event()

    async def never_greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(never_greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    error = await create_at(f"https://127.0.0.1:{port}/", timeout=0.2)
    over.set()
    server.close()
    await server.wait_closed()
    assert (error.code, error.next_step) == ("unreachable", NextStep.RETRY)


async def test_redirect_is_not_followed() -> None:
    """The second address never gets the key."""
    async with asking(Reply("", 307, (("Location", "/other"),)), Reply(success())) as (client, server):
        with pytest.raises(BufferError):
            await client.create_post(new_post())
        assert len(server.asked) == 1


async def test_headers() -> None:
    """Every request has an operation name, our user agent, and the key in one header only."""
    async with asking(Reply(success())) as (client, server):
        await client.create_post(new_post())
        (asked,) = server.asked
    assert isinstance(asked, Received)
    assert asked.headers["User-Agent"].startswith("fluffy-tui/")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.body["operationName"] == "CreatePost"


@pytest.mark.parametrize("cookie", ["session=1", "ÿ=1", "a=ÿ; expires=Fri, 99 Foo 99999"])
async def test_no_cookie_is_kept(cookie: str) -> None:
    """One with other letters than ASCII's could not even be sent back."""
    reply = Reply(success(), headers=(("Set-Cookie", cookie),))
    async with asking(reply, Reply(success())) as (client, server):
        await client.create_post(new_post())
        await client.create_post(new_post())
        assert "Cookie" not in server.asked[1].headers


@pytest.mark.parametrize("encoding", ["", "Identity"])
async def test_a_body_that_is_said_not_to_be_compressed_is_read(encoding: str) -> None:
    async with asking(Reply(success(), headers=(("Content-Encoding", encoding),))) as (client, _):
        assert await client.create_post(new_post())


@pytest.mark.parametrize("compressed", [False, True])
async def test_a_body_without_an_end_is_refused_while_it_arrives(compressed: bool) -> None:
    """Reading it whole would take all memory; so would unpacking it."""
    async with StandIn() as server, BufferClient(server.url, Secret(server.key)) as client:
        server.faults.add(Kind.ENDLESS_BODY, after=compressed)
        with pytest.raises(BufferError) as caught:
            await client.account()
        assert caught.value.code == "unknown_answer"
        assert await client.account()


async def test_the_time_at_the_server_is_that_of_its_last_reply() -> None:
    clock = WallClock()
    await clock.advance(7200)
    async with StandIn(clock=clock) as server, BufferClient(server.url, Secret(server.key)) as client:
        assert not client.time.is_known
        await client.account()
        assert abs(client.time.now() - clock.now()) < timedelta(seconds=60)
        assert abs(client.time.local_lead + timedelta(hours=2)) < timedelta(seconds=60)


async def test_the_time_of_a_front_that_replies_in_place_of_buffer_is_not_the_servers() -> None:
    page = Reply("<html>502</html>", 502, (("Date", "Tue, 01 Dec 2026 02:00:00 GMT"),))
    async with asking(page) as (client, _):
        with pytest.raises(BufferError):
            await client.create_post(new_post())
        assert not client.time.is_known


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden", "502 Bad Gateway"])
async def test_a_proxy_that_refuses_is_named(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch, status):
        error = await create_at("https://api.buffer.example")
    assert (error.code, error.next_step) == ("proxy_refused", NextStep.HOLD)
    assert error.message == f"A proxy on the way to Buffer rejected the request. The proxy says: {status}."
    assert error.hint == PROXY_HINT


async def test_a_proxy_without_a_tunnel_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch):
        error = await create_at("http://api.buffer.example")
        async with BufferClient("http://api.buffer.example", Secret(KEY)) as client:
            assert not await client.is_reachable()
    assert (error.code, error.next_step) == ("proxy_refused", NextStep.HOLD)


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:9", "gopher://127.0.0.1:9", "http://[::1"])
async def test_a_proxy_that_cannot_be_used_is_named_and_never_passed_by(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program used to end with a traceback at its start."""
    monkeypatch.setenv("ALL_PROXY", address)
    error = await create_at("https://api.buffer.example")
    assert (error.code, error.next_step) == ("proxy_refused", NextStep.HOLD)
