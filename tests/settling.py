"""Waiting until an app has nothing left to do, known from its event loop and its workers, not from the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from textual.app import App
from textual.worker import WorkerState

from textual_internals import draw_at_once, not_drawing, until_changed

ENDLESS = frozenset({"keys", "events", "overview", "preview", "import", "leaving", "persona-dialog"})
"""Groups of workers that wait for the outside world or for the user; they are not waited for."""


async def settle(app: App[Any], *, endless: Collection[str] = ENDLESS) -> None:
    """Wait for the workers that end, then for the messages, until neither is left; draw what they have led to.

    Args:
        app: A running app.
        endless: Groups of workers that are not waited for.
    """
    while True:
        with not_drawing():
            await settle_frame_by_frame(app, endless=endless)
        draw_at_once(app)
        if not _has_work():
            return


async def settle_frame_by_frame(app: App[Any], *, endless: Collection[str] = ENDLESS) -> None:
    """Do the same, and draw each frame on the way, for a test of what happens before it and after it."""
    while True:
        await at_rest(app)
        busy = [
            worker
            for worker in app.workers
            if worker.group not in endless and worker.state in (WorkerState.PENDING, WorkerState.RUNNING)
        ]
        updates = getattr(app, "live_updates", None)
        if not busy and (updates is None or not updates.is_behind):
            return
        await until_changed(app, busy)


async def at_rest(app: App[Any]) -> None:
    """Wait until an app's event loop is at rest and every change is drawn."""
    while True:
        await loop_at_rest()
        draw_at_once(app)
        if not _has_work():
            return


async def loop_at_rest(*_seconds: float) -> None:
    """Wait until nothing in the event loop can go on without a timer, a thread or the outside world.

    Textual's own wait measures how much the process has computed, which misleads it on a busy machine.
    """
    await asyncio.sleep(0)
    while _has_work():
        await asyncio.sleep(0)


def _has_work() -> bool:
    loop: Any = asyncio.get_running_loop()
    return bool(loop._ready)  # asyncio's: there is no public way to ask
