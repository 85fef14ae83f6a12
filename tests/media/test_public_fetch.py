"""Fetching back: each way in which a public address is known to fail."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.media import MediaHostError
from fluffy_tui.media.public_fetch import public_digest, verify_public
from fluffy_tui.outgoing_http import PROXY_HINT
from refusing_proxy import refusing_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from media.media_servers import ToldServer

pytest_plugins = ("media.media_servers",)

PICTURE = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


def reply(
    *,
    status: str = "200 OK",
    kind: str | None = "image/jpeg",
    length: int | None = len(PICTURE),
    body: bytes = PICTURE,
    more: str = "",
) -> bytes:
    """Return a raw HTTP answer."""
    lines = [f"HTTP/1.1 {status}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind is not None else []
    lines += [f"Content-Length: {length}"] if length is not None else []
    lines += [more] if more else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


GOOD_HEAD, GOOD_GET = reply(body=b""), reply()


async def refusal(
    told: ToldServer, head: bytes | None, get: bytes | None, *, timeout: float = 60.0
) -> MediaHostError:
    """Verify against these answers and return the error."""
    told.answers = {"HEAD": head, "GET": get}
    with pytest.raises(MediaHostError) as caught:
        await verify_public(told.url, PICTURE, timeout=timeout)
    assert caught.value.hint
    return caught.value


async def test_a_good_answer_passes(told_server: ToldServer) -> None:
    """Right type, right length, right bytes, for both methods; parameters of the type do not matter."""
    told_server.answers = {"HEAD": GOOD_HEAD, "GET": reply(kind="Image/JPEG; charset=binary")}
    await verify_public(told_server.url, PICTURE)


@pytest.mark.parametrize(
    ("answer", "words", "temporary"),
    [
        ({"status": "302 Found", "more": "Location: http://127.0.0.1/x"}, "redirected", False),
        ({"status": "304 Not Modified"}, "answers with status 304", False),
        ({"status": "403 Forbidden"}, "not public", False),
        ({"status": "401 Unauthorized"}, "not public", False),
        ({"status": "405 Method Not Allowed"}, "status 405", False),
        ({"status": "404 Not Found"}, "status 404", True),
        ({"status": "429 Too Many Requests"}, "status 429", True),
        ({"status": "503 Service Unavailable"}, "status 503", True),
        ({"kind": "text/html"}, "Content-Type text/html", False),
        ({"kind": "application/octet-stream"}, "instead of image/jpeg", False),
        ({"kind": None}, "Content-Type none", False),
        ({"length": 0, "body": b""}, "Content-Length 0", False),
        ({"length": None}, "Content-Length none", False),
        ({"length": 3, "body": b"abc"}, "Content-Length 3", False),
    ],
)
@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_a_wrong_answer_is_named(
    told_server: ToldServer, answer: dict[str, str], words: str, temporary: bool, method: str
) -> None:
    """The message says which method went wrong and how; only what may pass is temporary."""
    wrong = reply(**{"body": b"" if method == "HEAD" else PICTURE, **answer})  # type: ignore[arg-type]
    error = await refusal(
        told_server, wrong if method == "HEAD" else GOOD_HEAD, wrong if method == "GET" else GOOD_GET
    )
    assert words in error.message
    assert f"{method} " in error.message
    assert error.temporary is temporary


async def test_another_picture_is_named(told_server: ToldServer) -> None:
    """Same length, other bytes."""
    other = b"\xff\xd8" + b"x" * (len(PICTURE) - 2)
    error = await refusal(told_server, GOOD_HEAD, reply(body=other))
    assert "another picture" in error.message
    assert not error.temporary


async def test_an_answer_cut_short_is_temporary(told_server: ToldServer) -> None:
    """The connection ends in the middle."""
    assert (await refusal(told_server, GOOD_HEAD, reply(body=PICTURE[:5]))).temporary


async def test_silence_is_temporary(told_server: ToldServer) -> None:
    """A server that takes the request and never answers."""
    error = await refusal(told_server, None, None, timeout=0.5)
    assert "no answer within 0.5 s, and Buffer waits no longer" in error.message
    assert error.temporary


async def test_an_unreachable_server_is_temporary() -> None:
    """Nothing listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(MediaHostError) as caught:
        await verify_public(f"http://127.0.0.1:{port}/x.jpg", PICTURE)
    assert caught.value.temporary
    assert caught.value.unreachable
    assert f"127.0.0.1:{port}" in caught.value.message


@pytest.mark.parametrize(
    "url", ["ftp://example.com/x.jpg", "/x.jpg", "", "https:///x.jpg", "http://example.com:port/x.jpg"]
)
async def test_what_is_no_address_is_permanent(url: str) -> None:
    """Trying again would not help."""
    with pytest.raises(MediaHostError) as caught:
        await verify_public(url, PICTURE)
    assert not caught.value.temporary


async def test_an_untrusted_certificate_is_a_permanent_error(untrusted_server: str) -> None:
    """Buffer would refuse it too, so it is not accepted here."""
    with pytest.raises(MediaHostError) as caught:
        await verify_public(f"{untrusted_server}/x.jpg", PICTURE)
    assert "self-signed certificate" in caught.value.message
    assert not caught.value.temporary


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        ({"status": "302 Found", "more": "Location: https://me:pw@cdn.example/x"}, "without a redirect"),
        ({"status": "403 Forbidden"}, "Let everyone read"),
        ({"status": "405 Method Not Allowed"}, "Buffer asks with HEAD"),
        ({"status": "404 Not Found"}, "FLUFFY_MEDIA_BASE_URL"),
        ({"status": "503 Service Unavailable"}, "the web server runs"),
        ({"kind": "text/html"}, "FLUFFY_MEDIA_BASE_URL"),
        ({"kind": "image/webp"}, "image optimisation"),
        ({"length": 7, "body": b"smaller"}, "image optimisation"),
    ],
)
async def test_each_refusal_has_its_own_remedy(
    told_server: ToldServer, answer: dict[str, str], remedy: str
) -> None:
    error = await refusal(told_server, reply(**{**answer, "body": b""}), GOOD_GET)  # type: ignore[arg-type]
    assert remedy in error.hint
    assert "pw" not in error.message


@contextlib.asynccontextmanager
async def serving(answer: Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """Serve an answer that is written bit by bit; yield the picture's address."""
    handlers: set[asyncio.Task[None] | None] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await answer(await reader.readuntil(b"\r\n\r\n"), writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x.jpg"
        for task in filter(None, handlers):
            task.cancel()
        await asyncio.gather(*filter(None, handlers))


async def test_a_body_without_an_end_is_read_no_further_than_the_picture() -> None:
    """Chunks override the length that the headers name."""
    sent = 0

    async def pour(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        fetched = request.startswith(b"GET")
        writer.write(reply(body=b"", more="Transfer-Encoding: chunked" if fetched else ""))
        while fetched:
            writer.write(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
            await writer.drain()
            sent += 1

    async with serving(pour) as url:
        with pytest.raises(MediaHostError, match="more than the picture"):
            await public_digest(url, len(PICTURE))
    assert sent < 20


@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_a_server_that_gives_a_byte_now_and_then_is_ended(method: str) -> None:
    """Each step is in time, and together they would never end."""
    endless = {"HEAD": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000, "GET": GOOD_GET[:-1] + b"x" * 10_000}

    async def trickle(request: bytes, writer: asyncio.StreamWriter) -> None:
        if not request.startswith(method.encode()):
            writer.write(GOOD_HEAD)
            return
        start = len(GOOD_HEAD) if method == "GET" else 0
        writer.write(endless[method][:start])
        for byte in endless[method][start:]:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.1)

    async with serving(trickle) as url:
        with pytest.raises(MediaHostError) as caught:
            await verify_public(url, PICTURE, timeout=30, limit=0.5)
    assert "took longer than" in caught.value.message
    assert caught.value.temporary


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_refuses_is_named(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with refusing_proxy(monkeypatch):
        with pytest.raises(MediaHostError, match=r"a proxy refuses \(.*407") as caught:
            await verify_public(f"{scheme}://media.example.com/picture.jpg", PICTURE)
    assert caught.value.hint == PROXY_HINT
