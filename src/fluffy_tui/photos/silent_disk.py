"""What a disk that hangs may cost: its own photos, after a while, and no thread that anything else needs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from fluffy_tui.core.child_process import in_daemon_thread
from fluffy_tui.images import PhotoUnreadable, Unreadable

A = TypeVar("A")
T = TypeVar("T")

LIMIT_SECONDS = 120.0
"""As long as making a picture may take: the largest photo from a slow share takes less."""

_LEAST_SECONDS = 5.0
_MOST_HUNG = 3
"""Files after which the others of a list are not looked at: with more, a worker would count as stuck."""


class SignOfLife:
    """What a thread that reads many files asks, again and again, whether to stop: so its disk answers."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._is_given_up = False
        self.seen = time.monotonic()

    def is_set(self) -> bool:
        """Return whether to stop, as an event does."""
        self.seen = time.monotonic()
        return self._is_given_up or self._stop.is_set()

    def give_up(self) -> None:
        """Have the thread stop, should its disk answer after all."""
        self._is_given_up = True


async def from_disk(
    read: Callable[[], T],
    name: str = "",
    *,
    sign: SignOfLife | None = None,
    pool: ThreadPoolExecutor | None = None,
    hung_before: int = 0,
) -> T:
    """Return what `read` returns, in a thread of its own, which is left alone if the disk hangs.

    Args:
        read: Reads one photo, or many of which each gives a sign of life.
        name: The photo's, for the message.
        sign: Of life.
        pool: Whose thread is used; it is lost if the disk hangs.
        hung_before: How many photos did before: the more there are, the sooner this one is given up, since it may be on
            the same disk.

    Raises:
        PhotoUnreadable: it takes too long.
    """
    limit = max(LIMIT_SECONDS / (1 + hung_before), min(_LEAST_SECONDS, LIMIT_SECONDS))
    begun = time.monotonic()
    in_pool = asyncio.get_running_loop().run_in_executor
    reading = asyncio.ensure_future(in_daemon_thread(read) if pool is None else in_pool(pool, read))
    try:
        while (left := max(begun, sign.seen if sign else begun) + limit - time.monotonic()) > 0:
            if (await asyncio.wait({reading}, timeout=left))[0]:
                return reading.result()
    except TimeoutError:  # a share that gives up by itself
        pass
    finally:
        reading.cancel()
    if sign is not None:
        sign.give_up()
    raise PhotoUnreadable(Unreadable.NO_ANSWER, name=name)


async def each_from_disk(look: Callable[[A], T], items: Sequence[A]) -> list[T | None]:
    """Return what `look` returns of each item, in a thread: None where the disk hangs, and after a few such for all."""
    results: list[T | None] = []
    hung = 0
    while len(results) < len(items) and hung < _MOST_HUNG:
        sign, answers = SignOfLife(threading.Event()), list[T | None]()
        looking = partial(_look_on, look, items[len(results) :], sign, answers)
        try:
            await from_disk(looking, sign=sign, hung_before=hung)
        except PhotoUnreadable:
            hung += 1
            answers = [*answers, None]  # without what comes late
        results += answers
    return [*results, *[None] * (len(items) - len(results))]


def _look_on(look: Callable[[A], T], items: Sequence[A], sign: SignOfLife, answers: list[T | None]) -> None:
    for item in items:
        if sign.is_set():
            return
        answers.append(look(item))
