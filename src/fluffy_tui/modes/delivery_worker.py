"""`--worker`: deliver posts until told to stop. The app's own child runs the same code."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.app_events import Connected, Disconnected, PostChanged
from fluffy_tui.core.child_process import input_ended
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.core.liveness import Pulse, ends_when_hung
from fluffy_tui.core.shutdown_deadline import hard_deadline
from fluffy_tui.modes.library_worker import look_at_library
from fluffy_tui.scheduling import Pace, Step, work

if TYPE_CHECKING:
    from fluffy_tui.bootstrap import Services
    from fluffy_tui.settings import Settings

log = logging.getLogger(__name__)

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

MOST_CONNECTIONS_IN_VAIN = 10
"""After so many, about a minute with the pauses between them, a worker without a starter gives the database up."""


async def run(settings: Settings, *, with_starter: bool, pace: Pace | None = None) -> int:
    """Deliver until a signal comes; jobs under way may finish, within a limit.

    A worker that was told to stop and still waits for something at `Pace.hard_stop` ends by force. What it had
    begun is found by the next one, as after any other death. So does one whose deliveries get nowhere.

    Args:
        settings: of this installation.
        with_starter: leave too when the program that started this one is gone and nothing is on its way.
        pace: the durations of delivery.
    """
    pace = pace or Pace()
    stop = asyncio.Event()
    with hard_deadline(pace.hard_stop) as start_countdown:

        def stopping() -> None:
            start_countdown()
            stop.set()

        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, stopping)
        await _deliver(settings, stop, pace, with_starter=with_starter)
    return 0


async def _deliver(settings: Settings, stop: asyncio.Event, pace: Pace, *, with_starter: bool) -> None:
    pulse = Pulse(pace.hung)
    async with open_services(settings, pace=pace, role="worker") as services:
        log.info("the worker has started")
        leaving = asyncio.create_task(_left_alone(services)) if with_starter else None
        if leaving is not None:  # also when it fails: nobody else would ever end this worker
            leaving.add_done_callback(lambda _: stop.set())
        looking = asyncio.create_task(look_at_library(services, stop), name="look at the library")
        try:
            with ends_when_hung(pulse, pace.hung_end):
                await work(
                    services.delivery,
                    services.sweeper,
                    services.follower,
                    stop,
                    before_start=services.reach_server,
                    pulse=pulse,
                )
        finally:
            stop.set()
            await looking
            if leaving is not None:
                leaving.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await leaving
        log.info("the worker has stopped")


async def _left_alone(services: Services) -> None:
    """Return once the starter is gone and no post is under way; one that is held may wait for the next start.

    A worker that nobody watches does not wait for ever for a database that is gone: the posts are in there, and
    whoever opens it again starts another one.
    """
    await input_ended()
    in_vain = 0
    async for event in services.events():
        match event:
            case Disconnected():
                in_vain += 1
                if in_vain == MOST_CONNECTIONS_IN_VAIN:
                    log.info("the starter and the database are gone")
                    return
            case Connected() | PostChanged():
                in_vain = 0
                if not await _under_way(services):
                    return


async def _under_way(services: Services) -> bool:
    try:
        posts = await services.scheduling.on_their_way()
    except DatabaseUnavailable:  # lost again since; the next connection asks again
        return True
    return any(post.step is not Step.HELD for post in posts)
