"""How many photos are indexed for similarity: counted once, then kept up to date by events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Static

from fluffy_tui.tui.session.worker_errors import ReportsErrors

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.similarity import IndexCounts
    from fluffy_tui.tui.ports import SimilarityPort
    from fluffy_tui.tui.session.messages import PhotosIndexed


class IndexProgress:
    """The progress of one persona's index.

    Args:
        similarity: Counts it.
        persona_id: The persona.
    """

    def __init__(self, similarity: SimilarityPort, persona_id: int) -> None:
        self._similarity = similarity
        self._persona_id = persona_id
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

    def add(self, event: PhotosIndexed) -> bool:
        """Add what a worker has indexed; return whether everything has to be counted again."""
        progress = self._progress
        if progress is None or event.failed or (event.embedded and not progress.model):
            return True
        embedded = dict(progress.embedded)
        if progress.model:
            embedded[progress.model] = embedded.get(progress.model, 0) + event.embedded
        self._progress = replace(progress, hashed=progress.hashed + event.hashed, embedded=embedded)
        return False

    async def count(self) -> None:
        """Count everything; a call during a count causes one more count by the one that runs."""
        self._is_stale = self.is_counted = True
        if self._is_counting:
            return
        self._is_counting = True
        try:
            while self._is_stale:
                self._is_stale = False
                found = await self._similarity.progress(self._persona_id)
                self._progress = found[0] if found else None
        finally:
            self._is_counting = False


class IndexProgressLine(ReportsErrors, Static):
    """Shows the progress in one line, which is hidden when all photos are indexed.

    Args:
        progress: What is shown.
        on_complete: Called whenever the line changes and all photos are indexed.
    """

    DEFAULT_CSS = "IndexProgressLine { height: 1; padding: 0 1; color: $text-muted; display: none; }"

    def __init__(self, progress: IndexProgress, on_complete: Callable[[], None]) -> None:
        super().__init__("", markup=False)
        self.progress = progress
        """What is shown."""
        self._on_complete = on_complete

    def add(self, event: PhotosIndexed) -> None:
        """Show what a worker has indexed."""
        if self.progress.add(event):
            self.count()
        self._update_text()

    @work(group="index-progress", exit_on_error=False, description="counting indexed photos")
    async def count(self) -> None:
        """Count everything, and show it."""
        await self.progress.count()
        self._update_text()

    def _update_text(self) -> None:
        text = self.progress.text
        if text != str(self.content):
            self.update(text)
            self.display = bool(text)
        if not text:
            self._on_complete()
