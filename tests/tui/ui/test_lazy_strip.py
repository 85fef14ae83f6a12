"""Each fix is still needed, and does what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from fluffy_tui.tui.ui.textual_fixes import LazyStrip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.color import Color


class PublicOnly(Strip):
    """Overrides what is public."""

    def __iter__(self) -> Iterator[Segment]:
        """Yield a segment that was not given to the strip."""
        return iter([Segment("late")])


class Late(LazyStrip):
    """Makes its segment on first use."""

    made = False

    def make_segments(self) -> list[Segment]:
        """Make it."""
        self.made = True
        return [Segment("late")]

    def dimmed(self, colour: Color) -> Strip:
        """Return it as it is."""
        return self


def test_strips_are_still_joined_by_their_private_segments() -> None:
    assert Strip.join([PublicOnly([Segment("here")])]).text == "here"


def test_a_lazy_strip_makes_its_segments_only_when_they_are_read() -> None:
    strip = Late(4)
    assert [part is strip for part in strip.divide([4])] == [True]
    assert not strip.made
    assert Strip.join([Strip([Segment("too ")]), strip]).text == "too late"
