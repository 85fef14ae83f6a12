"""The app's own worker is started again whatever happened to it, and the user is told why there is none."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fluffy_tui.core.database import Database
from fluffy_tui.modes import worker_supervisor
from fluffy_tui.modes.worker_supervisor import supervised_worker
from fluffy_tui.scheduling import Workers


async def until(holds: Callable[[], bool]) -> None:
    """Let the supervisor go on until something is true."""
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)


def program(path: Path, script: str) -> str:
    """Write a program in place of the interpreter; return its path."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


async def test_a_worker_that_cannot_be_started_is_reported_and_tried_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade that replaces the interpreter; then it is back."""
    workers = Workers(database)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    async with supervised_worker(workers, os.environ, tmp_path / "log"):
        await until(lambda: workers.start_failure != "")
        assert workers.start_failure == "No such file or directory"
        program(tmp_path / "gone", f"touch {tmp_path}/started; cat > /dev/null")
        await until((tmp_path / "started").exists)


async def test_a_worker_takes_no_module_from_the_current_folder(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of photos may have any file in it; as a script's own folder, it would come first."""
    command = tmp_path / "command"
    monkeypatch.setattr(
        sys,
        "executable",
        program(tmp_path / "python", f'echo "$1 $2" > {command}.new; mv {command}.new {command}'),
    )
    async with supervised_worker(Workers(database), os.environ, tmp_path / "log"):
        await until(command.exists)
    assert command.read_text() == "-P -m\n"


async def test_a_worker_that_ends_at_once_is_reported(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = Workers(database)
    monkeypatch.setattr(sys, "executable", program(tmp_path / "broken", "exit 3"))
    async with supervised_worker(workers, os.environ, tmp_path / "log"):
        await until(lambda: "status 3" in workers.start_failure)


async def test_one_that_ran_for_long_is_no_failed_start(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = Workers(database)
    workers.start_failure = "from before"
    monkeypatch.setattr(worker_supervisor, "STARTED_AFTER", -1.0)
    monkeypatch.setattr(sys, "executable", program(tmp_path / "worker", "exit 0"))
    async with supervised_worker(workers, os.environ, tmp_path / "log"):
        await until(lambda: workers.start_failure == "")
