"""The index progress below the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import App, ComposeResult

from fluffy_tui.core.app_events import PhotosChanged, PhotosIndexed
from fluffy_tui.similarity import IndexCounts
from fluffy_tui.tui.library.index_progress import IndexProgress
from tui.conftest import Running, settle
from tui.fakes import FakeServices
from tui.library.library_driver import progress, toasts

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.tui.ports import SimilarityPort


async def test_the_progress_follows_events_and_is_counted_once(
    running: Running, services: FakeServices
) -> None:
    services.similarity.hashed = 12
    async with running(persona="sarah") as driver:
        assert progress(driver) == "indexing photos: 12 of 40"
        counted = services.similarity.counted
        services.tell(PhotosIndexed(1, hashed=16, embedded=16, failed=0, stacked=False))
        services.tell(PhotosIndexed(2, hashed=3, embedded=3, failed=0, stacked=False))
        await driver.heard()
        assert progress(driver) == "indexing photos: 28 of 40"
        assert services.similarity.counted == counted
        services.tell(PhotosIndexed(1, hashed=12, embedded=12, failed=0, stacked=False))
        await driver.heard()
        assert progress(driver) == ""
        services.similarity.hashed = 38
        services.tell(PhotosChanged(1))
        await driver.heard()
        assert progress(driver) == "indexing photos: 38 of 40"
        await driver.press("c")
        assert "No stack found yet, indexing photos: 38 of 40." in toasts(driver)


class Counter:
    """Counts what a test says, and can be changed while it counts."""

    def __init__(self) -> None:
        self.counts = 0
        self.during: Callable[[], None] = lambda: None

    async def progress(self, persona_id: int | None = None) -> list[IndexCounts]:
        """Return the progress."""
        self.counts += 1
        during, self.during = self.during, lambda: None
        during()
        return [IndexCounts(1, 40, 12, {"m": 12}, 0, "m")]


class LineApp(App[None]):
    """Nothing but the line."""

    def __init__(self) -> None:
        super().__init__()
        self.counter = Counter()
        self.completed: list[bool] = []
        self.line = IndexProgress(
            cast("SimilarityPort", self.counter), 1, on_complete=lambda: self.completed.append(True)
        )

    def compose(self) -> ComposeResult:
        """Yield the line."""
        yield self.line


def indexed(**changes: int) -> PhotosIndexed:
    """Return an event of persona 1."""
    facts = {"hashed": 0, "embedded": 0, "failed": 0, **changes}
    return PhotosIndexed(1, **facts, stacked=False)


async def test_a_change_during_a_count_causes_one_more() -> None:
    app = LineApp()
    async with app.run_test():
        app.counter.during = app.line.count
        app.line.count()
        await settle(app)
        assert app.counter.counts == 2
        assert app.line.display
        assert app.line.text == "indexing photos: 12 of 40"


async def test_only_what_events_do_not_say_is_counted_again() -> None:
    app = LineApp()
    async with app.run_test():
        app.line.count()
        await settle(app)
        app.line.add(indexed(hashed=28, embedded=27))
        await settle(app)
        assert (app.line.text, app.counter.counts) == ("indexing photos: 39 of 40", 1)
        app.line.add(indexed(embedded=1))
        assert (app.line.text, app.line.display) == ("", False)
        assert app.completed == [True]
        assert app.counter.counts == 1


async def test_a_photo_that_fails_is_counted_again_only_at_the_end() -> None:
    """Until then each event says how many more have failed than before."""
    app = LineApp()
    async with app.run_test():
        app.line.count()
        await settle(app)
        app.line.add(indexed(hashed=20, embedded=20, failed=2))
        app.line.add(indexed(hashed=1, embedded=1, failed=-1))
        await settle(app)
        assert (app.line.text, app.counter.counts) == ("indexing photos: 34 of 40", 1)
        app.line.add(indexed(failed=6))
        await settle(app)
        assert (app.line.text, app.counter.counts) == ("indexing photos: 12 of 40", 2)
