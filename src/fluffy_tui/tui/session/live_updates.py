"""Follows the database: announces each change to the screens and keeps the overview up to date."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.app_events import (
    BufferChecked,
    Connected,
    Disconnected,
    PersonaEdited,
    PhotosChanged,
    PostChanged,
)
from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.session.overview import (
    CHECK_TRUSTED_FOR,
    finished_posts,
    read_moving,
    read_numbers,
    read_posts,
    strip_with,
)
from fluffy_tui.tui.text.channel_words import channel_names
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer
    from textual.worker import Worker

    from fluffy_tui.core.app_events import Event
    from fluffy_tui.personas import Persona
    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)

WORKER_CHECK_SECONDS = 10.0
"""A silent worker sends no event, so its heartbeat is the only thing that is polled."""

WORKER_START_SECONDS = 1.0
"""The same while a worker is starting."""


class LiveUpdates:
    """Listens to the services of a context. Its workers run on the app, so they outlive every screen.

    `on_posts_changed` is called with the posts that changed, as they are now.
    """

    def __init__(
        self, app: App[Any], context: Context, on_posts_changed: Callable[[Sequence[Post]], None]
    ) -> None:
        self._app = app
        self._context = context
        self._on_posts_changed = on_posts_changed
        self._stale = asyncio.Event()
        self._is_all_stale = False
        self._stale_posts: dict[int, None] = {}
        self._is_reading = False
        self._workers: dict[str, Worker[None]] = {}
        self._checks: list[Timer] = []

    @property
    def is_behind(self) -> bool:
        """Whether the overview is about to be read."""
        reader = self._workers.get("overview")
        return (self._stale.is_set() or self._is_reading) and reader is not None and reader.is_running

    def start(self) -> None:
        """Read the overview and follow changes until `stop`."""
        self.refresh_overview()
        self._ensure_running()
        self._checks.append(self._app.set_interval(WORKER_CHECK_SECONDS, self.check_worker))
        if self._context.services.workers.is_starting:
            self._check_worker_soon()

    def stop(self) -> None:
        """Stop listening, before the services are closed."""
        for timer in self._checks:
            timer.stop()
        for worker in self._workers.values():
            worker.cancel()

    def reload(self) -> None:
        """Read everything again, and resume whatever an error has ended."""
        self.refresh_overview()
        self._ensure_running()
        self._context.changes.publish(Connected())

    def refresh_overview(self) -> None:
        self._is_all_stale = True
        self._stale.set()

    def _ensure_running(self) -> None:
        for group, task in (("events", self._follow_events), ("overview", self._keep_overview)):
            if group not in self._workers or self._workers[group].is_finished:
                self._run(group, task())

    def _run(self, group: str, task: Coroutine[Any, Any, None]) -> None:
        self._workers[group] = self._app.run_worker(
            task, group=group, exclusive=True, exit_on_error=False, description=f"live updates ({group})"
        )

    async def _follow_events(self) -> None:
        async with aclosing(self._context.services.events()) as events:
            async for event in events:
                self._on_event(event)

    def _on_event(self, event: Event) -> None:
        match event:
            case PostChanged(post_id):
                self._stale_posts[post_id] = None
                self._stale.set()
            case PhotosChanged() | PersonaEdited():
                self._stale.set()
            case BufferChecked(is_reachable):
                until = None if is_reachable else self._context.clock() + CHECK_TRUSTED_FOR
                self._context.update_overview(buffer_away_until=until)
            case Disconnected(reason):
                self._context.update_overview(away=reason)
            case Connected():
                self.refresh_overview()
                self._context.update_overview(away="")
                self._ensure_running()
        self._context.changes.publish(event)

    async def _keep_overview(self) -> None:
        """Read what is stale, forever; changes during a read are read together in the next round."""
        while True:
            await self._stale.wait()
            self._stale.clear()
            self._is_reading = True
            try:
                await self._read()
            except (
                DatabaseUnavailable
            ) as error:  # the stream reports it too, and `Connected` reads everything
                log.info("the overview waits for the database: %s", error)
            finally:
                self._is_reading = False

    async def _read(self) -> None:
        """Read and show the posts first; the numbers take several times as long."""
        context = self._context
        everything, self._is_all_stale = self._is_all_stale, False
        ids, self._stale_posts = self._stale_posts, {}
        if everything:
            self._show_strip(await read_moving(context.services, context.overview.strip))
        elif ids:
            changed = await read_posts(context.services, ids)
            self._show_strip(strip_with(context.overview.strip, changed, ids))
            self._on_posts_changed(changed)
        numbers = await read_numbers(context.services)
        asked_at = context.clock()
        lead = await context.services.scheduling.database_time() - asked_at
        context.update_overview(**numbers, database_lead=lead, **self._persona_now(numbers["personas"]))

    def _show_strip(self, strip: tuple[Post, ...]) -> None:
        finished = finished_posts(self._context.overview, strip, self._context.clock())
        self._context.update_overview(strip=strip, finished=finished)

    def _persona_now(self, personas: Mapping[int, Persona]) -> dict[str, Persona]:
        """Return the chosen persona as it is now; channels that were changed elsewhere are announced."""
        before = self._context.overview.persona
        now = personas.get(before.id) if before else None
        if before is None or now is None:
            return {}
        names = channel_names(now)
        if [*now.board_by_channel] != [*before.board_by_channel] and names:
            words = f"{now.name} now posts to {names}."
            self._app.notify(one_line(words), severity="warning", timeout=15, markup=False)
        return {"persona": now}

    def check_worker(self) -> None:
        """Read the age of the last heartbeat."""
        self._run("worker-age", self._read_worker_age())

    def _check_worker_soon(self) -> None:
        self._checks.append(self._app.set_timer(WORKER_START_SECONDS, self.check_worker))

    async def _read_worker_age(self) -> None:
        context, workers = self._context, self._context.services.workers
        if context.overview.away:
            return
        age = await workers.heartbeat_age()
        before = context.overview
        context.update_overview(
            worker_age=age,
            worker_starting=workers.is_starting,
            worker_failure=workers.start_failure,
            minute=context.clock().replace(second=0, microsecond=0),
        )
        if context.overview.worker_words and workers.is_starting:
            self._check_worker_soon()
        if context.overview.differs_by_time(before, context.clock()):
            self.refresh_overview()
