"""All processes that a program has started, found by their home folder: whether they ended, and how to end them."""

from __future__ import annotations

import time
from pathlib import Path

import psutil

EXIT_SECONDS = 90.0
"""How long a worker and Postgres may take to exit on a busy machine; a test does not usually wait that long."""

POLL_SECONDS = 0.1
"""How often to check which processes are still running."""


def processes_of(home: Path) -> list[psutil.Process]:
    """Return the running processes of this home: app, worker, stand-in, Postgres, and tmux if used."""
    found = []
    for process in psutil.process_iter():
        try:
            if _belongs_to(process, home) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def _belongs_to(process: psutil.Process, home: Path) -> bool:
    """Whether a process has this home; Postgres overwrites its environment, but its working folder is in the home."""
    return process.environ().get("HOME") == str(home) or Path(process.cwd()).is_relative_to(home)


def left_behind(home: Path) -> list[psutil.Process]:
    """Wait until no process has this home any more; return those that are still running.

    They are listed again each time, because one that exits may start another to clean up. Waiting for them by number
    would take the exit status from whoever started them here.
    """
    end = time.monotonic() + EXIT_SECONDS
    while (remaining := processes_of(home)) and time.monotonic() < end:
        time.sleep(POLL_SECONDS)  # there is no event for the end of processes that others started
    return remaining


def end_all(home: Path) -> None:
    """End every process with this home: by SIGTERM, then by SIGKILL."""
    for process in processes_of(home):
        _end(process, by_force=False)
    for process in left_behind(home):
        _end(process, by_force=True)


def _end(process: psutil.Process, *, by_force: bool) -> None:
    try:
        process.kill() if by_force else process.terminate()
    except psutil.NoSuchProcess:  # it has already ended
        return
