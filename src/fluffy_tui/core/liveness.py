"""Whether a worker's job loop makes progress; a running process or event loop does not prove it.

A loop makes progress when it asks for jobs, a job when it commits something. Only then does a worker send heartbeats.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from fluffy_tui.core.shutdown_deadline import FORCED_EXIT

log = logging.getLogger(__name__)

HUNG_SECONDS = 300.0
"""A worker whose loop asked for no job, or whose job committed nothing, for this long sends no more heartbeats."""
CHECKS = 20
"""How many times `exit_when_hung` checks during the time that it allows."""


class Liveness:
    """When a job loop and its running jobs last made progress.

    Args:
        limit: seconds without progress after which the loop or a job counts as hung.
        clock: monotonic seconds; it stops while the computer sleeps.
    """

    def __init__(self, limit: float = HUNG_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._loop = clock()
        self._jobs: dict[object, float] = {}

    def note_progress(self) -> None:
        """Record that the loop has made progress."""
        self._loop = self._clock()

    @contextmanager
    def track_job(self) -> Iterator[None]:
        """Track one job for the length of the block; calls of `note_job_progress` within it count for the job."""
        job = object()
        self._jobs[job] = self._clock()
        token = _current.set(lambda: self._note_job(job))
        try:
            yield
        finally:
            _current.reset(token)
            self._jobs.pop(job, None)
            self.note_progress()

    def _note_job(self, job: object) -> None:
        if job in self._jobs:  # not for tasks that outlive the job, such as writing the request budget
            self._jobs[job] = self._clock()
            self.note_progress()  # a loop that runs as many jobs as it may asks for no more

    @property
    def stuck_seconds(self) -> float:
        """Seconds since the loop, or the job that has waited longest, last made progress."""
        return self._clock() - min((self._loop, *self._jobs.copy().values()))

    @property
    def is_hung(self) -> bool:
        """Whether there was no progress for longer than the limit."""
        return self.stuck_seconds > self.limit


_current: ContextVar[Callable[[], None] | None] = ContextVar("current job", default=None)


def note_job_progress() -> None:
    """Record that the current job, if any, has made progress."""
    if (note := _current.get()) is not None:
        note()


@contextmanager
def exit_when_hung(liveness: Liveness, seconds: float) -> Iterator[None]:
    """End this program by force after `seconds` without progress, so that another worker takes over.

    A thread checks, because a blocked event loop cannot.
    """
    stop = threading.Event()

    def check() -> None:
        while not stop.wait(seconds / CHECKS):
            if liveness.stuck_seconds > seconds:
                log.error(
                    "no progress for %.0f seconds; exiting so that another worker can continue", seconds
                )
                logging.shutdown()
                os._exit(FORCED_EXIT)

    thread = threading.Thread(target=check, name="hang check", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
