"""The log file: where tracebacks and the worker's diary go, so that nothing of them reaches a screen."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 5_000_000
"""Bytes; a larger log is put aside as `….1` when the next program starts."""


def open_log(path: Path) -> None:
    """Send everything that is logged to `path`, which only its owner may read.

    Several programs append to one file, line by line; so it is only ever put aside at a start.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(path.suffix + ".1"))
    path.touch(mode=0o600)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for existing in list(root.handlers):
        root.removeHandler(existing)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for chatty in (
        "httpx",
        "httpcore",
        "alembic",
        "procrastinate.blueprints",
        "procrastinate.periodic",
        "PIL",
    ):
        logging.getLogger(chatty).setLevel(logging.WARNING)
