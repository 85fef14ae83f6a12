"""When an app has nothing left to do, told by its event loop and its workers, and not by the clock."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.worker import WorkerCancelled, WorkerFailed, WorkerState

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.app import App

ENDLESS = frozenset({"events", "overview", "preview", "import", "leaving", "persona-dialog"})
"""Groups of workers that wait for the world or for the person; nobody waits for them."""


async def settle(app: App[Any], *, endless: Collection[str] = ENDLESS) -> None:
    """Wait for the workers that end, then for the messages, until neither is left.

    Args:
        app: A running app.
        endless: Groups of workers that are not waited for.
    """
    while True:
        await at_rest(app)
        busy = [
            worker
            for worker in app.workers
            if worker.group not in endless and worker.state in (WorkerState.PENDING, WorkerState.RUNNING)
        ]
        following = getattr(app, "_following", None)
        if not busy and (following is None or not following.is_behind or _following_failed(app)):
            return
        for worker in busy:
            try:
                await worker.wait()
            except (WorkerFailed, WorkerCancelled):
                continue  # the app tells it; tests look at what it tells


async def at_rest(app: App[Any]) -> None:
    """Wait until an app's event loop is at rest, and all that changed is drawn."""
    while True:
        await loop_at_rest()
        _draw_without_delay(app)
        app._check_resize()  # all of this is otherwise done up to 120 times a second
        for below in app._background_screens:  # each tells the screen on top that it has changed
            if below._dirty_widgets or below._layout_required:
                below._on_timer_update()
        app.screen._on_timer_update()
        if not _has_work():
            return


async def loop_at_rest(*_seconds: float) -> None:
    """Wait until nothing in the event loop can go on but by a timer, a thread or the world outside.

    Textual takes a process that has computed little of late for an idle one; on a busy machine that is also one
    which gets no processor.
    """
    await asyncio.sleep(0)
    while _has_work():
        await asyncio.sleep(0)


def _draw_without_delay(app: App[Any]) -> None:
    """Begin to draw what Textual holds back for a moment while one screen takes the place of another."""
    for timer in [timer for timer in app._timers if timer.name == "delay_update"]:
        if timer._callback is not None:
            timer.stop()
            app._timers.discard(timer)
            timer._callback()


def _has_work() -> bool:
    loop: Any = asyncio.get_running_loop()
    return bool(loop._ready)


def _following_failed(app: App[Any]) -> bool:
    """Whether the reading of the overview has ended, and will not catch up by itself."""
    return not any(worker.group == "overview" and worker.is_running for worker in app.workers)
