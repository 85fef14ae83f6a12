"""A terminal in a pty that behaves like kitty, like one with Sixels or like one without pictures."""

from __future__ import annotations

import base64
import io
import os
import queue
import re
import threading
import time
from typing import TYPE_CHECKING

import pexpect
import pyte
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, COLUMNS = 40, 140
CELL = (10, 20)
"""Pixels of a cell, as reported by the terminal."""
MIDDLE = (14, 94)
"""Line and column of a cell in the middle of the preview."""
LONG = re.compile(rb"\x1b(?:_|P)[^\x1b]*\x1b\\")
"""APC and DCS strings, which contain pictures and which pyte does not know."""
QUERY = re.compile(rb"\x1b_G(i=\d+),[^;]*a=q")
REGISTER = re.compile(rb"#0;2;(\d+);(\d+);(\d+)")

Colour = tuple[int, int, int]


class Terminal:
    """A program in a pty, and what it has drawn.

    Args:
        command: The program and its arguments.
        pictures: `kitty`, `sixel` or `half-cell`: the protocol that the terminal supports.
        environment: Added to this process's own.
    """

    def __init__(self, command: list[str], pictures: str, environment: dict[str, str]) -> None:
        self.pictures = pictures
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.received = 0
        """Bytes."""
        self._stream = pyte.ByteStream(self.screen)
        self._rest = b""
        self._parts: dict[int, list[bytes]] = {}
        self._last_image = 0
        self._images: dict[int, Colour] = {}
        self._sixel: Colour | None = None
        self.child = pexpect.spawn(
            command[0],
            command[1:],
            dimensions=(ROWS, COLUMNS),
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            timeout=60,
        )
        self.child.delaybeforesend = None  # by default pexpect waits 50 ms, which would count as the app's
        self._written: queue.Queue[tuple[float, bytes]] = queue.Queue()
        self._last = self._arrived = time.perf_counter()
        threading.Thread(target=self._read, daemon=True).start()

    def wait(self, done: Callable[[], bool], timeout: float = 30) -> float:
        """Process the output piece by piece until `done()` is true; return when the last piece arrived."""
        limit = time.perf_counter() + timeout
        while not done():
            try:
                self._arrived, data = self._written.get(timeout=max(0.0, limit - time.perf_counter()))
            except queue.Empty:
                raise SystemExit("the screen never appeared:\n" + "\n".join(self.screen.display)) from None
            if not data:
                raise SystemExit("the app has ended:\n" + "\n".join(self.screen.display))
            self._feed(data)
        return self._arrived

    def settle(self, seconds: float, most: float = 5.0) -> None:
        """Wait until nothing was written for this long, at most `most` seconds, without processing the output."""
        began = time.perf_counter()
        while (now := time.perf_counter()) < began + most and now - max(began, self._last) < seconds:
            time.sleep(0.02)

    def process_output(self) -> None:
        """Process all output so far."""
        while not self._written.empty():
            self._feed(self._written.get()[1])

    def _read(self) -> None:
        """Read in a thread as fast as the app writes, so that it never waits for the emulator."""
        data = b"begin"
        while data:
            try:
                data = os.read(self.child.child_fd, 1 << 16)
            except OSError:  # Linux raises this once the last writer is gone
                data = b""
            self._last = time.perf_counter()
            self._reply(data)
            self._written.put((self._last, data))

    @property
    def position(self) -> str:
        """The text of the highlighted row; empty if there is none."""
        return next((line[:46] for line in self.screen.display if "▌" in line[:4]), "")

    @property
    def colour(self) -> Colour | None:
        """The colour of the picture that is shown."""
        if self.pictures == "sixel":
            return self._sixel
        written = str(self.screen.buffer[MIDDLE[0]][MIDDLE[1]].fg)
        if not re.fullmatch("[0-9a-f]{6}", written):
            return None
        if self.pictures == "kitty":
            return self._images.get(int(written, 16))
        return int(written[:2], 16), int(written[2:4], 16), int(written[4:], 16)

    def _feed(self, data: bytes) -> None:
        self.received += len(data)
        data = self._rest + data
        plain, end = b"", 0
        for found in LONG.finditer(data):
            plain += data[end : found.start()]
            end = found.end()
            self._record(found.group())
        start = max(data.rfind(b"\x1b_", end), data.rfind(b"\x1bP", end))
        if data.endswith(b"\x1b"):
            start = start if start >= 0 else len(data) - 1
        self._rest = data[start:] if start >= 0 else b""
        plain += data[end:start] if start >= 0 else data[end:]
        if plain:
            self._stream.feed(plain)

    def _reply(self, data: bytes) -> None:
        """Reply to queries, which the app all sends at once before anything else."""
        if self.pictures == "kitty" and (found := QUERY.search(data)):
            self.child.send(b"\x1b_G" + found[1] + b";OK\x1b\\")
        if b"\x1b[16t" in data:
            self.child.send(f"\x1b[6;{CELL[1]};{CELL[0]}t")
        if b"\x1b[c" in data:
            self.child.send("\x1b[?62;4;22c" if self.pictures == "sixel" else "\x1b[?62;22c")

    def _record(self, sequence: bytes) -> None:
        """Record a picture."""
        if sequence.startswith(b"\x1bP"):
            if found := REGISTER.search(sequence):  # register 0 is the colour that most pixels have
                red, green, blue = (round(int(part) * 2.55) for part in found.groups())
                self._sixel = red, green, blue
            return
        if not sequence.startswith(b"\x1b_G"):
            return
        head, _, payload = sequence[3:-2].partition(b";")
        values = dict(part.split(b"=", 1) for part in head.split(b",") if b"=" in part)
        image = int(values.get(b"i", b"0") or 0) or self._last_image
        self._last_image = image
        if values.get(b"a") == b"q":
            return
        if payload:
            self._parts.setdefault(image, []).append(payload)
            if values.get(b"m", b"0") == b"0":
                picture = Image.open(io.BytesIO(base64.b64decode(b"".join(self._parts.pop(image)))))
                pixel = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
                if isinstance(pixel, tuple):
                    self._images[image & 0xFFFFFF] = int(pixel[0]), int(pixel[1]), int(pixel[2])
        elif values.get(b"a") == b"d":
            self._images.pop(int(values.get(b"I", values.get(b"i", b"0"))) & 0xFFFFFF, None)
