"""The log file, for tracebacks and the worker's messages, which never appear on a screen."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fluffy_tui.core.terminal_text import visible_lines

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 5_000_000
"""Bytes; a larger log is renamed to `….1` when the next program starts."""

_NAME = "fluffy-tui"


class _VisibleFormatter(logging.Formatter):
    """Writes out what would act on the terminal in which somebody reads the log."""

    def format(self, record: logging.LogRecord) -> str:
        return visible_lines(super().format(record))


def open_log(path: Path) -> None:
    """Log everything to `path`, which only its owner may read.

    Several programs append to the same file, so it is only renamed at a start.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(path.suffix + ".1"))
    path.touch(mode=0o600)
    logging.raiseExceptions = False  # on a full disk, a line is lost and nothing is printed over the screen
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.set_name(_NAME)
    handler.setFormatter(_VisibleFormatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for existing in list(root.handlers):
        root.removeHandler(existing)
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


def log_place() -> str:
    """Return where the log is that this program writes, for a sentence."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler) and handler.name == _NAME:
            return handler.baseFilename
    return "the log file"
