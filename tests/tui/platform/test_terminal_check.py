"""The check before anything is drawn, on real pseudo-terminals."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from typing import Any

import pytest

STREAMS = {"stdin": "input", "stdout": "output", "stderr": "error"}

CHECK = """
import os, sys
from fluffy_tui.core.errors import UsageError
from fluffy_tui.tui.platform.terminal_check import check_terminal
try:
    check_terminal()
except UsageError as error:
    os.write(int(sys.argv[1]), str(error).encode())
    sys.exit(2)
"""


def check(*missing: str, columns: int = 80) -> tuple[int, str]:
    """Run the check with a terminal of that width on all streams but some; return the exit status and its words."""
    main, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    read, write = os.pipe()
    streams: dict[str, Any] = {name: subprocess.DEVNULL if name in missing else terminal for name in STREAMS}
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHECK, str(write)], **streams, pass_fds=[write], timeout=120, check=False
        )
    finally:
        for descriptor in (terminal, main, write):
            os.close(descriptor)
    with os.fdopen(read, encoding="utf-8") as words:
        return done.returncode, words.read()


def test_a_terminal_is_accepted() -> None:
    assert check() == (0, "")


@pytest.mark.parametrize(("missing", "name"), STREAMS.items())
def test_without_a_terminal_the_app_does_not_start(missing: str, name: str) -> None:
    """Textual draws on the standard error: sent into a file, the terminal would stay empty."""
    status, words = check(missing)
    assert status == 2
    assert words.startswith(f"The app needs a terminal, but its standard {name} is not one.")
    assert words.count("\n") == 0


def test_a_terminal_without_width_is_refused() -> None:
    status, words = check(columns=0)
    assert status == 2
    assert words.startswith("The terminal reports a width of 0 columns.")
