"""How an import is told: one JSON object a line, or sentences, and a bar while it runs."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fluffy_tui.photos import FailedFile, ImportProgress, ImportSummary


class Report(Protocol):
    """Tells what becomes of files."""

    def failed(self, file: FailedFile) -> None:
        """A file could not be imported."""

    def taken(self, summary: ImportSummary) -> None:
        """One of the imports of a watched folder is done."""

    def finished(self, summary: ImportSummary, progress: ImportProgress | None) -> None:
        """All is done; how far it had come is told when it was stopped."""


class JsonReport:
    """One object a line on standard output; every character outside ASCII is escaped, so any pipe carries it."""

    def failed(self, file: FailedFile) -> None:
        """Write the path and the reason."""
        self._write({"event": "failed", "path": str(file.path), "reason": file.reason})

    def taken(self, summary: ImportSummary) -> None:
        """Write the counts, and the files that are waited for: they may yet be finished."""
        self._write({"event": "taken", **_counts(summary)})
        for file in summary.failed:
            self._write({"event": "waiting", "path": str(file.path), "reason": file.reason})

    def finished(self, summary: ImportSummary, progress: ImportProgress | None) -> None:
        """Write the summary."""
        del progress
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


class HumanReport:
    """Sentences on standard output, the files that failed last, where they are seen."""

    def failed(self, file: FailedFile) -> None:
        """Wait for the end: a list in the middle of a progress bar is lost."""

    def taken(self, summary: ImportSummary) -> None:
        """Say what came, and what is waited for."""
        _say(_counted(summary))
        for file in summary.failed:
            _say(f"  waiting for {file.path}: {file.reason}")

    def finished(self, summary: ImportSummary, progress: ImportProgress | None) -> None:
        """Say the summary."""
        if summary.interrupted and progress is not None:
            total = f" of {progress.total:,}" if progress.total is not None else ""
            _say(f"Stopped: {progress.seen:,}{total} files looked at; what was imported until then is kept.")
        _say(_counted(summary))
        for file in sorted(summary.failed, key=lambda file: file.path):
            _say(f"  {file.path}: {file.reason}")


def _counts(summary: ImportSummary) -> dict[str, int]:
    return {
        "imported": summary.imported,
        "unchanged": summary.unchanged,
        "moved": summary.moved,
        "duplicates": summary.duplicates,
        "missing": summary.missing,
        "failed": len(summary.failed),
    }


def _counted(summary: ImportSummary) -> str:
    told = ", ".join(f"{count:,} {words}" for words, count in summary.counts.items())
    return f"{summary.persona}: {told}, in {summary.seconds:.1f} s."


def _say(text: str) -> None:
    """Print a line; a file's name may hold control characters, or letters that the terminal cannot show."""
    visible = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )
    encoding = sys.stdout.encoding or "utf-8"
    print(visible.encode(encoding, "backslashreplace").decode(encoding), flush=True)


@contextmanager
def progress_bar() -> Iterator[Callable[[ImportProgress], None]]:
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
