"""A line of half cells that costs next to nothing: no object for each cell as long as nobody looks at single ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image
from textual.strip import Strip

from fluffy_tui.tui.widgets.half_cells import half_cells

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.segment import Segment


class PixelStrip(Strip):
    """Two rows of pixels between blank cells, written to a terminal of all colours as one text.

    A picture of 90 × 30 cells would be 2,700 segments with as many styles and twice as many colours; making them
    takes three times as long, and the garbage collector a tenth of a second to look through those of a few
    pictures. They are made when the line is cut, tinted or exported.

    Args:
        pixels: The upper row, then the lower one; RGB, three bytes a pixel.
        before: Blank cells to the left.
        behind: Blank cells to the right.
    """

    __slots__ = ("_before", "_behind", "_made", "_pixels", "_written")

    def __init__(self, pixels: bytes, before: Strip, behind: Strip) -> None:
        self._pixels, self._before, self._behind = pixels, before, behind
        self._written = ""
        super().__init__((), before.cell_length + len(pixels) // 6 + behind.cell_length)
        self._made: list[Segment] | None = None

    @property
    def _segments(self) -> list[Segment]:  # all that Textual does with a strip's cells begins with this
        if self._made is None:
            width = len(self._pixels) // 6
            line = half_cells(Image.frombytes("RGB", (width, 2), self._pixels))[0] if width else ()
            self._made = [*self._before, *line, *self._behind]
        return self._made

    @_segments.setter
    def _segments(self, segments: Iterable[Segment]) -> None:
        self._made = list(segments)

    def render(self, console: Console) -> str:
        """Return the line as it is written to a terminal."""
        if console.color_system != "truecolor" or console.no_color:
            return super().render(console)
        if not self._written:
            written = (self._before.render(console), _written(self._pixels), self._behind.render(console))
            self._written = "".join(written)
        return self._written


def _written(pixels: bytes) -> str:
    """Return half blocks with their colours (SGR 38 and 48), each colour only where it changes."""
    middle = len(pixels) // 2
    parts = []
    over_before = under_before = b""
    for at in range(0, middle, 3):
        over, under = pixels[at : at + 3], pixels[middle + at : middle + at + 3]
        if over != over_before:
            parts.append("\x1b[38;2;%d;%d;%dm" % (*over,))  # noqa: UP031 - twice as fast, thousands of times
        if under != under_before:
            parts.append("\x1b[48;2;%d;%d;%dm" % (*under,))  # noqa: UP031
        parts.append("▀")
        over_before, under_before = over, under
    return "".join(parts) + "\x1b[0m" if parts else ""
