"""Changes to Textual's behaviour. Private names of Textual are used nowhere else."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.segment import Segment
    from textual.color import Color


class LazyStrip(Strip):
    """A strip whose segments are made on first use, such as an export or a change of style.

    Textual's strips are made from a finished list of segments, kept in the private `_segments`. Joining and comparing
    strips read that list directly, so no public method can be overridden to fill it late.

    Args:
        cell_length: Columns.
    """

    __slots__ = ("_made",)

    def __init__(self, cell_length: int) -> None:
        super().__init__((), cell_length)
        self._made: list[Segment] | None = None

    @abstractmethod
    def make_segments(self) -> list[Segment]:
        """Return the segments."""

    @abstractmethod
    def dimmed(self, colour: Color) -> Strip:
        """Return the strip as it looks under a translucent colour."""

    @property
    def _segments(self) -> list[Segment]:
        if self._made is None:
            self._made = self.make_segments()
        return self._made

    @_segments.setter
    def _segments(self, segments: Iterable[Segment]) -> None:
        self._made = list(segments)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Cut at columns without making segments."""
        ends = [cut for cut in cuts if cut <= self.cell_length]
        return [self.crop(start, end) for start, end in zip([0, *ends], ends, strict=False)]
