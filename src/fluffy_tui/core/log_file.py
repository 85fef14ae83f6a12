"""The log file, for tracebacks and the worker's messages, which never appear on a screen."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from fluffy_tui.core.terminal_text import visible_lines
from fluffy_tui.plain_file import open_plain

log = logging.getLogger(__name__)

LARGEST = 5_000_000
"""Bytes; a larger log is renamed to `….1` when the next program starts."""

_NAME = "fluffy-tui"
_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT


class _VisibleFormatter(logging.Formatter):
    """Writes out what would act on the terminal in which somebody reads the log."""

    def format(self, record: logging.LogRecord) -> str:
        return visible_lines(super().format(record))


class _PlainFileHandler(logging.FileHandler):
    """Opens regular files only, whatever is put in a file's place."""

    def _open(self) -> TextIOWrapper:
        return open(open_plain(self.baseFilename, _APPENDING)[0], "a", encoding=self.encoding)  # noqa: PTH123


def open_log(path: Path) -> None:
    """Log everything to `path`, which only its owner may read.

    Several programs append to the same file, so it is only renamed at a start.

    Raises:
        OSError: the file cannot be written, so nothing is logged.
    """
    logging.raiseExceptions = False  # on a full disk, a line is lost and nothing is printed over the screen
    root = logging.getLogger()
    for existing in list(root.handlers):
        root.removeHandler(existing)
    root.addHandler(logging.NullHandler())  # else lines without a file would be printed
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError):
        if path.samefile(os.devnull):  # a link with which the user turns the log off
            return
        if path.stat().st_size > LARGEST:
            path.replace(path.with_suffix(path.suffix + ".1"))
    handler = _PlainFileHandler(path, encoding="utf-8")
    handler.set_name(_NAME)
    handler.setFormatter(_VisibleFormatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for verbose in (
        "httpx",
        "httpcore",
        "alembic",
        "procrastinate.blueprints",
        "procrastinate.periodic",
        "PIL",
    ):
        logging.getLogger(verbose).setLevel(logging.WARNING)


@contextmanager
def output_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for what a child process prints; if it cannot be opened, that is lost, and the child still runs."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        output = os.fdopen(open_plain(path, _APPENDING)[0], "ab")
    except OSError as error:
        log.warning("what a child process prints is lost: %s", error)
        output = open(os.devnull, "ab")  # noqa: PTH123, SIM115 - not a path in the file system
    with output:
        yield output


def log_place() -> str:
    """Return where the log is that this program writes, for a sentence."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler) and handler.name == _NAME:
            return handler.baseFilename
    return "the log file"
