"""How many photos are indexed for similarity: counted once, then kept up to date by events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Static

from fluffy_tui.tui.session.error_toasts import ReportsErrors

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.core.app_events import PhotosIndexed
    from fluffy_tui.similarity import IndexCounts
    from fluffy_tui.tui.ports import SimilarityPort


class IndexProgress(ReportsErrors, Static):
    """Shows the progress of one persona's index in a line, which is hidden when all photos are indexed.

    `on_complete` is called whenever it was updated then.
    """

    DEFAULT_CSS = "IndexProgress { height: 1; padding: 0 1; color: $text-muted; display: none; }"

    def __init__(
        self, similarity: SimilarityPort, persona_id: int, on_complete: Callable[[], object]
    ) -> None:
        super().__init__("", markup=False)
        self._similarity = similarity
        self._persona_id = persona_id
        self._on_complete = on_complete
        self._progress: IndexCounts | None = None
        self._is_stale = False
        self._is_counting = False
        self.is_counted = False
        """Whether it was counted, or is about to be."""

    @property
    def text(self) -> str:
        """The progress, such as `indexing photos: 120 of 515`; empty when all are indexed."""
        progress = self._progress
        if progress is None or progress.is_complete:
            return ""
        return f"indexing photos: {progress.indexed:,} of {progress.photos:,}"

    def add(self, event: PhotosIndexed) -> None:
        """Add what a worker has indexed or could not, or count everything where the event does not say enough."""
        progress = self._progress
        if progress is None or (event.embedded and not progress.model):
            self.count()
        else:
            embedded = dict(progress.embedded)
            if progress.model:
                embedded[progress.model] = embedded.get(progress.model, 0) + event.embedded
            hashed, failed = progress.hashed + event.hashed, progress.failed + event.failed
            self._progress = replace(progress, hashed=hashed, embedded=embedded, failed=failed)
            # A photo that has failed in two stages is counted twice until it seems to be the last.
            if failed and self._progress.is_complete and not progress.is_complete:
                self.count()
        self._show_progress()

    def count(self) -> None:
        """Count everything; during a count this causes one more."""
        self._is_stale = self.is_counted = True
        if not self._is_counting:
            self._is_counting = True
            self._count()

    @work(group="index-progress", exit_on_error=False, description="counting indexed photos")
    async def _count(self) -> None:
        try:
            while self._is_stale:
                self._is_stale = False
                found = await self._similarity.progress(self._persona_id)
                self._progress = found[0] if found else None
        finally:
            self._is_counting = False
        self._show_progress()

    def _show_progress(self) -> None:
        text = self.text
        if text != str(self.content):
            self.update(text)
            self.display = bool(text)
        if not text:
            self._on_complete()
