"""A real terminal for tests: the program runs in a pty, and a terminal emulator keeps what a person would see."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pexpect
import pyte

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_SECONDS = 40.0
"""How long a screen may take to come on a busy machine; a test waits for the screen, never for this time."""


class Terminal:
    """The program in a terminal of a fixed size, with `home` as its home and nothing else set."""

    def __init__(
        self, home: Path, *arguments: str, columns: int = 120, rows: int = 40, **environment: str
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        clean = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "fluffy_tui", *arguments],
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
        while not holds(self.text):
            try:
                left = max(0.0, end - time.monotonic())
                self._stream.feed(self.process.read_nonblocking(65_536, timeout=left))
            except (pexpect.TIMEOUT, pexpect.EOF) as error:
                raise AssertionError(f"the screen never came; it shows:\n{self.text}") from error
        return self.text

    def shows(self, *words: str) -> str:
        """Wait until all these words are on the screen."""
        return self.until(lambda text: all(word in text for word in words))

    def ended(self) -> int:
        """Read until the program has ended, and return its exit status."""
        self.process.expect(pexpect.EOF)
        self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)
