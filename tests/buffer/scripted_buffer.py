"""A server on loopback that gives the replies it was told to give and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from fluffy_tui.buffer import BufferClient, NewPost, Service
from fluffy_tui.settings import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "qZ7-very-secret-key-0123456789"
CAPTION = "Fog over the old harbour at six"
ALT_TEXT = "Three boats in thick fog"
CREATED = "2026-11-02T10:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Reply:
    """One scripted answer; a body that is not a text is sent as JSON."""

    body: Any = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """Reads the request, then resets the connection; with `after`, those bytes are sent first."""

    after: bytes = b""


@dataclass(frozen=True, slots=True)
class Silence:
    """Reads the request and never answers."""


@dataclass(frozen=True, slots=True)
class Drip:
    """Answers with a body that never ends, a byte at a time."""


Step = Reply | Drop | Silence | Drip


@dataclass(slots=True)
class Asked:
    """One request as it came."""

    body: Any
    headers: dict[str, str]

    @property
    def input(self) -> Any:
        """The `$input` variable."""
        return self.body["variables"]["input"]


@dataclass(slots=True)
class ScriptedBuffer:
    """The server: where it is, what it will say and what it was asked."""

    steps: deque[Step]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Give the next scripted answer."""
        self.asked.append(Asked(await request.json(), dict(request.headers)))
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
            pass  # the client gave up, as the test wants
        return stream


@asynccontextmanager
async def scripted_buffer(*steps: Step) -> AsyncIterator[ScriptedBuffer]:
    """Serve these answers on a free loopback port."""
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
    """Serve these answers and open a client on them."""
    async with (
        scripted_buffer(*steps) as server,
        BufferClient(server.url, Secret(KEY), timeout=timeout) as client,
    ):
        yield client, server


def new_post(**changes: Any) -> NewPost:
    """Make a plain post for Instagram."""
    values: dict[str, Any] = {
        "channel_id": "c" * 24,
        "service": Service.INSTAGRAM,
        "text": CAPTION,
        "image_url": "https://media.example.com/k7/delivery-1.jpg",
        "alt_text": ALT_TEXT,
    }
    return NewPost(**(values | changes))


def post_json(**changes: Any) -> dict[str, Any]:
    """Make a post as Buffer sends it."""
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
        "assets": [{"source": "https://media.example.com/k7/delivery-1.jpg"}],
    }
    return values | changes


def success(field: str = "createPost", **changes: Any) -> dict[str, Any]:
    """Make the body of a mutation that went well."""
    return {"data": {field: {"__typename": "PostActionSuccess", "post": post_json(**changes)}}}


def refusal(typename: str, message: str, field: str = "createPost", **more: Any) -> dict[str, Any]:
    """Make the body of a mutation that was refused by a typed error."""
    return {"data": {field: {"__typename": typename, "message": message, **more}}}


def fault(message: str, code: str | None = None, **more: Any) -> dict[str, Any]:
    """Make one entry of an `errors` list."""
    extensions = {} if code is None else {"extensions": {"code": code, **more}}
    return {"message": message, **extensions}


def posts_page(*posts: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    """Make the body of one page of posts; `after` is the cursor of the next one."""
    edges = [{"node": post} for post in posts]
    page_info = {"hasNextPage": after is not None, "endCursor": after}
    return {"data": {"posts": {"edges": edges, "pageInfo": page_info}}}
