"""How far the worker has looked at a persona's pictures: counted once, then kept true by what it tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluffy_tui.core.app_events import PhotosIndexed
    from fluffy_tui.similarity import ReadingProgress
    from fluffy_tui.tui.ports import SimilarityPort


class IndexProgress:
    """The progress of one persona.

    Args:
        similarity: Where it is counted.
        persona_id: Whose photos.
    """

    def __init__(self, similarity: SimilarityPort, persona_id: int) -> None:
        self._similarity = similarity
        self._persona_id = persona_id
        self._progress: ReadingProgress | None = None
        self._is_stale = False
        self._is_counting = False
        self.is_counted = False
        """Whether it was counted, or is about to be."""

    @property
    def words(self) -> str:
        """How far it is, such as `looking at pictures: 120 of 515`; empty once nothing is left to do."""
        found = self._progress
        if found is None or found.is_complete:
            return ""
        return f"looking at pictures: {found.looked_at:,} of {found.photos:,}"

    def add(self, told: PhotosIndexed) -> bool:
        """Add what a worker has told; return whether all has to be counted again."""
        found = self._progress
        if found is None or told.failed or (told.embedded and not found.model):
            return True
        embedded = {**found.embedded, found.model: found.embedded.get(found.model, 0) + told.embedded}
        self._progress = replace(
            found, hashed=found.hashed + told.hashed, embedded=embedded if found.model else found.embedded
        )
        return False

    async def count(self) -> None:
        """Count; what changes meanwhile is counted in one more go by whoever is at it."""
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
