"""A line of half cells that costs next to nothing: no object for each cell as long as nobody looks at single ones."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip

from fluffy_tui.tui.photo.half_cells import half_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console
    from rich.segment import Segment
    from textual.color import Color


class LazyStrip(Strip):
    """A strip whose segments are made when somebody looks at single ones, as an export or a style does.

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

    @property
    def _segments(self) -> list[Segment]:  # all that Textual does with a strip's cells begins with this
        if self._made is None:
            self._made = self.make_segments()
        return self._made

    @_segments.setter
    def _segments(self, segments: Iterable[Segment]) -> None:
        self._made = list(segments)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Cut at columns, without looking at single cells."""
        ends = [cut for cut in cuts if cut <= self.cell_length]
        return [self.crop(start, end) for start, end in zip([0, *ends], ends, strict=False)]


class PixelRun(LazyStrip):
    """Two rows of pixels, written to a terminal of all colours as one text.

    Args:
        pixels: The upper row, then the lower one; RGB, three bytes a pixel.
        few_colours: Whether the same colours come again and again, so that it pays to remember how each is written.
    """

    __slots__ = ("_few_colours", "_pixels", "_written")

    def __init__(self, pixels: bytes, *, few_colours: bool = False) -> None:
        self._pixels = pixels
        self._few_colours = few_colours
        self._written = ""
        super().__init__(len(pixels) // 6)

    def make_segments(self) -> list[Segment]:
        """Return a segment for each cell."""
        return list(half_cells(self._image)[0]) if self.cell_length else []

    def crop(self, start: int, end: int | None = None) -> Strip:
        """Return some of the columns."""
        end = self.cell_length if end is None else min(end, self.cell_length)
        if start <= 0 and end == self.cell_length:
            return self
        rows = self._pixels[: len(self._pixels) // 2], self._pixels[len(self._pixels) // 2 :]
        kept = b"".join(row[3 * max(0, start) : 3 * end] for row in rows)
        return PixelRun(kept, few_colours=self._few_colours)

    def dimmed(self, colour: Color) -> PixelRun:
        """Return the pixels under a translucent colour, in few colours: what is dimmed is not looked at closely."""
        if not self.cell_length:
            return self
        cover = Image.new("RGB", (self.cell_length, 2), colour.rgb)
        blended = Image.blend(self._image, cover, colour.a).tobytes()
        return PixelRun(blended.translate(_COARSER), few_colours=True)

    def render(self, console: Console) -> str:
        """Return the line as it is written to a terminal."""
        if console.color_system != "truecolor" or console.no_color:
            return super().render(console)
        if not self._written:
            code = _remembered_code if self._few_colours else _code
            self._written = _written(self._pixels, code)
        return self._written

    @property
    def _image(self) -> Image.Image:
        return Image.frombytes("RGB", (self.cell_length, 2), self._pixels)


class JoinedStrip(LazyStrip):
    """Strips one behind the other, each of which is still written in its own way.

    Args:
        parts: From left to right.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: Iterable[Strip]) -> None:
        self.parts = tuple(parts)
        """From left to right."""
        super().__init__(sum(part.cell_length for part in self.parts))

    def make_segments(self) -> list[Segment]:
        """Return the segments of all parts."""
        return [segment for part in self.parts for segment in part]

    def crop(self, start: int, end: int | None = None) -> Strip:
        """Return some of the columns."""
        end = self.cell_length if end is None else min(end, self.cell_length)
        if start <= 0 and end == self.cell_length:
            return self
        found, at = [], 0
        for part in self.parts:
            left, right = max(0, start - at), min(part.cell_length, end - at)
            if left < right:
                found.append(part.crop(left, right))
            at += part.cell_length
        return JoinedStrip(found)

    def render(self, console: Console) -> str:
        """Return the line as it is written to a terminal."""
        return "".join(part.render(console) for part in self.parts)


class PixelStrip(JoinedStrip):
    """Two rows of pixels between blank cells.

    A picture of 90 × 30 cells would be 2,700 segments with as many styles and twice as many colours; making them
    takes three times as long, and the garbage collector a tenth of a second to look through those of a few
    pictures. They are made when the line is styled or exported.

    Args:
        pixels: The upper row, then the lower one; RGB, three bytes a pixel.
        before: Blank cells to the left.
        behind: Blank cells to the right.
    """

    __slots__ = ()

    def __init__(self, pixels: bytes, before: Strip, behind: Strip) -> None:
        super().__init__((before, PixelRun(pixels), behind))


def dimmed(strip: Strip, colour: Color) -> Strip:
    """Return a strip as it is seen under a translucent colour, without what can be clicked in it."""
    if isinstance(strip, PixelRun):
        return strip.dimmed(colour)
    if isinstance(strip, JoinedStrip):
        return JoinedStrip(dimmed(part, colour) for part in strip.parts)
    return Strip(BackgroundScreen.process_segments(strip, colour), strip.cell_length)


_COARSER = bytes(value & 0xF8 | value >> 5 for value in range(256))
"""Each brightness as one of 32."""


def _code(ground: int, colour: bytes) -> str:
    """Return what begins a colour, by its SGR parameter: 38 before the text, 48 behind it."""
    return "\x1b[%d;2;%d;%d;%dm" % (ground, *colour)  # noqa: UP031 - twice as fast, thousands of times


_remembered_code = lru_cache(maxsize=8_192)(_code)


def _written(pixels: bytes, code: Callable[[int, bytes], str]) -> str:
    """Return half blocks with their colours (SGR 38 and 48), each colour only where it changes."""
    middle = len(pixels) // 2
    parts = []
    over_before = under_before = b""
    for at in range(0, middle, 3):
        over, under = pixels[at : at + 3], pixels[middle + at : middle + at + 3]
        if over != over_before:
            parts.append(code(38, over))
        if under != under_before:
            parts.append(code(48, under))
        parts.append("▀")
        over_before, under_before = over, under
    return "".join(parts) + "\x1b[0m" if parts else ""
