"""`fluffy-tui --import`: folders into a persona's library, without drawing a screen."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from fluffy_tui.personas import PersonaNameTaken, PersonaNotFound
from fluffy_tui.photos import existing_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import FailedFile, Importer, ImportProgress, ImportSummary
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


class ImportServices(Protocol):
    """The services that an import needs, open and ready."""

    @property
    def personas(self) -> PersonasToImportFor:
        """Personas."""

    @property
    def photos(self) -> PhotosToImport:
        """Photos."""


async def open_and_run(settings: Settings, folders: Sequence[Path], persona_name: str, *, json: bool) -> int:
    """Open the services and import, as `run` does; the folders are looked at before anything is opened.

    Raises:
        FolderNotFound: a folder does not exist or is no folder; nothing was begun.
        FluffyError: the services cannot be opened.
    """
    from fluffy_tui.bootstrap import open_services

    await asyncio.to_thread(existing_folders, folders)
    async with open_services(settings) as services:
        return await run(services, folders, persona_name, json=json)


async def run(services: ImportServices, folders: Sequence[Path], persona_name: str, *, json: bool) -> int:
    """Import the folders for the persona of that name, which is created if new, and print what became of them.

    Cancelling the task, as `asyncio.run` does on ctrl+c, stops the import and keeps what was committed.

    Args:
        services: Open.
        folders: Each is walked with all its subfolders.
        persona_name: In any case of letters.
        json: Print one JSON object a line instead of sentences.

    Returns:
        The exit status: 0 when every file could be read, 1 when not, 130 when it was stopped.

    Raises:
        FolderNotFound: a folder does not exist or is no folder; nothing was begun, no persona created.
    """
    await asyncio.to_thread(existing_folders, folders)
    persona = await _persona(services.personas, persona_name)
    report: _Report = _JsonReport() if json else _HumanReport()
    with _progress_bar() as show:
        importer = services.photos.importer(folders, persona, on_progress=show, on_failed=report.failed)
        try:
            summary = await importer.run()
        except asyncio.CancelledError:
            summary = importer.summary(interrupted=True)
            _take_note_of_cancelling()
    report.finished(summary, importer.progress())
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


class _Report(Protocol):
    def failed(self, file: FailedFile) -> None: ...

    def finished(self, summary: ImportSummary, progress: ImportProgress) -> None: ...


class _JsonReport:
    """One object a line on standard output; every character outside ASCII is escaped, so any pipe carries it."""

    def failed(self, file: FailedFile) -> None:
        self._write({"event": "failed", "path": str(file.path), "reason": file.reason})

    def finished(self, summary: ImportSummary, progress: ImportProgress) -> None:
        event: dict[str, object] = {
            "event": "summary",
            "persona": summary.persona,
            "imported": summary.imported,
            "unchanged": summary.unchanged,
            "moved": summary.moved,
            "duplicates": summary.duplicates,
            "failed": len(summary.failed),
            "seconds": round(summary.seconds, 3),
        }
        if summary.interrupted:
            event["interrupted"] = True
        self._write(event)

    def _write(self, event: dict[str, object]) -> None:
        print(json.dumps(event), flush=True)


class _HumanReport:
    """Sentences on standard output, the files that failed last, where they are seen."""

    def failed(self, file: FailedFile) -> None:
        """Wait for the end: a list in the middle of a progress bar is lost."""

    def finished(self, summary: ImportSummary, progress: ImportProgress) -> None:
        if summary.interrupted:
            total = f" of {progress.total:,}" if progress.total is not None else ""
            _say(f"Stopped: {progress.seen:,}{total} files looked at; what was imported until then is kept.")
        counts = (
            ("imported", summary.imported),
            ("already there", summary.unchanged),
            ("moved", summary.moved),
            ("duplicates", summary.duplicates),
            ("failed", len(summary.failed)),
        )
        told = ", ".join(f"{count:,} {what}" for what, count in counts)
        _say(f"{summary.persona}: {told}, in {summary.seconds:.1f} s.")
        for file in sorted(summary.failed, key=lambda file: file.path):
            _say(f"  {file.path}: {file.reason}")


def _say(text: str) -> None:
    """Print a line; a file's name may hold control characters, or letters that the terminal cannot show."""
    visible = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )
    encoding = sys.stdout.encoding or "utf-8"
    print(visible.encode(encoding, "backslashreplace").decode(encoding), flush=True)


@contextmanager
def _progress_bar() -> Iterator[Callable[[ImportProgress], None]]:
    """Show a bar with rate and time left on standard error, if that is a terminal; yield what moves it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("Importing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, pace="")

        def show(progress: ImportProgress) -> None:
            bar.update(task, completed=progress.seen, total=progress.total, pace=_pace(progress))

        yield show


def _pace(progress: ImportProgress) -> str:
    megabytes = progress.bytes_read / progress.seconds / 1e6 if progress.seconds > 0 else 0.0
    decimals = 0 if progress.files_per_second >= 10 else 1
    pace = f"{progress.files_per_second:,.{decimals}f} files/s, {megabytes:,.0f} MB/s"
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        pace += f", {minutes}:{seconds:02} left"
    return f"{pace}, {progress.failed:,} failed" if progress.failed else pace
