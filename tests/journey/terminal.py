"""A real terminal for tests: the program runs in a pty, and a terminal emulator keeps what a person would see."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pexpect

from journey.graphics import Graphics, PixelScreen
from journey.processes import end_all, left_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

PATIENCE_SECONDS = 120.0
"""How long a screen may take to come on a busy machine; a test waits for the screen, never for this time."""
LOOK_SECONDS = 0.1
"""How often something beside the screen, such as a file, is looked at while the program draws nothing."""


class Terminal:
    """The program in a terminal of a fixed size, with `home` as its home and nothing else set.

    At the end of its `with` the window is closed, and everything that has this home has to leave; where the test
    failed it is ended.

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
        self._home = home
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

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            end_all(self._home)
        self.close()
        left = [process.as_dict(["pid", "cmdline"]) for process in left_behind(self._home)]
        end_all(self._home)
        self.process.wait()
        if left and error is None:
            raise AssertionError(f"left behind: {left}")

    def close(self) -> None:
        """Close the window as a person does, which hangs up on the program."""
        self.process.ptyproc.fileobj.close()

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
        """Read what the program draws until `holds` of the screen, and return the screen.

        A terminal shows half of a change too, tmux above all. So all that is to be true at the same time is asked
        in one `holds`; what is asserted of the screen afterwards may be true of a moment that has passed.
        """
        end = time.monotonic() + PATIENCE_SECONDS
        while self.graphics.is_updating or not holds(self.text):
            if not self._read(end):
                raise AssertionError(f"the screen never came; it shows:\n{self.screen.drawing}")
        return self.text

    def shows(self, *words: str) -> str:
        """Wait until all these words are on the screen."""
        return self.until(lambda text: all(word in text for word in words))

    def ended(self) -> int:
        """Read until the program has ended, and return its exit status."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self._read(end):
            continue
        if time.monotonic() > end:
            raise AssertionError(f"the program does not end; its screen shows:\n{self.screen.drawing}")
        self.process.wait()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)

    def _read(self, end: float) -> bool:
        """Take what the program draws next, if it draws; return whether it may still draw until `end`."""
        try:
            drawn = self.process.read_nonblocking(65_536, timeout=LOOK_SECONDS)
        except pexpect.TIMEOUT:
            drawn = b""
        except pexpect.EOF:
            return False
        if answer := self.graphics.feed(drawn):
            self.process.send(answer)
        return time.monotonic() < end
