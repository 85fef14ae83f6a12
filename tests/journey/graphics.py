"""A terminal's graphics for tests: the replies of kitty and of a Sixel terminal, and which cells show pixels.

The emulator only knows text. Graphics sequences are removed from its input and recorded: Sixels stay on the cells
that they cover until something is written there; kitty shows pictures by placeholder characters, which are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pyte

CELL = (10, 20)
"""Width and height of a cell, in pixels."""
PLACEHOLDER = "\U0010eeee"
"""The character with which kitty shows part of a picture."""
_SEQUENCE = re.compile(
    rb"\x1b_G.*?\x1b\\|\x1bP.*?\x1b\\|\x1b\[0?c|\x1b\[16t|\x1b\[\?2026(?:h|l|\$p)", re.DOTALL
)
_BEGINNING = re.compile(rb"\x1b(?:[_P][^\x1b]*(?:\x1b)?|\[(?:0|1|16|\?(?:2(?:0(?:2(?:6\$?)?)?)?)?)?)?\Z")
"""The possible beginning of a sequence whose rest has not been read yet."""
_RASTER = re.compile(rb'"\d+;\d+;(\d+);(\d+)')


class PixelScreen(pyte.Screen):
    """A screen whose cells can have pixels, until text is written on them."""

    def __init__(self, columns: int, lines: int) -> None:
        self.pixels: set[tuple[int, int]] = set()
        """Line and column of the cells that show part of a Sixel picture."""
        super().__init__(columns, lines)

    @property
    def drawing(self) -> str:
        """The screen as text, with ▒ for pictures."""
        return "\n".join(
            "".join(self._drawn(line, column) for column in range(self.columns)) for line in range(self.lines)
        )

    def _drawn(self, line: int, column: int) -> str:
        data: str = self.buffer[line][column].data
        return "▒" if (line, column) in self.pixels or data[:1] == PLACEHOLDER else data

    def put_pixels(self, width: int, height: int) -> None:
        """Put a picture of this size on the cells from the cursor on."""
        x, y = self.cursor.x, self.cursor.y
        for line in range(y, min(self.lines, y + -(-height // CELL[1]))):
            self.pixels.update(
                (line, column) for column in range(x, min(self.columns, x - -width // CELL[0]))
            )

    def draw(self, data: str) -> None:
        """Write on cells, which removes their pixels."""
        for char in data:
            super().draw(char)
            self.pixels.discard((self.cursor.y, self.cursor.x - 1))

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        """Erase a line or part of it, including pixels."""
        super().erase_in_line(how, private)
        columns = {0: range(self.cursor.x, self.columns), 1: range(self.cursor.x + 1)}
        for column in columns.get(how, range(self.columns)):
            self.pixels.discard((self.cursor.y, column))

    def erase_in_display(self, how: int = 0, *arguments: Any, **named: Any) -> None:
        """Erase the screen or part of it, including pixels."""
        super().erase_in_display(how, *arguments, **named)
        lines = {0: range(self.cursor.y + 1, self.lines), 1: range(self.cursor.y)}
        gone = set(lines.get(how, range(self.lines)))
        self.pixels = {(line, column) for line, column in self.pixels if line not in gone}

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Change the size, which removes all pictures."""
        super().resize(lines, columns)
        self.pixels.clear()


@dataclass
class Graphics:
    """Splits a program's output into text and graphics, and replies to its queries.

    Args:
        screen: Shows the output.
        kitty: Whether the terminal supports kitty's graphics protocol.
        sixel: Whether it supports Sixels.
    """

    screen: PixelScreen
    kitty: bool = False
    sixel: bool = False
    sent: list[bytes] = field(default_factory=list)
    """The graphics sequences except queries, in order."""
    is_updating: bool = False
    """Whether the program is in the middle of a synchronized update (mode 2026)."""
    _rest: bytes = b""

    def __post_init__(self) -> None:
        self._stream = pyte.ByteStream(self.screen)

    def feed(self, data: bytes) -> bytes:
        """Process the program's output and return the terminal's replies."""
        data, replies = self._rest + data, b""
        at = 0
        for found in _SEQUENCE.finditer(data):
            self._stream.feed(data[at : found.start()])
            replies += self._process(found[0])
            at = found.end()
        cut = _BEGINNING.search(data, at)
        end = cut.start() if cut else len(data)
        self._stream.feed(data[at:end])
        self._rest = data[end:]
        return replies

    def _process(self, sequence: bytes) -> bytes:
        if sequence.startswith(b"\x1b[?2026"):
            self.is_updating = sequence.endswith(b"h")
            return b"\x1b[?2026;2$y" if sequence.endswith(b"p") else b""
        if sequence == b"\x1b[16t":
            return b"\x1b[6;%d;%dt" % (CELL[1], CELL[0])
        if sequence.startswith(b"\x1b["):
            return b"\x1b[?62;4c" if self.sixel else b"\x1b[?62c"
        if sequence.startswith(b"\x1b_G") and b"a=q" in sequence:
            number = re.search(rb"i=(\d+)", sequence)
            return b"\x1b_Gi=%s;OK\x1b\\" % (number[1] if number else b"1") if self.kitty else b""
        self.sent.append(sequence)
        if sequence.startswith(b"\x1bP") and (size := _RASTER.search(sequence)):
            self.screen.put_pixels(int(size[1]), int(size[2]))
        return b""
