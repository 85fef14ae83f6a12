"""`--export`: all posts, or those of one persona, as CSV, JSON or JSON lines, for a spreadsheet or a script."""

from __future__ import annotations

import csv
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO, TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.atomic_file import atomic_writer
from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.core.terminal_text import json_line
from fluffy_tui.scheduling import PostExport
from fluffy_tui.tui.text.words import plural

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from fluffy_tui.settings import Settings

    Rows = AsyncIterator[Mapping[str, str | float | None]]
    Format = Callable[[IO[str], Rows], Awaitable[int]]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Prefixes that make a spreadsheet evaluate a text as a formula (OWASP, "CSV Injection")."""


async def run(settings: Settings, target: Path, persona_name: str | None) -> int:
    """Export the posts of one persona, or of all.

    The extension of `target` selects the format; `-` writes JSON lines to standard output.

    Raises:
        UsageError: another extension, or no such persona.
        FluffyError: the file cannot be written; an existing file is left as it was.
    """
    to_stdout = str(target) == "-"
    write = write_json_lines if to_stdout else _FORMATS.get(target.suffix.lower())
    if write is None:
        raise UsageError(
            f"--export does not know the format of {target.name}.",
            "Use a name ending in .csv, .json or .jsonl.",
        )
    async with open_services(settings) as services:
        persona = await services.personas.get(persona_name) if persona_name else None
        exporter = PostExport(services.database, services.personas, services.photos)
        with _opened(None if to_stdout else target) as file:
            count = await write(file, exporter.rows(persona))
    if sys.stderr.isatty():
        sys.stderr.write(f"Exported {count:,} {plural(count, 'post')}.\n")
    return 0


async def write_csv(file: IO[str], rows: Rows) -> int:
    """Write comma-separated values (RFC 4180) that are safe to open in a spreadsheet, and return the number of rows.

    A text that a spreadsheet would take for a formula gets a leading apostrophe; JSON keeps it as it is.
    """
    writer = csv.writer(file)
    writer.writerow(PostExport.columns)
    count = 0
    async for row in rows:
        writer.writerow([_harmless(row[name]) for name in PostExport.columns])
        count += 1
    return count


async def write_json_lines(file: IO[str], rows: Rows) -> int:
    """Write one JSON object per line, and return the number of rows."""
    count = 0
    async for row in rows:
        file.write(json_line(row) + "\n")
        count += 1
    return count


async def write_json(file: IO[str], rows: Rows) -> int:
    """Write one JSON array, row by row, and return the number of rows."""
    count = 0
    async for row in rows:
        file.write(("[\n" if count == 0 else ",\n") + json_line(row))
        count += 1
    file.write("\n]\n" if count else "[]\n")
    return count


_FORMATS: dict[str, Format] = {".csv": write_csv, ".json": write_json, ".jsonl": write_json_lines}


@contextmanager
def _opened(target: Path | None) -> Iterator[IO[str]]:
    """Open standard output, or a file that replaces the existing one only when it is complete.

    A link stays one, and what is no file, such as a pipe that another program reads, is written to.
    """
    if target is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        place = target.resolve()
        is_replaced = place.is_file() or not place.exists()
        with atomic_writer(place, mode=None) if is_replaced else place.open("wb") as file:
            text = TextIOWrapper(file, encoding="utf-8", newline="")
            yield text
            text.detach()
    except OSError as error:
        raise FluffyError(
            f"{target} cannot be written: {error.strerror or error}.", "Choose another file."
        ) from error


def _harmless(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
