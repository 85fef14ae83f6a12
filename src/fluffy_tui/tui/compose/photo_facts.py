"""What is found out about the photos of a post while it is written: earlier posts of the same picture, and AI marks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from fluffy_tui.tui.photo.same_picture import find_earlier_post, find_outside_post

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from fluffy_tui.photos import Photo
    from fluffy_tui.similarity import EarlierPost, OutsideMatch
    from fluffy_tui.tui.ui.frame_screen import FrameScreen


class PhotoFacts:
    """Searches for each photo once; `found` is called whenever more is known."""

    def __init__(self, screen: FrameScreen, found: Callable[[], None]) -> None:
        self._screen, self._found = screen, found
        self.earlier: dict[int, EarlierPost | None] = {}
        """By photo, as far as earlier posts could be searched."""
        self.elsewhere: dict[int, OutsideMatch] = {}
        """By photo, the post from elsewhere that shows the same picture, where one was found."""
        self._ai_marked: dict[int, bool] = {}
        """By photo, as far as its file was searched for the mark."""
        self._begun: set[int] = set()

    def is_any_ai_marked(self, files: Iterable[Photo]) -> bool:
        """Return whether the mark that it was made with AI was found in one of these photos."""
        return any(self._ai_marked.get(file.id) for file in files)

    def search(self, files: Sequence[Photo]) -> None:
        """Search for the photos that are new."""
        new = [file for file in files if file.id not in self._begun]
        self._begun.update(file.id for file in new)
        if new:
            self._run("ai-marks", self._find_ai_marks(new))
            self._run("earlier-post", self._find_earlier_posts(new))

    def _run(self, group: str, job: Coroutine[Any, Any, None]) -> None:
        self._screen.run_worker(job, group=group, exit_on_error=False, description=f"searching ({group})")

    async def _find_ai_marks(self, files: Sequence[Photo]) -> None:
        for file in files:
            is_marked = await asyncio.to_thread(self._screen.context.services.planning.is_ai_marked, file)
            self._ai_marked[file.id] = is_marked
        self._found()

    async def _find_earlier_posts(self, files: Sequence[Photo]) -> None:
        for file in files:
            has_searched, earlier = await find_earlier_post(self._screen.context, file)
            if has_searched:
                self.earlier[file.id] = earlier
            if (outside := await find_outside_post(self._screen.context, file)) is not None:
                self.elsewhere[file.id] = outside
        self._found()
