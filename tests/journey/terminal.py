"""A real terminal for tests: the program runs in a pty, and a terminal emulator keeps what a person would see."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

import pexpect

from journey.graphics import Graphics, PixelScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PATIENCE_SECONDS = 120.0
"""How long a screen may take to come on a busy machine; a test waits for the screen, never for this time."""


class Terminal:
    """The program in a terminal of a fixed size, with `home` as its home and nothing else set.

    Args:
        home: The home folder, and where the program is started.
        arguments: For the program.
        columns: Of the terminal.
        rows: Of the terminal.
        kitty: Whether the terminal answers that it speaks kitty's graphics protocol.
        sixel: Whether it answers that it draws Sixels.
        inside: A command that the program is started by, such as tmux.
        environment: Variables to set.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        columns: int = 120,
        rows: int = 40,
        kitty: bool = False,
        sixel: bool = False,
        inside: Sequence[str] = (),
        **environment: str,
    ) -> None:
        self.screen = PixelScreen(columns, rows)
        self.graphics = Graphics(self.screen, kitty=kitty, sixel=sixel)
        clean = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        command = [*inside, sys.executable, "-m", "fluffy_tui", *arguments]
        self.process = pexpect.spawn(
            command[0],
            command[1:],
            env={
                **clean,
                "HOME": str(home),
                "TERM": "xterm-256color",
                "FLUFFY_PREVIEW": "half-cell",
                **environment,
            },
            dimensions=(rows, columns),
            cwd=str(home),
            timeout=PATIENCE_SECONDS,
        )

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as a person who drags its corner does."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def press(self, *keys: str) -> None:
        """Send keys as a terminal does."""
        for key in keys:
            self.process.send(key)

    @property
    def text(self) -> str:
        """What is on the screen, without styles."""
        return "\n".join(self.screen.display)

    def until(self, holds: Callable[[str], bool]) -> str:
        """Read what the program draws until `holds` of the screen, and return the screen."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.graphics.is_updating or not holds(self.text):
            try:
                self._read(end)
            except (pexpect.TIMEOUT, pexpect.EOF) as error:
                raise AssertionError(f"the screen never came; it shows:\n{self.text}") from error
        return self.text

    def shows(self, *words: str) -> str:
        """Wait until all these words are on the screen."""
        return self.until(lambda text: all(word in text for word in words))

    def ended(self) -> int:
        """Read until the program has ended, and return its exit status."""
        end = time.monotonic() + PATIENCE_SECONDS
        with contextlib.suppress(pexpect.EOF):
            while True:
                self._read(end)
        self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)

    def _read(self, end: float) -> None:
        left = max(0.0, end - time.monotonic())
        if answer := self.graphics.feed(self.process.read_nonblocking(65_536, timeout=left)):
            self.process.send(answer)
