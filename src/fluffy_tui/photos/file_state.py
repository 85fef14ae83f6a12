"""Whether a photo's file is still the one that was imported."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from fluffy_tui.images import PhotoUnreadable, open_regular
from fluffy_tui.photos.model import Photo, PhotoState

_PIECE = 1 << 20
_EARLIEST, _LATEST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Times outside of it cannot be shown in every time zone."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HashWhen(Enum):
    """When a file is read whole to compare its content; otherwise its size and modification time decide."""

    NEVER = auto()
    TOUCHED = auto()
    """Its modification time has changed."""
    ALWAYS = auto()


@dataclass(frozen=True, slots=True)
class KnownContent:
    """What is stored of a file that need not be hashed, as long as it is the same."""

    sha256: bytes
    byte_size: int
    modified_at: datetime

    def is_of(self, status: os.stat_result) -> bool:
        """Return whether an open file is still that one."""
        return status.st_size == self.byte_size and _was_modified_at(status, self.modified_at)


class StopSign(Protocol):
    """What tells a thread to stop, such as an event."""

    def is_set(self) -> bool:
        """Return whether to stop."""


class Stopped(Exception):
    """The import was cancelled while a file was being read."""


def state_of(photo: Photo, hash_when: HashWhen) -> PhotoState:
    """Return the state of a photo's file; blocks."""
    return file_state(
        photo.path, photo.byte_size, photo.modified_at, bytes.fromhex(photo.sha256), hash_when=hash_when
    )


def file_state(
    path: Path | str, byte_size: int, modified_at: datetime, sha256: bytes, *, hash_when: HashWhen
) -> PhotoState:
    """Compare a file with what was stored of it; blocks for as long as reading it takes, where that is needed."""
    try:
        with open_regular(str(path)) as file:
            status = os.fstat(file.fileno())
            if status.st_size != byte_size:
                return PhotoState.CHANGED
            same = hash_when is not HashWhen.ALWAYS and _was_modified_at(status, modified_at)
            if not same and hash_when is not HashWhen.NEVER:
                same = hash_file(file) == sha256
    except (FileNotFoundError, NotADirectoryError):
        return PhotoState.MISSING
    except (OSError, PhotoUnreadable):
        return PhotoState.UNREADABLE
    return PhotoState.UNCHANGED if same else PhotoState.CHANGED


def modified_time(status: os.stat_result) -> datetime:
    """Return a file's modification time to the microsecond, which is what Postgres keeps.

    Raises:
        OverflowError: no calendar has this time.
    """
    time = _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    if not _EARLIEST <= time <= _LATEST:
        raise OverflowError("the modification time is out of range")
    return time


def _was_modified_at(status: os.stat_result, time: datetime) -> bool:
    try:
        return modified_time(status) == time
    except OverflowError:
        return False


def hash_file(file: BufferedReader, stop: StopSign | None = None) -> bytes:
    """Return the SHA-256 of a whole file; other threads run meanwhile.

    What is added while it is being read does not count: a file may grow as fast as it is read.

    Raises:
        Stopped: `stop` was set meanwhile.
        OSError: the disk failed.
    """
    digest = hashlib.sha256()
    file.seek(0)
    left = os.fstat(file.fileno()).st_size
    piece = memoryview(bytearray(min(_PIECE, left)))
    while left and (count := file.readinto(piece[:left])):
        digest.update(piece[:count])
        left -= count
        if stop is not None and stop.is_set():
            raise Stopped
    return digest.digest()
