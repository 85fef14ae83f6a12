"""A server on loopback that sends scripted replies and records its requests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from fluffy_tui.buffer import BufferClient, NewPicture, NewPost, Service
from fluffy_tui.settings import Secret

KEY = "qZ7-very-secret-key-0123456789"
CAPTION = "Fog over the old harbour at six"
ALT_TEXT = "Three boats in thick fog"
PICTURE = "https://media.example.com/k7/delivery-1.jpg"
CREATED = "2026-11-02T10:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Reply:
    """A scripted reply; a body that is not a string is sent as JSON."""

    body: Any = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """Reads the request, then resets the connection; with `after`, those bytes are sent first."""

    after: bytes = b""


@dataclass(frozen=True, slots=True)
class Silence:
    """Reads the request and never replies."""


@dataclass(frozen=True, slots=True)
class Drip:
    """Replies with an endless body, one byte at a time."""


Step = Reply | Drop | Silence | Drip


@dataclass(slots=True)
class Received:
    """A request."""

    body: Any
    headers: dict[str, str]

    @property
    def input(self) -> Any:
        """The `$input` variable."""
        return self.body["variables"]["input"]


@dataclass(slots=True)
class ScriptedBuffer:
    """The server: its address, its scripted replies and the requests it has received."""

    steps: deque[Step]
    url: str = ""
    asked: list[Received] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Send the next scripted reply."""
        self.asked.append(Received(await request.json(), dict(request.headers)))
        match self.steps.popleft():
            case Reply(body, status, headers):
                reply = web.json_response(body, status=status)
                if isinstance(body, str):
                    reply = web.Response(text=body, status=status)
                for name, value in headers:
                    reply.headers.add(name, value)
                return reply
            case Drop(after):
                assert request.transport is not None
                request.transport.write(after)
                request.transport.close() if after else request.transport.abort()
            case Silence():
                await self.over.wait()
            case Drip():
                return await self._drip(request)
        return web.Response()

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        try:
            while not self.over.is_set():
                await stream.write(b" ")
                await asyncio.sleep(0)
        except ConnectionResetError:
            pass  # the client gave up, as the test expects
        return stream


@asynccontextmanager
async def scripted_buffer(*steps: Step) -> AsyncIterator[ScriptedBuffer]:
    """Serve these replies on a free loopback port."""
    server = ScriptedBuffer(deque(steps))
    app = web.Application()
    app.router.add_post("/{tail:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}/graphql"
        yield server
    finally:
        server.over.set()
        await runner.cleanup()


@asynccontextmanager
async def asking(*steps: Step, timeout: float = 30.0) -> AsyncIterator[tuple[BufferClient, ScriptedBuffer]]:
    """Serve these replies and open a client for them."""
    async with (
        scripted_buffer(*steps) as server,
        BufferClient(server.url, Secret(KEY), timeout=timeout) as client,
    ):
        yield client, server


def new_post(**changes: Any) -> NewPost:
    """Return a simple post for Instagram."""
    values: dict[str, Any] = {
        "channel_id": "c" * 24,
        "service": Service.INSTAGRAM,
        "text": CAPTION,
        "pictures": (NewPicture(PICTURE, ALT_TEXT),),
    }
    return NewPost(**(values | changes))


def post_json(**changes: Any) -> dict[str, Any]:
    """Return a post as Buffer sends it."""
    values: dict[str, Any] = {
        "id": "a" * 24,
        "status": "scheduled",
        "text": CAPTION,
        "channelId": "c" * 24,
        "dueAt": "2026-11-03T09:30:00.000Z",
        "sentAt": None,
        "createdAt": CREATED,
        "via": "buffer",
        "externalLink": None,
        "error": None,
        "assets": [{"source": PICTURE}],
    }
    return values | changes


def success(field: str = "createPost", **changes: Any) -> dict[str, Any]:
    """Return the body of a successful mutation."""
    return {"data": {field: {"__typename": "PostActionSuccess", "post": post_json(**changes)}}}


def refusal(typename: str, message: str, field: str = "createPost", **more: Any) -> dict[str, Any]:
    """Return the body of a mutation that was refused with a typed error."""
    return {"data": {field: {"__typename": typename, "message": message, **more}}}


def error_entry(message: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    """Return one entry of an `errors` list."""
    extensions = {} if code is None else {"extensions": {"code": code, **more}}
    return {"message": message, **extensions}


def posts_page(*posts: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    """Return the body of one page of posts; `after` is the cursor of the next page."""
    edges = [{"node": post} for post in posts]
    page_info = {"hasNextPage": after is not None, "endCursor": after}
    return {"data": {"posts": {"edges": edges, "pageInfo": page_info}}}
