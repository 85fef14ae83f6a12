"""`--export FILE`: every post as CSV or JSON, for a spreadsheet, a script or keeping."""

from __future__ import annotations

import csv
import io
import json
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Protocol

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.atomic_file import BY_UMASK, replacing
from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.personas import PersonaNotFound
from fluffy_tui.scheduling import Exporter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fluffy_tui.settings import Settings

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that make a spreadsheet take a text for a formula (OWASP, "CSV Injection")."""


class Writer(Protocol):
    """Writes rows, one by one."""

    def write(self, row: Mapping[str, str | int | None]) -> None:
        """Write one row."""

    def finish(self) -> None:
        """Write what comes after the last row."""


class CsvWriter:
    """Comma-separated values (RFC 4180), safe to open in a spreadsheet.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; JSON keeps it as it is.
    """

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(Exporter.columns)

    def write(self, row: Mapping[str, str | int | None]) -> None:
        """Write one row."""
        self._writer.writerow([_harmless(row[name]) for name in Exporter.columns])

    def finish(self) -> None:
        """Nothing comes after the last row."""


class JsonLinesWriter:
    """One JSON object a line."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, row: Mapping[str, str | int | None]) -> None:
        """Write one row."""
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def finish(self) -> None:
        """Nothing comes after the last row."""


class JsonWriter:
    """One JSON array, written as it comes."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._before = "[\n"

    def write(self, row: Mapping[str, str | int | None]) -> None:
        """Write one row."""
        self._file.write(self._before + json.dumps(row, ensure_ascii=False))
        self._before = ",\n"

    def finish(self) -> None:
        """Close the array."""
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")


_WRITERS: dict[str, type[CsvWriter | JsonWriter | JsonLinesWriter]] = {
    ".csv": CsvWriter,
    ".json": JsonWriter,
    ".jsonl": JsonLinesWriter,
}


async def run(settings: Settings, target: Path, persona_name: str | None) -> int:
    """Export the posts of one persona, or of all.

    Args:
        settings: of this installation.
        target: the file; its ending says which form, and `-` is JSON lines on standard output.
        persona_name: whose posts; None for everybody's.

    Raises:
        UsageError: another ending, or no such persona.
        FluffyError: the file cannot be written; what was there before stays.
    """
    to_stdout = str(target) == "-"
    form = JsonLinesWriter if to_stdout else _WRITERS.get(target.suffix.lower())
    if form is None:
        raise UsageError(
            f"--export cannot tell the form of {target.name}.", "End it in .csv, .json or .jsonl."
        )
    async with open_services(settings) as services:
        try:
            persona = await services.personas.get(persona_name) if persona_name else None
        except PersonaNotFound as error:
            raise UsageError(error.message, error.hint) from error
        exporter = Exporter(services.database, services.personas, services.photos)
        count = 0
        with _opened(None if to_stdout else target) as file:
            writer: Writer = form(file)
            async for row in exporter.rows(persona):
                writer.write(row)
                count += 1
            writer.finish()
    if sys.stderr.isatty():
        sys.stderr.write(f"{count} posts exported.\n")
    return 0


@contextmanager
def _opened(target: Path | None) -> Iterator[IO[str]]:
    """Open standard output, or a file that takes its place only when it is complete."""
    if target is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        with replacing(target, mode=BY_UMASK) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
            yield text
            text.detach()
    except OSError as error:
        raise FluffyError(
            f"{target} cannot be written: {error.strerror or error}.", "Choose another place."
        ) from error


def _harmless(value: str | int | None) -> str | int | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
