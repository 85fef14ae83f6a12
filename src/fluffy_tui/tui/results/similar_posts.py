"""How posts of pictures like a photo did, for the details of the photo."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import Comparison, compare, similar_results
from fluffy_tui.similarity import NoEmbeddings, NotIndexedYet
from fluffy_tui.tui.text.results_words import count_words, ratio_words

if TYPE_CHECKING:
    from fluffy_tui.tui.ports import Services

ASKING = "comparing with your posts …"
TOO_FEW = "too few posts of pictures like this"
ROOM_FOR_SENTENCE = 56
"""Columns from which the whole sentence fits into a line; a second line would move the picture."""


class SimilarPosts:
    """Knows how a persona's posts did, and compares their covers with a photo when asked."""

    def __init__(self, services: Services, persona_id: int) -> None:
        self._services = services
        self._persona_id = persona_id
        self._comparison = Comparison()
        self._is_stale = True
        self._turn = asyncio.Lock()
        self._photo_id: int | None = None
        self._found: tuple[float, int] | None = None

    def posts_changed(self) -> None:
        """Read the posts again before the next photo is compared."""
        self._is_stale = True

    async def compare(self, photo_id: int) -> None:
        """Compare a photo with the covers of posts; `line` then says what was found.

        Raises:
            DatabaseUnavailable: nothing could be read.
        """
        async with self._turn:
            await self._read_if_stale()
            covers = sorted({one.post.photo_id for one in self._comparison.posts})
            group = None
            if covers:
                try:
                    near = await self._services.similarity.related(photo_id, covers)
                except (NoEmbeddings, NotIndexedYet):
                    near = []  # the library shows how far the index is
                group = similar_results(self._comparison, near)
            self._photo_id = photo_id
            self._found = (group.ratio, group.count) if group and group.ratio is not None else None

    async def _read_if_stale(self) -> None:
        while self._is_stale:
            self._is_stale = False
            try:
                self._comparison = compare(await self._services.scheduling.counted_posts(self._persona_id))
            except BaseException:
                self._is_stale = True  # for the next photo
                raise

    def line(self, photo_id: int, room: int) -> str:
        """Return what is known of a photo in a line of so many columns; empty if the posts cannot be compared."""
        if not self._comparison.posts:
            return ""
        if photo_id != self._photo_id:
            return ASKING
        if self._found is None:
            return TOO_FEW
        ratio, count = self._found
        does = "pictures like this did" if room >= ROOM_FOR_SENTENCE else "like this:"
        return f"{does} {ratio_words(ratio)} your median ({count_words(count)})"
