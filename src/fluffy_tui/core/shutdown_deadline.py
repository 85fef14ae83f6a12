"""The last resort at shutdown: a program that hangs on something outside it exits anyway."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

FORCED_EXIT = 70
"""Exit status of a program that had to be ended by force (EX_SOFTWARE of sysexits.h)."""


@contextmanager
def hard_deadline(seconds: float, *, until_exit: bool = False) -> Iterator[Callable[[], None]]:
    """Yield a function that starts the countdown; leaving the block in time cancels it.

    With `until_exit` a countdown that has begun goes on: Python waits at exit for every thread, and one that reads from
    a disk that hangs never ends.

    A thread counts down, because an event loop that is blocked, or waits for a dead database, cannot. It is there from
    the beginning, because a program that lacks memory could not start it later.
    """
    begun, ended = threading.Event(), threading.Event()

    def count_down() -> None:
        begun.wait()
        if not ended.wait(seconds):
            _end(seconds)

    threading.Thread(target=count_down, name="shutdown deadline", daemon=True).start()
    try:
        yield begun.set
    finally:
        if not (until_exit and begun.is_set()):
            ended.set()
            begun.set()


def _end(seconds: float) -> None:
    log.error("still running %.0f seconds after the request to stop; exiting by force", seconds)
    logging.shutdown()
    os._exit(FORCED_EXIT)
