"""A real terminal for tests: the program runs in a pty, and a terminal emulator keeps what a user would see."""

from __future__ import annotations

import fcntl
import os
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect

from journey.graphics import Graphics, PixelScreen
from journey.processes import end_all, left_behind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

TIMEOUT_SECONDS = 120.0
"""How long a screen may take on a busy machine; a test waits for the screen, not for this time."""
POLL_SECONDS = 0.1
"""How often to check anything besides the screen, such as a file, while the program draws nothing."""


class Terminal:
    """The program in a terminal of a fixed size, with `home` as its home folder and no other settings.

    At the end of its `with` the window is closed, and all processes with this home must exit; if the test failed, they
    are ended.

    Args:
        home: The home folder, which is also the working folder.
        arguments: Of the program.
        columns: Of the terminal.
        rows: Of the terminal.
        kitty: Whether the terminal supports kitty's graphics protocol.
        sixel: Whether it supports Sixels.
        inside: A command that starts the program, such as tmux.
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
            timeout=TIMEOUT_SECONDS,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            end_all(self._home)
        self.close()
        remaining = [process.as_dict(["pid", "cmdline"]) for process in left_behind(self._home)]
        end_all(self._home)
        self.process.wait()
        if remaining and error is None:
            raise AssertionError(f"left behind: {remaining}")

    def close(self) -> None:
        """Close the window, which sends SIGHUP to the program."""
        self.process.ptyproc.fileobj.close()

    def resize(self, columns: int, rows: int) -> None:
        """Resize the terminal, as dragging its corner does."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def press(self, *keys: str) -> None:
        """Send keys."""
        for key in keys:
            self.process.send(key)

    def quit(self) -> None:
        """Quit the program."""
        self.press("q")
        assert self.ended() == 0

    def press_alone(self, byte: bytes) -> None:
        """Send one byte, and return once the program has read it, so that it arrives in a read of its own."""
        with Path(f"/proc/{self.process.pid}/fd/0").open("rb", buffering=0) as its_input:
            self.process.send(byte)
            while fcntl.ioctl(its_input, termios.FIONREAD, bytes(4)) != bytes(4):
                os.sched_yield()

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(self.screen.display)

    def until(self, holds: Callable[[str], bool]) -> str:
        """Read what the program draws until `holds` is true for the screen, and return the screen.

        A terminal also shows partial changes, tmux most of all. So everything that must be true at the same time
        belongs in one `holds`; the screen may change before a later assertion.
        """
        end = time.monotonic() + TIMEOUT_SECONDS
        while self.graphics.is_updating or not holds(self.text):
            if not self._read(end):
                raise AssertionError(f"the screen never appeared; it shows:\n{self.screen.drawing}")
        return self.text

    def shows(self, *texts: str) -> str:
        """Wait until all these texts are on the screen."""
        return self.until(lambda text: all(each in text for each in texts))

    def ended(self) -> int:
        """Read until the program ends, and return its exit status."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while self._read(end):
            continue
        if time.monotonic() > end:
            raise AssertionError(f"the program does not end; its screen shows:\n{self.screen.drawing}")
        self.process.wait()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)

    def _read(self, end: float) -> bool:
        """Read what the program draws next, if anything; return False once it has ended or `end` has passed."""
        try:
            drawn = self.process.read_nonblocking(65_536, timeout=POLL_SECONDS)
        except pexpect.TIMEOUT:
            drawn = b""
        except pexpect.EOF:
            return False
        if reply := self.graphics.feed(drawn):
            self.process.send(reply)
        return time.monotonic() < end
