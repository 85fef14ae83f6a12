"""The half of the app that hears: what changes in the world, told to all screens, the person and the terminal."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import App
from textual.signal import Signal
from textual.worker import Worker

from fluffy_tui.tui.keymap.bindings import Place
from fluffy_tui.tui.platform.clipboard import copied_words, copy_beyond_terminal
from fluffy_tui.tui.session.exit_wish import Wish
from fluffy_tui.tui.session.live_updates import LiveUpdates
from fluffy_tui.tui.session.messages import (
    AppEvent,
    DatabaseAway,
    DatabaseBack,
    ImportMoved,
    ImportStopWanted,
    ImportWanted,
    OverviewChanged,
)
from fluffy_tui.tui.session.notifications import Notices, summary, terminal_notice
from fluffy_tui.tui.session.worker_errors import ReportsErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.timer import Timer

    from fluffy_tui.scheduling import Post
    from fluffy_tui.tui.ports import SetupPort
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.overview import Overview

WORKER_AGE_SECONDS = 10.0
"""How often the worker's silence is measured: silence sends no event, so this alone is asked by the clock."""

START_LOOK_SECONDS = 1.0
"""The same while a worker starts, which sends no event either."""

TOLD_ONE_BY_ONE = 3
"""Beyond so many pieces of news at a time, one toast tells their number."""


class HearingApp(ReportsErrors, App[Wish]):
    """Follows the services, runs the import that no screen owns, and tells news.

    Args:
        setup: The settings.
        clock: Tells the present moment.
    """

    def __init__(self, setup: SetupPort, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.setup = setup
        self.changes: Signal[AppEvent] = Signal(self, "changes")
        """Where all screens hear what happens."""
        self._clock = clock
        self._world: Context | None = None
        self._following: LiveUpdates | None = None
        self._notices = Notices(clock)
        self._measuring: Timer | None = None

    @property
    def context(self) -> Context:
        """The world of the screens; there is none before the services are open."""
        if self._world is None:
            raise RuntimeError("the services are not open yet")
        return self._world

    def hear(self, world: Context) -> None:
        """Follow a world that has just been opened."""
        self._world = world
        self._notices = Notices(self._clock)
        self._following = LiveUpdates(
            world.services, lambda: self.context.overview, self._show_overview, self._publish, self._tell_news
        )
        self._following.read_anew()
        self._start_following()
        self._measuring = self.set_interval(WORKER_AGE_SECONDS, self._measure_worker_age)
        if world.services.workers.is_starting:
            self.set_timer(START_LOOK_SECONDS, self._measure_worker_age)

    def hear_nothing(self) -> None:
        """Let go of the world, which is about to be closed; an import that runs stops and keeps what it has."""
        if self._measuring is not None:
            self._measuring.stop()
        for group in ("events", "overview", "worker-age", "import"):
            self.workers.cancel_group(self, group)
        self._world = self._following = None

    def _tell_news(self, posts: Sequence[Post]) -> None:
        news = self._notices.news(posts)
        if not news:
            return
        if len(news) > TOLD_ONE_BY_ONE:
            self.notify(summary(news), timeout=10, markup=False)
        else:
            for notice in news:
                self.notify(
                    notice.words,
                    severity="error" if notice.failed else "information",
                    timeout=10,
                    markup=False,
                )
        self._write_to_terminal(terminal_notice(summary(news), self.setup.settings.notify, os.environ))

    def _write_to_terminal(self, sequence: str) -> None:
        """Write between two frames: the driver's own queue keeps them apart."""
        if sequence and self._driver is not None:
            self._driver.write(sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text by OSC 52 and by whatever else leads to the person, and say what was done."""
        super().copy_to_clipboard(text)
        self._copy_beyond(text)

    @work(group="clipboard", exclusive=True, exit_on_error=False, description="copying")
    async def _copy_beyond(self, text: str) -> None:
        how = "to the clipboard"
        if not self.is_headless:
            how = await copy_beyond_terminal(text, os.environ)
        self.notify(copied_words(text, how), markup=False)

    # What changes is heard and told

    def _start_following(self) -> None:
        running = {worker.group for worker in self.workers if worker.is_running and worker.node is self}
        if "events" not in running:
            self._follow_events()
        if "overview" not in running:
            self._keep_overview()

    @work(group="events", exclusive=True, exit_on_error=False, description="following what changes")
    async def _follow_events(self) -> None:
        if self._following is not None:
            await self._following.follow()

    @work(group="overview", exclusive=True, exit_on_error=False, description="reading where things stand")
    async def _keep_overview(self) -> None:
        if self._following is not None:
            await self._following.keep_overview()

    @work(group="worker-age", exclusive=True, exit_on_error=False, description="asking for the worker")
    async def _measure_worker_age(self) -> None:
        world = self._world
        if world is not None and not world.overview.away:
            age = await world.services.workers.heartbeat_age()
            before = world.overview
            starting = world.services.workers.is_starting
            self._show_overview(replace(before, worker_age=age, worker_starting=starting))
            if world.overview.worker_words and starting:
                self.set_timer(START_LOOK_SECONDS, self._measure_worker_age)
            if self._following is not None and world.overview.differs_by_time(before, self._clock()):
                self._following.read_anew()

    def _show_overview(self, overview: Overview) -> None:
        self.context.overview = overview
        self.changes.publish(OverviewChanged(overview))

    def _publish(self, happening: AppEvent) -> None:
        match happening:
            case DatabaseAway(reason):
                self._show_overview(replace(self.context.overview, away=reason))
            case DatabaseBack():
                self._show_overview(replace(self.context.overview, away=""))
                self._start_following()
        self.changes.publish(happening)

    # The import, which no screen owns

    @on(ImportWanted)
    def _import_wanted(self, message: ImportWanted) -> None:
        self.context.import_run.begin(message.folders, message.persona)
        self._import()
        self._import_moved()

    @on(ImportStopWanted)
    def _import_stop_wanted(self) -> None:
        self.workers.cancel_group(self, "import")

    @work(group="import", exit_on_error=False, description="importing photos")
    async def _import(self) -> None:
        await self.context.import_run.run(self.context.services.photos, self._import_moved)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell all screens that the import has ended, however it did."""
        if event.worker.group != "import" or not event.worker.is_finished or self._world is None:
            return
        self._import_moved()
        if getattr(self.screen, "PLACE", None) is not Place.IMPORT:
            self.notify(self.context.import_run.result_words, title="import", markup=False)
        if self._following is not None:
            self._following.read_anew()

    def _import_moved(self) -> None:
        run = self.context.import_run
        importing = run.progress if run.is_running else None
        self._show_overview(replace(self.context.overview, importing=importing))
        self.changes.publish(ImportMoved())
