"""Whether a job loop gets anywhere: that its process lives, or that its event loop turns, proves nothing.

A loop proves itself by asking for jobs, a job by what it commits. Only then does a worker say that it is alive.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from fluffy_tui.core.shutdown_deadline import HUNG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

LOOKS = 20
"""How often the watch looks within the time that it allows."""


class Pulse:
    """What one job loop and its jobs have last proved.

    Args:
        patience: seconds for which the loop may ask for no job, and a job commit nothing, before they count as hung.
        clock: monotonic seconds; it stands still while the computer sleeps.
    """

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self._clock = clock
        self._beat = clock()
        self._jobs: dict[object, float] = {}

    def beat(self) -> None:
        """Note that the loop has got on."""
        self._beat = self._clock()

    @contextmanager
    def job(self) -> Iterator[None]:
        """Follow one job for as long as the block lasts; `progressed` within it proves that the job gets on."""
        job = object()
        self._jobs[job] = self._clock()
        token = _current.set(lambda: self._progress(job))
        try:
            yield
        finally:
            _current.reset(token)
            self._jobs.pop(job, None)
            self.beat()

    def _progress(self, job: object) -> None:
        if job in self._jobs:  # not for what it started and left behind, such as the writing of the budget
            self._jobs[job] = self._clock()
            self.beat()  # with all hands full the loop asks for no more jobs

    @property
    def silence(self) -> float:
        """Seconds since the loop, or the one of its jobs that is worst off, has last got anywhere."""
        return self._clock() - min((self._beat, *self._jobs.copy().values()))

    @property
    def is_hung(self) -> bool:
        """Whether this has lasted for so long that nothing more is to be hoped for."""
        return self.silence > self.patience


_current: ContextVar[Callable[[], None] | None] = ContextVar("pulse of the job", default=None)


def progressed() -> None:
    """Note that the job in which this is called, if any, has got on."""
    if (note := _current.get()) is not None:
        note()


@contextmanager
def ends_when_hung(pulse: Pulse, seconds: float) -> Iterator[None]:
    """End this program by force once a loop has been silent for so long; whoever keeps it starts another one.

    A thread watches, because an event loop that is blocked cannot.
    """
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(seconds / LOOKS):
            if pulse.silence > seconds:
                log.error("nothing got on for %.0f seconds; ending, so that another worker goes on", seconds)
                logging.shutdown()
                os._exit(HUNG)

    thread = threading.Thread(target=watch, name="hung-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
