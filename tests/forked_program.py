"""Programs in processes of their own that have nothing left to import: forked from one that has imported everything.

A second of processor time for each of several hundred processes is a quarter of a run. What depends on the start itself
is tested with processes that are started as users start them.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.forkserver import ensure_running
from pathlib import Path

import pytest

from fluffy_tui.core.child_process import in_daemon_thread

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["program_imports"])


@cache
def _import_once() -> None:
    """Start the process that imports everything, from the folder of the tests; it outlives the home of this test."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("PYTHONPATH", "HOME"):
            patch.setenv(variable, str(Path(__file__).parent))
        ensure_running()


class ForkedProgram:
    """A running program, with the interface of a `ChildProcess`, which its tests may kill.

    Args:
        program: Returns the exit status.
        environment: The program's whole environment.
        output: File that receives what the program prints.
        errors: File that receives what it prints as errors, if another one.
        text: What is in its standard input; if None, that is a pipe to which nothing is written.
        folder: Where it runs.
    """

    def __init__(
        self,
        program: Callable[[], object],
        environment: Mapping[str, str],
        output: Path,
        *,
        errors: Path | None = None,
        text: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        _import_once()
        reader, self._input = _processes.Pipe(duplex=False)
        self._process = _processes.Process(
            target=_run,
            args=(program, dict(environment), text or reader, output, errors or output, folder or Path.cwd()),
            daemon=True,
        )
        self._process.start()
        reader.close()

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process.pid is not None
        return self._process.pid

    def wait(self) -> int:
        """Wait until the program has ended and return its exit status, negative for a signal."""
        self._process.join()
        status = self._process.exitcode
        assert status is not None
        self.release()
        return status

    async def ended(self) -> int:
        """Wait like `wait`."""
        return await in_daemon_thread(self.wait)

    def release(self) -> None:
        """Close the program's input: it finishes what it has begun and exits."""
        self._input.close()

    def kill(self) -> None:
        """Kill the program if it still runs."""
        self._process.kill()


def _run(
    program: Callable[[], object],
    environment: Mapping[str, str],
    text: Path | Connection,
    output: Path,
    errors: Path,
    folder: Path,
) -> None:
    """Be the program: with its environment, standard streams, session and folder."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    with ExitStack() as opened:
        given = opened.enter_context(text.open("rb")) if isinstance(text, Path) else text
        os.dup2(given.fileno(), 0)
        for descriptor, path in ((1, output), (2, errors)):
            os.dup2(opened.enter_context(path.open("ab")).fileno(), descriptor)
    if isinstance(text, Connection):
        text.close()
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="surrogateescape")  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="surrogateescape")  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="backslashreplace")  # type: ignore[misc]  # noqa: SIM115
    try:
        status = program()
    finally:
        atexit._run_exitfuncs()  # which a forked process does not do by itself
    raise SystemExit(status)
