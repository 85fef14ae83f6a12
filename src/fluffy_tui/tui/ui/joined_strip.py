"""Strips side by side in one line, rendered and dimmed without making an object per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip

from fluffy_tui.tui.ui.textual_fixes import LazyStrip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.segment import Segment
    from textual.color import Color


class JoinedStrip(LazyStrip):
    """Several strips in one line, each of which still renders in its own way."""

    __slots__ = ("parts",)

    def __init__(self, parts: Iterable[Strip]) -> None:
        self.parts = tuple(parts)
        """From left to right."""
        super().__init__(sum(part.cell_length for part in self.parts))

    def make_segments(self) -> list[Segment]:
        return [segment for part in self.parts for segment in part]

    def crop(self, start: int, end: int | None = None) -> Strip:
        end = self.cell_length if end is None else min(end, self.cell_length)
        if start <= 0 and end == self.cell_length:
            return self
        cropped, at = [], 0
        for part in self.parts:
            left, right = max(0, start - at), min(part.cell_length, end - at)
            if left < right:
                cropped.append(part.crop(left, right))
            at += part.cell_length
        return JoinedStrip(cropped)

    def dimmed(self, colour: Color) -> Strip:
        return JoinedStrip(dimmed(part, colour) for part in self.parts)

    def render(self, console: Console) -> str:
        return "".join(part.render(console) for part in self.parts)


def dimmed(strip: Strip, colour: Color) -> Strip:
    """Return a strip as it looks under a translucent colour, without clickable regions."""
    if isinstance(strip, LazyStrip):
        return strip.dimmed(colour)
    return Strip(BackgroundScreen.process_segments(strip, colour), strip.cell_length)
