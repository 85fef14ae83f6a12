"""The app with a clock beside its event loop: the longest time it did not answer is written to a file at the end.

python benchmarks/browse_app.py FILE [arguments of fluffy-tui]
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from pathlib import Path

from fluffy_tui.cli import main

EVERY = 0.005
IGNORED = 3.0
"""Seconds after the start that are not counted: nobody browses yet."""


class Loop(asyncio.SelectorEventLoop):
    """An event loop that is asked for a sign of life again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._begun = time.perf_counter()
        threading.Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        while not self.is_closed():
            answered = threading.Event()
            asked = time.perf_counter()
            try:
                self.call_soon_threadsafe(answered.set)
            except RuntimeError:
                return
            answered.wait(30)
            if asked - self._begun > IGNORED:
                self.longest = max(self.longest, time.perf_counter() - asked)
            time.sleep(EVERY)


class Policy(asyncio.DefaultEventLoopPolicy):
    """Makes such loops and keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Loop] = []

    def new_event_loop(self) -> Loop:
        """Make one."""
        self.made.append(Loop())
        return self.made[-1]


if __name__ == "__main__":
    policy = Policy()
    asyncio.set_event_loop_policy(policy)
    try:
        status = main(sys.argv[2:])
    finally:
        longest = max((loop.longest for loop in policy.made), default=0.0)
        Path(sys.argv[1]).write_text(f"{longest * 1000:.1f}\n", encoding="utf-8")
    sys.exit(status)
