"""The paintings of recent photos, so that going back to one, or on to the next, shows it at once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluffy_tui.tui.photo.painter import Painting, PictureArea

CAPACITY = 8
"""Paintings; as large as a preview, each takes 2 to 3 MB."""


class PictureCache:
    """A bounded cache of paintings by photo content and area, which releases those it drops."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._paintings: OrderedDict[tuple[str, PictureArea], Painting] = OrderedDict()
        self.is_closed = False

    def __len__(self) -> int:
        return len(self._paintings)

    def get(self, sha256: str, area: PictureArea) -> Painting | None:
        """Return a photo's painting for an area, or None."""
        painting = self._paintings.get((sha256, area))
        if painting is not None:
            self._paintings.move_to_end((sha256, area))
        return painting

    def add(self, sha256: str, painting: Painting) -> Painting | None:
        """Keep a painting; return the one it replaces, which is released, if the photo was painted twice."""
        if self.is_closed:
            painting.release()
            return None
        before = self._paintings.get((sha256, painting.area))
        self._paintings[sha256, painting.area] = painting
        if before is not None:
            before.release()
        while len(self._paintings) > self.capacity:
            self._paintings.popitem(last=False)[1].release()
        return before

    def close(self) -> None:
        """Release all paintings, and those added from now on."""
        self.is_closed = True
        while self._paintings:
            self._paintings.popitem()[1].release()
