"""The index progress below the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from fluffy_tui.core.app_events import PhotosIndexed
from fluffy_tui.similarity import IndexCounts
from fluffy_tui.tui.library.index_progress import IndexProgress
from fluffy_tui.tui.session import messages
from tui.conftest import Running
from tui.fakes import FakeServices
from tui.library.library_driver import progress, toasts

if TYPE_CHECKING:
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
        services.tell(PhotosIndexed(1, hashed=0, embedded=0, failed=2, stacked=False))
        await driver.heard()
        assert progress(driver) == "indexing photos: 38 of 40"
        await driver.press("c")
        assert "No duplicates found yet, indexing photos: 38 of 40." in toasts(driver)


class Counter:
    """Counts what a test says; a count can be changed while it runs."""

    def __init__(self, progress: IndexCounts) -> None:
        self.progress_now = progress
        self.counts = 0
        self.during: IndexProgress | None = None

    async def progress(self, persona_id: int | None = None) -> list[IndexCounts]:
        """Return the progress."""
        self.counts += 1
        if self.during is not None:
            progress, self.during = self.during, None
            await progress.count()
        return [self.progress_now]


def indexed(**changes: int) -> messages.PhotosIndexed:
    """Return an event of persona 1."""
    facts = {"hashed": 0, "embedded": 0, "failed": 0, **changes}
    return messages.PhotosIndexed(1, **facts, stacked=False)


async def test_a_change_during_a_count_causes_one_more() -> None:
    counter = Counter(IndexCounts(1, 40, 12, {"m": 12}, 0, "m"))
    progress = IndexProgress(cast("SimilarityPort", counter), 1)
    counter.during = progress
    await progress.count()
    assert counter.counts == 2
    assert progress.text == "indexing photos: 12 of 40"


async def test_only_what_events_do_not_tell_is_counted_again() -> None:
    counter = Counter(IndexCounts(1, 40, 12, {"m": 12}, 0, "m"))
    progress = IndexProgress(cast("SimilarityPort", counter), 1)
    assert progress.add(indexed(hashed=1)), "nothing was counted yet"
    await progress.count()
    assert not progress.add(indexed(hashed=28, embedded=27))
    assert progress.text == "indexing photos: 39 of 40"
    assert progress.add(indexed(failed=1)), "whether they failed before is unknown"
