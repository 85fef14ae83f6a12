"""`fluffy-tui --import`: folders into a persona's library, without drawing a screen."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Protocol

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.modes.imports.import_report import HumanReport, JsonReport, Report, progress_bar
from fluffy_tui.personas import PersonaNameTaken, PersonaNotFound
from fluffy_tui.photos import existing_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import FailedFile, Importer, ImportProgress, ImportSummary, Watch
    from fluffy_tui.settings import Settings

ALL_WELL = 0
SOME_FAILED = 1
INTERRUPTED = 130
"""What shells report for a program that ctrl+c ended: 128 and the number of SIGINT."""


class PersonasToImportFor(Protocol):
    """What an import asks of the personas."""

    async def get(self, name: str) -> Persona:
        """Return the persona of this name; raises PersonaNotFound."""

    async def create(self, name: str) -> Persona:
        """Make a persona; raises PersonaNameTaken."""


class PhotosToImport(Protocol):
    """What an import asks of the photos."""

    def importer(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None],
        on_failed: Callable[[FailedFile], None],
    ) -> Importer:
        """Return an import that is ready to run; raises FolderNotFound."""

    def watch(
        self,
        folders: Sequence[Path],
        persona: Persona,
        *,
        on_progress: Callable[[ImportProgress], None],
        on_round: Callable[[ImportSummary], None],
    ) -> Watch:
        """Return an import that goes on with what comes; raises FolderNotFound."""


class ImportServices(Protocol):
    """The services that an import needs, open and ready."""

    @property
    def personas(self) -> PersonasToImportFor:
        """Personas."""

    @property
    def photos(self) -> PhotosToImport:
        """Photos."""


async def open_and_run(
    settings: Settings, folders: Sequence[Path], persona_name: str, *, json: bool, watch: bool = False
) -> int:
    """Open the services and import, as `run` does; the folders are looked at before anything is opened.

    Raises:
        FolderNotFound: a folder does not exist or is no folder; nothing was begun.
        FluffyError: the services cannot be opened.
    """
    from fluffy_tui.bootstrap import open_services

    await asyncio.to_thread(existing_folders, folders)
    async with open_services(settings) as services:
        return await run(services, folders, persona_name, json=json, watch=watch)


async def run(
    services: ImportServices, folders: Sequence[Path], persona_name: str, *, json: bool, watch: bool = False
) -> int:
    """Import the folders for the persona of that name, which is created if new, and print what became of them.

    Cancelling the task, as `asyncio.run` does on ctrl+c, stops the import and keeps what was committed.

    Args:
        services: Open.
        folders: Each is walked with all its subfolders.
        persona_name: In any case of letters.
        json: Print one JSON object a line instead of sentences.
        watch: Go on with whatever comes into the folders, until stopped.

    Returns:
        The exit status: 0 when every file could be read, 1 when not, 130 when it was stopped.

    Raises:
        FolderNotFound: a folder does not exist or is no folder; nothing was begun, no persona created.
    """
    await asyncio.to_thread(existing_folders, folders)
    persona = await _persona(services.personas, persona_name)
    report: Report = JsonReport() if json else HumanReport()
    if watch:
        return await _watch(services.photos, folders, persona, report)
    with progress_bar() as show:
        importer = services.photos.importer(folders, persona, on_progress=show, on_failed=report.failed)
        try:
            summary = await importer.run()
        except asyncio.CancelledError:
            summary = importer.summary(interrupted=True)
            _take_note_of_cancelling()
    report.finished(summary, importer.progress())
    return _status(summary)


async def _watch(photos: PhotosToImport, folders: Sequence[Path], persona: Persona, report: Report) -> int:
    """Import what is there and what comes; being stopped while nothing is imported is the usual end."""
    refused = False
    with progress_bar() as show:
        watch = photos.watch(folders, persona, on_progress=show, on_round=report.taken)
        try:
            await watch.run()
        except asyncio.CancelledError:
            _take_note_of_cancelling()
        except FluffyError as error:
            sys.stderr.write(f"fluffy-tui: {error}\n")
            refused = True
    summary = watch.summary()
    for file in summary.failed:
        report.failed(file)
    report.finished(summary, None)
    return SOME_FAILED if refused else _status(summary)


def _status(summary: ImportSummary) -> int:
    if summary.interrupted:
        return INTERRUPTED
    return SOME_FAILED if summary.failed else ALL_WELL


def _take_note_of_cancelling() -> None:
    """Let what still has to be closed in this task wait in peace: the request to stop has been obeyed."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


async def _persona(personas: PersonasToImportFor, name: str) -> Persona:
    try:
        return await personas.get(name)
    except PersonaNotFound:
        pass
    try:
        return await personas.create(name)
    except PersonaNameTaken:  # another import created it at the same moment
        return await personas.get(name)
