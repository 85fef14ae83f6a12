"""Reads posts from a CSV file as spreadsheets write it."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path

from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.modes.add.post_adder import WrittenPost

COLUMNS = ("photo", "photos", "caption", "alt_text", "when", "channel", "first_comment")
_SEVERAL = re.compile(r"[;\r\n]")
_NAMED_DELIMITER = re.compile(r'sep=([^"\r\n])\r?\n', re.IGNORECASE)
"""The line that tells Excel what separates the columns."""
_LONGEST_FILE = 50_000_000
_LONGEST_CELL = 10_000_000
"""Characters; the csv module's own limit is lower than a long caption with many photos needs."""


def read_posts(path: Path) -> list[WrittenPost | tuple[int, UsageError]]:
    """Return the posts of a CSV file, in its order, or the line and why it cannot be used; blocks.

    A column `photo` names one file, `photos` several, separated by semicolons or line breaks, from the CSV file's
    folder. Only one of them is needed. Empty lines are left out.

    Raises:
        FluffyError: the file cannot be read.
        UsageError: it is no such file: another encoding, no header, or a column that is not known.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LONGEST_FILE + 1)
    except OSError as error:
        raise FluffyError(
            f"{path} cannot be read: {error.strerror or error}.", "Choose another file."
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8.", "Save it as CSV in UTF-8.") from None
    if len(text) > _LONGEST_FILE:
        raise UsageError(f"{path} is longer than {_LONGEST_FILE:,} characters.", "Split it.")
    csv.field_size_limit(_LONGEST_CELL)
    named = _NAMED_DELIMITER.match(text)
    delimiter = named[1] if named else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    result: list[WrittenPost | tuple[int, UsageError]] = []
    line = 1
    try:
        if named:
            next(reader)
        header = [cell.strip().casefold().replace(" ", "_") for cell in next(reader, [])]
        while header and not header[-1]:  # cells that were once filled, or only coloured
            header.pop()
        _check(header, path)
        line = reader.line_num + 1
        for cells in reader:
            while len(cells) > len(header) and not cells[-1].strip():
                cells.pop()
            if any(cell.strip() for cell in cells):
                result.append(_post(header, cells, line, path.parent))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(
            f"{path} is not CSV from line {line}: {error}.", "Check the quotation marks there."
        ) from None
    return result


def _delimiter(text: str) -> str:
    """Return what separates the columns: spreadsheets write semicolons where the comma is a decimal point."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _check(header: list[str], path: Path) -> None:
    known = f"The columns are {', '.join(COLUMNS)}."
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise UsageError(f"{path} has a column {unknown[0] or 'without a name'}, which is not known.", known)
    if len(set(header)) < len(header):
        raise UsageError(f"{path} has a column twice.", known)
    if not {"photo", "photos"}.intersection(header):
        raise UsageError(f"{path} has no column photo or photos.", known)


def _post(
    header: list[str], cells: list[str], line: int, folder: Path
) -> WrittenPost | tuple[int, UsageError]:
    if len(cells) > len(header):
        error = UsageError(
            "There are more cells than columns.", "Put texts with separators in quotation marks."
        )
        return line, error
    row: Mapping[str, str] = {**dict.fromkeys(COLUMNS, ""), **dict(zip(header, cells, strict=False))}
    files = [row["photo"].strip(), *_parts(row["photos"])]
    paths = tuple(folder / os.path.expanduser(file) for file in files if file)  # noqa: PTH111 - it would raise
    if not paths:
        return line, UsageError("No photo is named.")
    return WrittenPost(
        files=paths,
        caption=row["caption"],
        alt_text=row["alt_text"],
        when=row["when"],
        channels=tuple(_parts(row["channel"])),
        first_comment=row["first_comment"],
        line=line,
    )


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in _SEVERAL.split(cell) if part.strip()]
