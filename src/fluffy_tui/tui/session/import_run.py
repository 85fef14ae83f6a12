"""The import that runs in the background while the user goes on browsing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.text.times import duration_left

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import ImportProgress, ImportSummary
    from fluffy_tui.tui.ports import PhotosPort


class ImportState(StrEnum):
    """What an import is doing, or how it ended."""

    IDLE = "idle"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


@dataclass
class ImportRun:
    """The running import, or the last one; there is only one at a time."""

    state: ImportState = ImportState.IDLE
    persona: Persona | None = None
    folders: tuple[Path, ...] = ()
    progress: ImportProgress | None = None
    summary: ImportSummary | None = None
    error: FluffyError | None = None

    @property
    def is_running(self) -> bool:
        """Whether files are being read."""
        return self.state is ImportState.RUNNING

    @property
    def result_words(self) -> str:
        """How it ended, in one sentence."""
        if self.summary is not None:
            failed = f", {len(self.summary.failed):,} failed" if self.summary.failed else ""
            return f"{self.summary.imported:,} photos imported{failed}."
        if self.error is not None:
            return str(self.error)
        return "Import stopped. Photos imported so far are kept."

    async def run(
        self,
        photos: PhotosPort,
        folders: Sequence[Path],
        persona: Persona,
        on_change: Callable[[], None],
    ) -> None:
        """Import folders; cancelling the task stops the import and keeps what was committed.

        `on_change` is called when the import starts, progresses and ends. A `FluffyError` is kept in `error`;
        any other exception is raised.
        """

        def show(progress: ImportProgress) -> None:
            self.progress = progress
            on_change()

        self.state, self.persona, self.folders = ImportState.RUNNING, persona, tuple(folders)
        self.progress = self.summary = self.error = None
        on_change()
        try:
            self.summary = await photos.import_folders(self.folders, persona, on_progress=show)
        except FluffyError as error:
            self.state, self.error = ImportState.FAILED, error
        else:
            self.state = ImportState.STOPPED if self.summary.interrupted else ImportState.DONE
        finally:
            if self.is_running:  # cancelled, or an unexpected error
                self.state = ImportState.STOPPED
            on_change()


def import_progress_words(progress: ImportProgress) -> str:
    """Return how far an import is: files, files per second, time left."""
    of = f" of {progress.total:,}" if progress.total is not None else " files so far"
    parts = [f"{progress.seen:,}{of}"]
    if progress.seconds > 0:
        parts.append(f"{progress.files_per_second:,.0f} per second")
    if progress.seconds_left is not None:
        parts.append(f"{duration_left(progress.seconds_left)} left")
    return " · ".join(parts)
