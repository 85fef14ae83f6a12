"""The states of an import, without a screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import ImportProgress
from fluffy_tui.tui.session.import_run import (
    ImportRun,
    ImportState,
    import_progress_words,
)
from tui.fakes import FakeServices

FOLDERS = [Path("/photos")]


class Run:
    """An import of sarah's, with every state it went through."""

    def __init__(self, services: FakeServices) -> None:
        self.run = ImportRun()
        self.states: list[ImportState] = []
        self._services = services

    async def __call__(self) -> None:
        """Run it."""
        await self.run.run(
            self._services.photos,
            FOLDERS,
            self._services.personas.personas[1],
            lambda: self.states.append(self.run.state),
        )


@pytest.fixture
def importing(services: FakeServices) -> Run:
    return Run(services)


async def test_an_import_reports_its_start_its_progress_and_its_end(importing: Run) -> None:
    await importing()
    assert importing.states == [ImportState.RUNNING, ImportState.RUNNING, ImportState.DONE]
    assert importing.run.result_words == "1,198 photos imported, 1 failed."


async def test_a_refused_import_keeps_the_reason(importing: Run, services: FakeServices) -> None:
    services.photos.import_error = FluffyError("No such folder.")
    await importing()
    assert importing.run.state is ImportState.FAILED
    assert importing.run.result_words == "No such folder."


async def test_a_cancelled_import_is_stopped(importing: Run, services: FakeServices) -> None:
    services.photos.import_gate.clear()
    task = asyncio.create_task(importing())
    while importing.run.progress is None:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert importing.states[-1] is ImportState.STOPPED
    assert importing.run.result_words == "Import stopped. Photos imported so far are kept."


def test_progress_names_files_and_speed() -> None:
    progress = ImportProgress(seen=340, total=1200, imported=338, failed=1, bytes_read=10**9, seconds=2.0)
    assert import_progress_words(progress) == "340 of 1,200 · 170 per second · 5 s left"
