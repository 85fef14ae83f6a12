"""The paintings of recent photos, so that going back to one, or on to the next, shows it at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.photos import from_disk

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.tui.photo.painter import Painting, PictureArea

CAPACITY = 8
"""Paintings; as large as a preview, each takes 2 to 3 MB."""


class PictureCache:
    """A bounded cache of paintings by photo content and area, which releases those it drops."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._paintings: OrderedDict[tuple[str, PictureArea], Painting] = OrderedDict()
        self._in_hand: dict[tuple[str, PictureArea], asyncio.Future[Painting]] = {}
        self.is_closed = False

    def __len__(self) -> int:
        return len(self._paintings)

    def get(self, sha256: str, area: PictureArea) -> Painting | None:
        """Return a photo's painting for an area, or None."""
        painting = self._paintings.get((sha256, area))
        if painting is not None:
            self._paintings.move_to_end((sha256, area))
        return painting

    def is_painting(self, sha256: str, area: PictureArea) -> bool:
        """Return whether a photo is being painted for an area."""
        return (sha256, area) in self._in_hand

    async def paint(self, sha256: str, area: PictureArea, draw: Callable[[], Painting]) -> Painting:
        """Call `draw` in a thread and keep its painting, also when nobody waits any more; a closed cache releases it.

        Raises what `draw` raises, and PhotoUnreadable if its disk does not answer.
        """
        key = sha256, area
        if key not in self._in_hand:
            self._in_hand[key] = asyncio.ensure_future(from_disk(partial(self._drawn, draw)))
            self._in_hand[key].add_done_callback(partial(self._keep, key))
        return await asyncio.shield(self._in_hand[key])

    def _drawn(self, draw: Callable[[], Painting]) -> Painting:
        painting = draw()
        if self.is_closed:  # the event loop may have ended, and `_keep` is never called
            painting.release()
        return painting

    def _keep(self, key: tuple[str, PictureArea], task: asyncio.Future[Painting]) -> None:
        del self._in_hand[key]
        if not task.cancelled() and task.exception() is None:
            self.add(key[0], task.result())

    def add(self, sha256: str, painting: Painting) -> None:
        """Keep a painting, in place of another one of the same photo and area."""
        if self.is_closed:
            painting.release()
            return
        if before := self._paintings.pop((sha256, painting.area), None):
            before.release()
        self._paintings[sha256, painting.area] = painting
        while len(self._paintings) > self.capacity:
            self._paintings.popitem(last=False)[1].release()

    def close(self) -> None:
        """Release all paintings, and those added from now on."""
        self.is_closed = True
        while self._paintings:
            self._paintings.popitem()[1].release()
