"""Every process that a program has started, found by the home it was given: whether they ended, and their end."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

LEAVING_SECONDS = 90.0
"""How long a worker and a Postgres may take to leave on a busy machine; nothing waits for this time."""

LOOK_SECONDS = 0.1
"""How often is looked who is still there."""


def processes_of(home: Path) -> list[psutil.Process]:
    """Return the living processes of this home: app, worker, stand-in, Postgres, and a tmux around them."""
    found = []
    for process in psutil.process_iter():
        try:
            if _is_of(process, home) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def _is_of(process: psutil.Process, home: Path) -> bool:
    """Tell whether a process has this home; Postgres writes its titles over its environment, but works below it."""
    return process.environ().get("HOME") == str(home) or Path(process.cwd()).is_relative_to(home)


def left_behind(home: Path) -> list[psutil.Process]:
    """Wait until no process has this home any more; return those that stayed all the same.

    They are listed anew each time, as one that leaves may start another to clean up. None of them is waited for
    by its number: that would take the exit status from whoever started it here and waits for it, too.
    """
    end = time.monotonic() + LEAVING_SECONDS
    while (left := processes_of(home)) and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)  # no system tells of the end of processes that others have started
    return left


def end_all(home: Path) -> None:
    """End every process with this home: politely, then by force."""
    for process in processes_of(home):
        _tell(process, by_force=False)
    for process in left_behind(home):
        _tell(process, by_force=True)


def _tell(process: psutil.Process, *, by_force: bool) -> None:
    try:
        process.kill() if by_force else process.terminate()
    except psutil.NoSuchProcess:  # it went by itself
        return
