"""Decodes pictures in processes of their own, which are ended at a limit of time or memory.

Only for pictures whose header does not bound what decoding them takes: a hundred passes over them, decoders that may
hang or crash. What the header bounds is decoded here and now. The processes stay for the next picture, end with ours,
and know none of its secrets.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from fluffy_tui.images.errors import DAMAGED, PhotoUnreadable, Unreadable

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = 60
"""How long a picture may take; the largest that are allowed take ten on a slow machine."""
MOST_BYTES = 2 << 30
"""Memory that a process may use; the pixels of the largest pictures take half of it."""

_LOOK_SECONDS = 0.05
_PASSED_ON = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TMPDIR",
        "TZ",
        "PYTHONPATH",
        "PYTHONUTF8",
        "LD_LIBRARY_PATH",
    }
)

_here = threading.local()
_one_large = threading.Lock()


class NeedsLimits(Exception):
    """This picture must not be decoded without limits.

    Args:
        large: Whether there is memory for only one such picture at a time.
    """

    def __init__(self, *, large: bool) -> None:
        super().__init__()
        self.large = large


def within_limits(function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Call a function that reads a picture; in a limited process if it raises `NeedsLimits` here.

    Calls may be nested: the outermost function is run in the process, so that only its result has to cross over. It has
    to be defined in a module, so that the process can import it, and to depend on nothing but its arguments.

    Raises:
        PhotoUnreadable: it took too much, or the decoder crashed.
    """
    if getattr(_here, "is_nested", False):
        return function(*args, **options)
    _here.is_nested = True
    try:
        return function(*args, **options)
    except NeedsLimits as need:
        with _one_large if need.large else nullcontext():
            return _processes.call(lambda process: process.call(function, args, options))
    finally:
        _here.is_nested = False


def are_set() -> bool:
    """Return whether this is a process with limits."""
    return getattr(_here, "is_limited", False)


def serve(descriptor: int, seconds: int) -> None:
    """Be a limited process: call what is asked for, each time for at most `seconds`, until the starter is gone.

    The kernel ends it when time is up, whatever a decoder is doing, and even if the starter is gone by then.
    """
    _here.is_limited = _here.is_nested = True
    connection = Connection(descriptor)
    while True:
        try:
            function, args, options = connection.recv()
        except EOFError:
            return
        signal.alarm(seconds)
        try:
            answer = True, function(*args, **options)
        except (PhotoUnreadable, *DAMAGED) as error:
            answer = False, error
        signal.alarm(0)
        connection.send(answer)


class LimitedProcess:
    """A limited process, as its starter sees it.

    Args:
        seconds: How long each call may take.
        environment: Variables that it is given besides the usual ones.
    """

    def __init__(self, seconds: int = SECONDS, environment: Mapping[str, str] | None = None) -> None:
        ours, theirs = socket.socketpair()
        program = f"from fluffy_tui.images.limited_process import serve; serve({theirs.fileno()}, {seconds})"
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-c", program],
                env={name: value for name, value in os.environ.items() if name in _PASSED_ON}
                | dict(environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )
        self._connection = Connection(ours.detach())
        self._is_answering = False

    @property
    def is_ready(self) -> bool:
        """Whether it can be asked: an answer that nobody read would be mistaken for that to the next question."""
        return not self._is_answering and self._process.poll() is None

    def call(self, function: Callable[..., T], args: tuple[object, ...], options: dict[str, object]) -> T:
        """Call a function of a module there; return what it returns, or raise what it raises.

        Raises:
            PhotoUnreadable: it took too much, or crashed.
        """
        self._is_answering = True
        try:
            self._connection.send((function, args, options))
            while not self._connection.poll(_LOOK_SECONDS):
                if self._memory() > MOST_BYTES:
                    self._process.kill()
            succeeded, answer = self._connection.recv()
        except (EOFError, ConnectionError):
            raise PhotoUnreadable(self._why_ended()) from None
        self._is_answering = False
        if not succeeded:
            raise answer
        return answer  # type: ignore[no-any-return]

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def _memory(self) -> int:
        import psutil

        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _why_ended(self) -> Unreadable:
        status = self._process.wait()
        if status in (-signal.SIGALRM, -signal.SIGKILL):
            return Unreadable.TOO_COSTLY
        return Unreadable.DAMAGED if status < 0 else Unreadable.NO_DECODER


class _Processes:
    """The limited processes of this program: as many as can work at once, started when they are first needed."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(min(4, os.cpu_count() or 2))
        self._idle: list[LimitedProcess] = []

    def call(self, use: Callable[[LimitedProcess], T]) -> T:
        with self._places:
            process = self._take()
            try:
                return use(process)
            finally:
                self._idle.append(process)

    def _take(self) -> LimitedProcess:
        while self._idle:
            process = self._idle.pop()
            if process.is_ready:
                return process
            process.end()
        try:
            return LimitedProcess()
        except OSError:
            raise PhotoUnreadable(Unreadable.NO_DECODER) from None

    def end(self) -> None:
        while self._idle:
            self._idle.pop().end()


_processes = _Processes()
atexit.register(_processes.end)
