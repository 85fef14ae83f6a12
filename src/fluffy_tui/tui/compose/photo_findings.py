"""What is found out about the photos of a post while it is written: earlier posts of the same picture, and AI marks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fluffy_tui.tui.photo.same_picture import EarlierPosts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.ui.frame_screen import FrameScreen


class PhotoFindings:
    """Searches for what is asked for each photo; `found` is called whenever more is known."""

    def __init__(self, screen: FrameScreen, found: Callable[[], None]) -> None:
        self._screen, self._found = screen, found
        self.posts = EarlierPosts(screen.context, screen, found)
        self._ai_marked: dict[int, bool] = {}
        """By photo, as far as its file was searched for the mark."""
        self._begun: set[int] = set()

    def is_any_ai_marked(self, files: Iterable[Photo]) -> bool:
        """Return whether the mark that it was made with AI was found in one of these photos."""
        return any(self._ai_marked.get(file.id) for file in files)

    def search(self, files: Sequence[Photo]) -> None:
        """Search for the photos that are new."""
        self.posts.search(files)
        if new := [file for file in files if file.id not in self._begun]:
            self._begun.update(file.id for file in new)
            self._screen.run_worker(
                self._find_ai_marks(new),
                group="ai-marks",
                exit_on_error=False,
                description="searching for AI marks",
            )

    async def _find_ai_marks(self, files: Sequence[Photo]) -> None:
        for file in files:
            is_marked = await asyncio.to_thread(self._screen.context.services.planning.is_ai_marked, file)
            self._ai_marked[file.id] = is_marked
        self._found()
