"""One import as the screen sees it: it goes on while the person browses, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import ImportProgress, ImportSummary
    from fluffy_tui.tui.ports import PhotosPort


class ImportState(StrEnum):
    """Where an import stands."""

    IDLE = "idle"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"


@dataclass
class ImportRun:
    """The import that runs, or the last one; one at a time."""

    state: ImportState = ImportState.IDLE
    persona: Persona | None = None
    folders: tuple[Path, ...] = ()
    progress: ImportProgress | None = None
    summary: ImportSummary | None = None
    error: FluffyError | None = None

    @property
    def is_running(self) -> bool:
        """Whether files are being read now."""
        return self.state is ImportState.RUNNING

    @property
    def result_words(self) -> str:
        """How it ended, in one sentence."""
        if self.summary is not None:
            failed = f", {len(self.summary.failed):,} failed" if self.summary.failed else ""
            return f"{self.summary.imported:,} photos imported{failed}."
        if self.error is not None:
            return str(self.error)
        return "The import was stopped; what it had imported is kept."

    def begin(self, folders: Sequence[Path], persona: Persona) -> None:
        """Forget the last import and note the new one."""
        self.state = ImportState.RUNNING
        self.persona, self.folders = persona, tuple(folders)
        self.progress = self.summary = self.error = None

    async def run(self, photos: PhotosPort, moved: Callable[[], None]) -> None:
        """Import what `begin` named; cancelling the task stops it and keeps what was committed.

        `moved` is called after each step of progress. A `FluffyError` is noted as the end of the import;
        anything else is raised.
        """
        if self.persona is None:
            raise ValueError("begin was not called")

        def note(progress: ImportProgress) -> None:
            self.progress = progress
            moved()

        try:
            self.summary = await photos.import_folders(self.folders, self.persona, on_progress=note)
        except FluffyError as error:
            self.state, self.error = ImportState.FAILED, error
        else:
            self.state = ImportState.STOPPED if self.summary.interrupted else ImportState.DONE
        finally:
            if self.state is ImportState.RUNNING:  # cancelled, or something nobody foresaw
                self.state = ImportState.STOPPED
