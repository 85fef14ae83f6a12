"""Reads one picture file: what it is, how large, when taken, and the hash of its content; decodes no pixels."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui import images
from fluffy_tui.images import (
    PhotoUnreadable,
    Unreadable,
    open_regular,
    read_header,
    readable_path,
    unreadable,
)
from fluffy_tui.photos.file_state import Stopped, hash_file, modified_time
from fluffy_tui.photos.ingest.folder_walk import IMPOSSIBLE_TIME, has_picture_name
from fluffy_tui.photos.model import FailedFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable
    from datetime import datetime
    from io import BufferedReader


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A picture file as it is on the disk."""

    path: str
    """Absolute."""
    sha256: bytes
    byte_size: int
    width: int
    """Pixels, as seen upright."""
    height: int
    """Pixels, as seen upright."""
    format: str
    taken_at: datetime | None
    modified_at: datetime


def read_files(paths: Iterable[str], stop: threading.Event) -> list[FoundFile | FailedFile | None]:
    """Read files one after the other, as `read_file` does; fewer than asked if `stop` was set meanwhile."""
    results: list[FoundFile | FailedFile | None] = []
    for path in paths:
        try:
            results.append(read_file(path, stop))
        except Stopped:
            break
    return results


def read_file(path: str, stop: threading.Event) -> FoundFile | FailedFile | None:
    """Read one file; blocks for as long as hashing it takes.

    Returns:
        The picture, or why it is none; None for a file without a picture's name that indeed is none.

    Raises:
        Stopped: `stop` was set meanwhile.
    """
    if stop.is_set():
        raise Stopped
    try:
        with open_regular(path) as file:
            return _read_open_file(file, path, stop)
    except PhotoUnreadable as error:
        failure = error
    except OSError as error:
        failure = unreadable(error)
    except OverflowError:  # the time was changed after the file was listed
        return FailedFile(readable_path(path), IMPOSSIBLE_TIME)
    return FailedFile(readable_path(path), failure.sentence) if has_picture_name(path) else None


def _read_open_file(file: BufferedReader, path: str, stop: threading.Event) -> FoundFile:
    before = os.fstat(file.fileno())
    try:
        try:
            header = read_header(file)
        except images.NeedsLimits:
            header = images.within_limits(images.header_of, Path(path))
        if not header.is_complete:
            images.decode_to_fit(Path(path), 1, 1)
        sha256 = hash_file(file, stop)
    except PhotoUnreadable:
        _refuse_growing(file, before)  # a file half written is damaged for now only
        raise
    _refuse_growing(file, before)
    return FoundFile(
        path=path,
        sha256=sha256,
        byte_size=before.st_size,
        width=header.width,
        height=header.height,
        format=header.format,
        taken_at=header.taken_at,
        modified_at=modified_time(before),
    )


def _refuse_growing(file: BufferedReader, before: os.stat_result) -> None:
    after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise PhotoUnreadable(Unreadable.STILL_CHANGING)
