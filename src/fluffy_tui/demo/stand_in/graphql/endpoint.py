"""The GraphQL endpoint over HTTP; it checks client, key, budget and document in Buffer's order."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from aiohttp import hdrs, web
from multidict import CIMultiDict

from fluffy_tui.demo.stand_in.clock import Clock
from fluffy_tui.demo.stand_in.fault_switches import Fault, Faults, Kind
from fluffy_tui.demo.stand_in.graphql.execution import Reply, Request, answer, read_request
from fluffy_tui.demo.stand_in.graphql.rate_limits import RateLimiter
from fluffy_tui.demo.stand_in.world import World

NO_KEY = "An authentication JWT or Access Token is required"
BAD_KEY = "Access token is not valid"
TOO_MANY = "Too many requests from this client. Please try again later."
INTERNAL = "Internal error, please try again"
DEFAULT_RETRY_AFTER = 30
DEFAULT_LATENESS = 70
"""Seconds; the longest that was seen is above 60."""


class _Dropped(Exception):
    """The connection has to end without a reply."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Handles POST on `/` and `/graphql`, and fails where a fault switch says so."""

    world: World
    clock: Clock
    faults: Faults
    limiter: RateLimiter
    root: object
    record: Callable[[Request], None]
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the endpoint."""
        return [
            web.post("/", self.handle),
            web.post("/graphql", self.handle),
            web.get("/", self.refuse_get),
            web.get("/graphql", self.refuse_get),
        ]

    async def refuse_get(self, http: web.Request) -> web.Response:
        """Reply to a GET as Buffer does: as if the key were missing."""
        return _unauthenticated(NO_KEY)

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """Handle one request; every reply is dated by the stand-in's own clock."""
        reply = await self._handle(http)
        if not reply.prepared:
            reply.headers[hdrs.DATE] = format_datetime(self.clock.now(), usegmt=True)
        return reply

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        agent = http.headers.get(hdrs.USER_AGENT, "")
        request = read_request(await http.read(), agent)
        self.record(request)
        if not agent or agent.startswith("Python-urllib") or self._take(Kind.NOT_JSON_403, request):
            return web.Response(status=403, text="error code: 1010")
        refusal = self._check_key(http.headers.get(hdrs.AUTHORIZATION), request)
        if refusal is not None:
            return refusal
        refusal = self._check_budget(request)
        if refusal is not None:
            return refusal
        if endless := self._take(Kind.ENDLESS_BODY, request):
            return await _endless(http, compressed=endless.after)
        try:
            return await self._work(request)
        except _Dropped:
            if http.transport is not None:
                http.transport.abort()
            return web.Response()  # never arrives

    def _check_key(self, header: str | None, request: Request) -> web.Response | None:
        if not header:
            return _unauthenticated(NO_KEY)
        scheme, _, key = header.partition(" ")
        right = hmac.compare_digest(key.strip().encode(), self.world.key.encode())
        if scheme.lower() != "bearer" or not right or self._take(Kind.BAD_KEY, request):
            return _unauthenticated(BAD_KEY)
        return None

    def _check_budget(self, request: Request) -> web.Response | None:
        refusal = self.limiter.admit(self.clock.now())
        fault = self._take(Kind.RATE_LIMITED, request)
        if fault is not None:
            seconds = DEFAULT_RETRY_AFTER if fault.seconds is None else fault.seconds
            return self._too_many(fault.window, round(seconds))
        if self._take(Kind.ABSURD_HEADERS, request):
            limits = [
                ("RateLimit", '"x";r=7;t=999999999999999'),
                ("RateLimit-Policy", '"x";q=100;w=900'),
                (hdrs.RETRY_AFTER, "1000000000"),
            ]
            body = {"errors": [{"message": TOO_MANY, "extensions": {"code": "RATE_LIMIT_EXCEEDED"}}]}
            return web.json_response(body, status=429, headers=CIMultiDict(limits))
        if refusal is not None:
            return self._too_many(refusal.window.name, refusal.retry_after)
        return None

    def _too_many(self, window: str, retry_after: int) -> web.Response:
        body = {"message": TOO_MANY, "extensions": {"code": "RATE_LIMIT_EXCEEDED", "window": window}}
        return self._reply(429, {"errors": [body]}, [(hdrs.RETRY_AFTER, str(retry_after))])

    async def _work(self, request: Request) -> web.Response:
        """Carry out the request; faults before it leave no trace, faults after it do."""
        if self._take(Kind.DROP_BEFORE, request):
            raise _Dropped
        if late := self._take(Kind.LATE_WORK, request):
            self._work_later(request, DEFAULT_LATENESS if late.seconds is None else late.seconds)
            raise _Dropped
        if self._take(Kind.SERVER_ERROR_BEFORE, request):
            return _bad_gateway()
        if slow := self._take(Kind.SLOW, request, after=False):
            await self.faults.hold(slow)
        if self._take(Kind.UNEXPECTED, request, after=False):
            return self._reply(200, _unexpected())
        if self._take(Kind.UNKNOWN_TYPENAME, request):
            return self._reply(200, _unknown_member(request))
        status, body = await answer(request, self.root)
        if status != 200:
            return self._reply(status, body)
        if "posts" in request.fields and self._take(Kind.NULL_NODES, request):
            page = body["data"]["posts"]  # the schema allows no such null, so it is put in afterwards
            page["edges"] = [None] * max(1, len(page["edges"] or ()))
        if slow := self._take(Kind.SLOW, request, after=True):
            await self.faults.hold(slow)
        if self._take(Kind.ACCEPT_THEN_DROP, request):
            raise _Dropped
        if self._take(Kind.SERVER_ERROR_AFTER, request):
            return _bad_gateway()
        if self._take(Kind.UNEXPECTED, request, after=True):
            return self._reply(200, _unexpected())
        return self._reply(200, body)

    def _work_later(self, request: Request, seconds: float) -> None:
        async def work() -> None:
            await asyncio.sleep(seconds)
            await answer(request, self.root)

        task = asyncio.get_running_loop().create_task(work())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def stop(self) -> None:
        """Forget what would have been carried out late."""
        for task in self._late:
            task.cancel()

    def _take(self, kind: Kind, request: Request, *, after: bool | None = None) -> Fault | None:
        posts = (self.world.posts.get(post_id) for post_id in request.posts)
        channels = request.channels | {post.channel_id for post in posts if post is not None}
        return self.faults.take(kind, request.fields, channels, after=after)

    def _reply(self, status: int, body: Reply, headers: Iterable[tuple[str, str]] = ()) -> web.Response:
        budget = self.limiter.headers(self.clock.now())
        return web.json_response(body, status=status, headers=CIMultiDict([*budget, *headers]))


async def _endless(http: web.Request, *, compressed: bool) -> web.StreamResponse:
    """Send a body that goes on for as long as the client reads."""
    reply = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "application/json"})
    piece = b" " * 1_000_000
    if compressed:
        reply.headers[hdrs.CONTENT_ENCODING] = "gzip"
        packer = zlib.compressobj(wbits=31)
        piece = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    await reply.prepare(http)
    with contextlib.suppress(ConnectionError):
        while True:
            await reply.write(piece)
            await asyncio.sleep(0)
    return reply


def _unauthenticated(message: str) -> web.Response:
    body = {"errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]}
    return web.json_response(body, status=401)


def _bad_gateway() -> web.Response:
    page = "<html><head><title>502 Bad Gateway</title></head><body>Bad gateway</body></html>"
    return web.Response(status=502, text=page, content_type="text/html")


def _unexpected() -> Reply:
    return {"data": None, "errors": [{"message": INTERNAL, "extensions": {"code": "UNEXPECTED"}}]}


def _unknown_member(request: Request) -> dict[str, Any]:
    member = {"__typename": "ContentPolicyError", "message": "This post is not allowed."}
    return {"data": dict.fromkeys(request.fields, member)}
