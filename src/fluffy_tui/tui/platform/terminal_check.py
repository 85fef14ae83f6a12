"""Checks that there is a usable terminal before anything is drawn."""

from __future__ import annotations

import os
import sys

from fluffy_tui.core.errors import UsageError

_HINT = "Run it in a terminal window; --import, --worker and --doctor work without one."


def check_terminal() -> None:
    """Refuse to start without a usable terminal.

    Raises:
        UsageError: standard input, output or error, where Textual draws, is not a terminal, or it has no width.
    """
    for name, descriptor in (("input", 0), ("output", 1), ("error", 2)):
        if not os.isatty(descriptor):
            raise UsageError(f"The app needs a terminal, but its standard {name} is not one.", _HINT)
    if sys.stdin is None or sys.stdout is None:
        raise UsageError("The app needs a terminal, but its standard input or output is closed.", _HINT)
    if os.environ.get("TERM") == "dumb":
        raise UsageError(
            "This terminal says that it can only print lines (TERM=dumb), and the app draws on the whole screen.",
            _HINT,
        )
    if os.get_terminal_size(1).columns == 0:
        raise UsageError(
            "The terminal reports a width of 0 columns.",
            "Set a size, for example with `stty cols 80 rows 24`, and start again.",
        )
