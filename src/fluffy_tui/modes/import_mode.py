"""`--import`: import folders into a persona's library without opening the app, once or (`--watch`) continuously."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import DatabaseUnavailable, FluffyError
from fluffy_tui.core.terminal_text import visible
from fluffy_tui.personas import PersonaNameTaken, PersonaNotFound
from fluffy_tui.photos import existing_folders, from_disk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from fluffy_tui.personas import Persona, Personas
    from fluffy_tui.photos import FailedFile, ImportProgress, ImportSummary, Photos
    from fluffy_tui.settings import Settings

OK = 0
SOME_FAILED = 1
INTERRUPTED = 130
"""What shells report for a program that ctrl+c ended: 128 plus the number of SIGINT."""


async def _nothing() -> None:
    """Leave a server that is not ours alone."""


async def run(
    settings: Settings, folders: Sequence[Path], persona_name: str, *, as_json: bool, watch: bool
) -> int:
    """Check that the folders exist, open the services and import, see `import_folders`.

    Raises:
        FolderNotFound: a folder does not exist or is not a folder; nothing was imported.
        FluffyError: the services cannot be opened.
    """
    from fluffy_tui.bootstrap import open_services

    await from_disk(partial(existing_folders, folders))
    async with open_services(settings) as services:
        return await import_folders(
            services.personas,
            services.photos,
            folders,
            persona_name,
            as_json=as_json,
            watch=watch,
            reach_server=services.reach_server,
        )


async def import_folders(
    personas: Personas,
    photos: Photos,
    folders: Sequence[Path],
    persona_name: str,
    *,
    as_json: bool = False,
    watch: bool = False,
    reach_server: Callable[[], Awaitable[None]] = _nothing,
) -> int:
    """Import folders for the persona of that name in upper or lower case, created if new, and print the result.

    All their subfolders are imported. `as_json` prints one JSON object per line instead of text. `watch` keeps
    importing new files until stopped. Cancelling the task, as `asyncio.run` does on ctrl+c, stops the import and
    keeps what was committed. `reach_server` restarts a database server of our own that was lost.

    Returns:
        The exit status: 0 when every file was imported, 1 when some failed, 130 when interrupted.

    Raises:
        FolderNotFound: a folder does not exist or is not a folder; nothing was imported and no persona created.
        DatabaseUnavailable: the database was lost, or its disk is full; what was committed is kept and printed.
    """
    await from_disk(partial(existing_folders, folders))
    persona = await _get_or_create(personas, persona_name)
    report: Report = JsonReport() if as_json else TextReport()
    if watch:
        return await _watch(photos, folders, persona, report, reach_server)
    with progress_bar() as show:
        importer = photos.importer(folders, persona, on_progress=show, on_failed=report.failed)
        try:
            summary = await importer.run()
        except asyncio.CancelledError:
            summary = importer.summary(interrupted=True)
            forget_cancellation()
        except DatabaseUnavailable:
            report.finished(importer.summary(interrupted=True), importer.progress())
            raise
    report.finished(summary, importer.progress())
    return _status(summary)


async def _watch(
    photos: Photos,
    folders: Sequence[Path],
    persona: Persona,
    report: Report,
    reach_server: Callable[[], Awaitable[None]],
) -> int:
    """Import existing and new files until stopped; ctrl+c while nothing is being imported is the normal end."""
    failed = False

    async def wait_for_database(error: DatabaseUnavailable, attempt: int) -> None:
        if attempt == 2:  # a server of our own is started again by then
            sys.stderr.write(f"fluffy-tui: {error} Nothing is lost: watching then continues.\n")
        with suppress(DatabaseUnavailable):
            await reach_server()

    with progress_bar() as show:
        watch = photos.watch(
            folders,
            persona,
            on_progress=show,
            on_round=report.taken,
            on_outage=wait_for_database,
            on_presence=report.presence,
        )
        try:
            await watch.run()
        except asyncio.CancelledError:
            forget_cancellation()
        except FluffyError as error:
            sys.stderr.write(f"fluffy-tui: {error}\n")
            failed = True
    summary = watch.summary()
    for file in summary.failed:
        report.failed(file)
    report.finished(summary, None)
    return SOME_FAILED if failed else _status(summary)


def _status(summary: ImportSummary) -> int:
    if summary.interrupted:
        return INTERRUPTED
    return SOME_FAILED if summary.failed else OK


def forget_cancellation() -> None:
    """Allow this task to wait again, for what it still has to close: the cancellation was handled."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


async def _get_or_create(personas: Personas, name: str) -> Persona:
    try:
        return await personas.get(name)
    except PersonaNotFound:
        pass
    try:
        return await personas.create(name)
    except PersonaNameTaken:  # another import created it at the same moment
        return await personas.get(name)


def failed_event(file: FailedFile) -> dict[str, object]:
    """Return a file that could not be read, and why, as an event."""
    return {"event": "failed", "path": str(file.path), "reason": file.reason}


def failed_line(file: FailedFile) -> str:
    """Return a file that could not be read, and why, as a line."""
    return f"  {file.path}: {file.reason}"


class JsonReport:
    """One object per line on standard output; characters outside ASCII are escaped, so any pipe can carry it."""

    def failed(self, file: FailedFile) -> None:
        self._write(failed_event(file))

    def taken(self, summary: ImportSummary) -> None:
        """Write the counts of one import of a watched folder, and the files that may not be complete yet."""
        self._write({"event": "taken", **_counts(summary)})
        for file in summary.failed:
            self._write({"event": "waiting", "path": str(file.path), "reason": file.reason})

    def presence(self, folder: Path, is_there: bool) -> None:
        """Write that a watched folder is unavailable, or back."""
        self._write({"event": "back" if is_there else "away", "path": str(folder)})

    def finished(self, summary: ImportSummary, progress: ImportProgress | None) -> None:
        event: dict[str, object] = {
            "event": "summary",
            "persona": summary.persona,
            **_counts(summary),
            "seconds": round(summary.seconds, 3),
        }
        if summary.interrupted:
            event["interrupted"] = True
        self._write(event)

    def _write(self, event: dict[str, object]) -> None:
        print(json.dumps(event), flush=True)


class TextReport:
    """Text on standard output, with failed files at the end, where they are seen."""

    def failed(self, file: FailedFile) -> None:
        """Print nothing until the end: a list in the middle of a progress bar is lost."""

    def taken(self, summary: ImportSummary) -> None:
        """Print the counts of one import of a watched folder, and the files that may not be complete yet."""
        print_line(_summary_line(summary))
        for file in summary.failed:
            print_line(f"  waiting for {file.path}: {file.reason}")

    def presence(self, folder: Path, is_there: bool) -> None:
        """Print that a watched folder is unavailable, or back."""
        away = "is unavailable. Its photos are kept, and watching continues when it is back."
        print_line(f"The folder {folder} {'is back.' if is_there else away}")

    def finished(self, summary: ImportSummary, progress: ImportProgress | None) -> None:
        """Print the summary, and how far an interrupted import got."""
        if summary.interrupted and progress is not None:
            total = f" of {progress.total:,}" if progress.total is not None else ""
            print_line(f"Stopped after {progress.seen:,}{total} files. Photos imported so far are kept.")
        print_line(_summary_line(summary))
        for file in sorted(summary.failed, key=lambda file: file.path):
            print_line(failed_line(file))
        for line in summary.advice:
            print_line(f"  {line}")


Report = JsonReport | TextReport


def _counts(summary: ImportSummary) -> dict[str, object]:
    return {
        "imported": summary.imported,
        "unchanged": summary.unchanged,
        "moved": summary.moved,
        "known_elsewhere": summary.known_elsewhere,
        "duplicates": summary.duplicates,
        "missing": summary.missing,
        "failed": len(summary.failed),
        **({"passed_over": dict(summary.passed_over)} if summary.passed_over else {}),
        **({"damaged_xmp": summary.damaged_xmp} if summary.damaged_xmp else {}),
        **({"redated": summary.redated} if summary.redated else {}),
    }


def _summary_line(summary: ImportSummary) -> str:
    counts = ", ".join(f"{count:,} {label}" for label, count in summary.counts.items())
    return f"{summary.persona}: {counts}, in {summary.seconds:.1f} s."


def print_line(text: str) -> None:
    """Print one line; a file's name may hold line feeds."""
    print(visible(text), flush=True)


@contextmanager
def progress_bar() -> Iterator[Callable[[ImportProgress], None]]:
    """Show a bar with rate and time left on standard error, if that is a terminal; yield what updates it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("Importing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
    )
    console = Console(file=sys.__stderr__)
    # events of --json go to standard output, which may be a pipe, and not above the bar
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=None, rate="")

        def show(progress: ImportProgress) -> None:
            bar.update(task, completed=progress.seen, total=progress.total, rate=_rate(progress))

        yield show


def _rate(progress: ImportProgress) -> str:
    megabytes = progress.bytes_read / progress.seconds / 1e6 if progress.seconds > 0 else 0.0
    decimals = 0 if progress.files_per_second >= 10 else 1
    rate = f"{progress.files_per_second:,.{decimals}f} files/s, {megabytes:,.0f} MB/s"
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        rate += f", {minutes}:{seconds:02} left"
    return f"{rate}, {progress.failed:,} failed" if progress.failed else rate
