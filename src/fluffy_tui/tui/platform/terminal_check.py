"""Whether there is a terminal that the app can be shown on; looked at before anything is drawn."""

from __future__ import annotations

import os
import sys

from fluffy_tui.core.errors import UsageError

_HINT = "Run it in a terminal window; --import, --worker and --doctor work without one."


def check_terminal() -> None:
    """Let the app start only where it can be seen and typed into.

    Raises:
        UsageError: standard input or output is no terminal, or the terminal says it has no columns.
    """
    for name, descriptor in (("input", 0), ("output", 1)):
        if not os.isatty(descriptor):
            raise UsageError(f"The app needs a terminal, but its standard {name} is not one.", _HINT)
    if sys.stdin is None or sys.stdout is None:
        raise UsageError("The app needs a terminal, but its standard input or output is closed.", _HINT)
    if os.get_terminal_size(1).columns == 0:
        raise UsageError(
            "The terminal says that it is 0 columns wide.",
            "Give it a size, as with `stty cols 80 rows 24`, and start again.",
        )
