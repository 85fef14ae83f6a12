"""The check before anything is drawn, on real pseudo-terminals."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios

import pytest

CHECK = """
import sys
from fluffy_tui.core.errors import UsageError
from fluffy_tui.tui.platform.terminal_check import check_terminal
try:
    check_terminal()
except UsageError as error:
    sys.stderr.write(str(error))
    sys.exit(2)
"""


def check(*, stdin: bool = True, stdout: bool = True, columns: int = 80) -> subprocess.CompletedProcess[str]:
    """Run the check with a terminal of that width on these streams, and none on the others."""
    main, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    try:
        return subprocess.run(
            [sys.executable, "-c", CHECK],
            stdin=terminal if stdin else subprocess.DEVNULL,
            stdout=terminal if stdout else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        os.close(terminal)
        os.close(main)


def test_a_terminal_is_accepted() -> None:
    done = check()
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("missing", "name"), [("stdin", "input"), ("stdout", "output")])
def test_without_a_terminal_the_app_does_not_start(missing: str, name: str) -> None:
    done = check(**{missing: False})
    assert done.returncode == 2
    assert done.stderr.startswith(f"The app needs a terminal, but its standard {name} is not one.")
    assert done.stderr.count("\n") == 0


def test_a_terminal_without_width_is_refused() -> None:
    done = check(columns=0)
    assert done.returncode == 2
    assert done.stderr.startswith("The terminal reports a width of 0 columns.")
