"""The stand-in Buffer: GraphQL, the media folder and the control API on one loopback port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.demo.stand_in.clock import Clock, WallClock
from fluffy_tui.demo.stand_in.control_api import control_routes
from fluffy_tui.demo.stand_in.fault_switches import Faults
from fluffy_tui.demo.stand_in.graphql.endpoint import Endpoint
from fluffy_tui.demo.stand_in.graphql.execution import Request
from fluffy_tui.demo.stand_in.graphql.rate_limits import FREE_PLAN, RateLimiter, Window
from fluffy_tui.demo.stand_in.graphql.resolvers import Resolvers
from fluffy_tui.demo.stand_in.mutations import DUPLICATE_WINDOW, Mutations
from fluffy_tui.demo.stand_in.picture_reader import TIMEOUT_SECONDS, PictureReader
from fluffy_tui.demo.stand_in.post_page import post_page
from fluffy_tui.demo.stand_in.publisher import Publisher
from fluffy_tui.demo.stand_in.queue_slots import slots
from fluffy_tui.demo.stand_in.sample_world import sample_world
from fluffy_tui.demo.stand_in.state_folder import Address, StateFolder
from fluffy_tui.demo.stand_in.world import Asset, Channel, Post, World, imported

LOOPBACK = "127.0.0.1"
LARGEST_REQUEST = 1_000_000


class StandIn:
    """A private Buffer that serves for as long as the `async with` block lasts.

    Args:
        state: Folder that keeps everything across restarts, including the port; None keeps it in memory.
        media: Folder that is served below `media_url`; None serves none.
        clock: What time it is; the real time by default.
        port: Port on loopback; 0 takes the one of the last run, or any.
        world: The contents of a new state folder; the demo's sample world by default.
        windows: The request budget.
        duplicate_window: How long the same text is refused on one channel.

    Raises:
        AlreadyServed: (on entering) another stand-in serves the state folder.
    """

    def __init__(
        self,
        *,
        state: Path | None = None,
        media: Path | None = None,
        clock: Clock | None = None,
        port: int = 0,
        world: World | None = None,
        windows: tuple[Window, ...] = FREE_PLAN,
        duplicate_window: timedelta = DUPLICATE_WINDOW,
    ) -> None:
        self.clock: Clock = clock or WallClock()
        self.faults = Faults()
        self.requests: list[Request] = []
        """Every GraphQL request received, refused ones included, in order."""
        self._folder = StateFolder(state) if state else None
        self._media = media
        self._port = port
        self._given_world = world
        self._windows = windows
        self._duplicate_window = duplicate_window
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._address: Address | None = None

    async def __aenter__(self) -> StandIn:
        async with AsyncExitStack() as stack:
            if self._folder is not None:
                await asyncio.to_thread(self._folder.claim)
                stack.callback(self._folder.release)
            self.world = self._open_world()
            await self._serve(stack)
            self._save()
            if self._folder is not None:
                self._folder.announce(self.address)
            self._publisher.arm()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.faults.clear()
        self._publisher.stop()
        self._endpoint.stop()
        await self.clock.settle()
        self._save()
        await self._stack.aclose()

    @property
    def address(self) -> Address:
        """The server's address and key.

        Raises:
            FluffyError: The server has not been started.
        """
        if self._address is None:
            raise FluffyError("The demo's Buffer has not been started.")
        return self._address

    @property
    def url(self) -> str:
        """The GraphQL endpoint."""
        return self.address.url

    @property
    def media_url(self) -> str:
        """Where the media folder is served, without a trailing slash."""
        return self.address.media_url

    @property
    def key(self) -> str:
        """The API key that it accepts."""
        return self.address.key

    def posts(self, *statuses: str) -> Sequence[Post]:
        """Return the posts in one of these statuses (all if none is given), oldest first."""
        found = [post for post in self.world.posts.values() if not statuses or post.status in statuses]
        return sorted(found, key=lambda post: post.created_at)

    def set_channel(
        self,
        channel_id: str,
        *,
        queue_paused: bool | None = None,
        disconnected: bool | None = None,
        locked: bool | None = None,
    ) -> Channel:
        """Change the health of a channel; resuming a queue gives late posts the next free slots.

        Raises:
            KeyError: There is no such channel.
        """
        channel = self.world.channels[channel_id]
        if disconnected is not None:
            channel.is_disconnected = disconnected
        if locked is not None:
            channel.is_locked = locked
        if queue_paused is not None:
            if channel.is_queue_paused and not queue_paused:
                self._mutations.resume_queue(channel)
            channel.is_queue_paused = queue_paused
        self._publisher.arm()
        self._changed()
        return channel

    def set_plan(self, *, paid: bool) -> None:
        """Change the plan of the organisation; first comments need a paid one."""
        self.world.is_paid_plan = paid
        self._changed()

    def import_post(self, channel_id: str, text: str, age: timedelta, picture: str = "") -> Post:
        """Add a post that was made on the network itself some time ago, as Buffer imports them, and return it.

        `picture` is the address of its picture and of the thumbnail; none for a post of words.
        """
        post = self.world.add_post(imported(channel_id, text, self.clock.now() - age, picture))
        self._changed()
        return post

    def add_published(
        self, channel_id: str, text: str, *, source: str, alt_text: str, days_ago: float
    ) -> Post:
        """Add a post that was published in the first slot from some days ago on.

        Raises:
            KeyError: There is no such channel.
            ValueError: It has no slots.
        """
        channel = self.world.channels[channel_id]
        sent_at = next(slots(channel, self.clock.now() - timedelta(days=days_ago)), None)
        if sent_at is None:
            raise ValueError("The channel has no slots.")
        post = Post(
            channel.id,
            text,
            "sent",
            "addToQueue",
            sent_at - timedelta(days=1),
            sent_at,
            due_at=sent_at,
            sent_at=sent_at,
            assets=[Asset(source, "image/jpeg", 1080, 1350, alt_text)],
        )
        post.external_link = f"{self.url}/p/{post.id}"
        self.world.add_post(post)
        self._changed()
        return post

    async def advance(self, seconds: float = 0) -> None:
        """Move the clock ahead and publish what falls due on the way."""
        await self.clock.advance(seconds)

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until `predicate` holds; it is evaluated again after each request and each change."""
        if predicate():
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((predicate, done))
        await done

    async def received(self, field: str, count: int = 1) -> None:
        """Wait until `count` requests for a root field (`createPost`) have been received in total."""
        await self.until(lambda: sum(field in request.fields for request in self.requests) >= count)

    def _open_world(self) -> World:
        saved = self._folder.load() if self._folder is not None else None
        if saved is None:
            return self._given_world or sample_world(self.clock.now())
        world, saved_at = saved
        self.clock.not_before(saved_at)
        return world

    async def _serve(self, stack: AsyncExitStack) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        app = web.Application(client_max_size=LARGEST_REQUEST)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        site_port = self._port or (self._folder.port() if self._folder else 0)
        self._build(app, PictureReader(session))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        port = await _listen(runner, site_port, may_move=self._port == 0)
        url = f"http://{LOOPBACK}:{port}"
        self._address = Address(url, f"{url}/media", self.world.key)

    def _build(self, app: web.Application, reader: PictureReader) -> None:
        self._publisher = Publisher(
            self.world, self.clock, self.faults, reader, self._changed, lambda: self.url
        )
        self._mutations = Mutations(
            self.world,
            self.clock,
            self.faults,
            reader,
            self._publisher,
            self._changed,
            self._duplicate_window,
        )
        root = Resolvers(self.world, self.clock, self.faults, self._mutations, self._changed)
        limiter = RateLimiter(self._windows, partition=self.world.account_id)
        self._endpoint = endpoint = Endpoint(
            self.world, self.clock, self.faults, limiter, root.root(), self._record
        )
        app.add_routes(endpoint.routes())
        app.add_routes(control_routes(self.world, self.faults, self.add_published, self.import_post))
        app.add_routes(post_page(self.world))
        if self._media is not None:
            self._media.mkdir(parents=True, exist_ok=True)
            app.router.add_static("/media/", self._media)

    def _record(self, request: Request) -> None:
        self.requests.append(request)
        self._wake_waiters()

    def _changed(self) -> None:
        self._save()
        self._wake_waiters()

    def _save(self) -> None:
        if self._folder is not None:
            self._folder.save(self.world, self.clock.now())

    def _wake_waiters(self) -> None:
        for entry in list(self._waiting):
            predicate, done = entry
            if done.done():
                self._waiting.remove(entry)
            elif predicate():
                self._waiting.remove(entry)
                done.set_result(None)


async def _listen(runner: web.AppRunner, port: int, *, may_move: bool) -> int:
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
    except OSError as error:
        if not may_move or port == 0:
            raise FluffyError(
                f"The demo's Buffer cannot listen on port {port}: {error.strerror}.",
                "Choose another port with --port.",
            ) from error
        await web.TCPSite(runner, LOOPBACK, 0).start()
    return int(runner.addresses[0][1])
