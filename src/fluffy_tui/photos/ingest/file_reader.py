"""Reads one picture file: what it is, how large, when taken, and the hash of its content; decodes no pixels."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fluffy_tui.photos.ingest.file_format import HEAD_BYTES, identify, what_it_is
from fluffy_tui.photos.ingest.folder_walk import has_picture_name, readable_path
from fluffy_tui.photos.ingest.picture_file import open_picture, read_exif, taken_at, upright_size
from fluffy_tui.photos.model import FailedFile, PhotoUnreadable

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable
    from io import BufferedReader

_PIECE = 1 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stopped(Exception):
    """The import was cancelled while a file was being read."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A picture file as it lies on the disk."""

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


def modified_time(status: os.stat_result) -> datetime:
    """Return a file's modification time to the microsecond, which is what Postgres keeps."""
    return _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)


def open_regular(path: str) -> BufferedReader:
    """Open a file for reading, but never a pipe or a device, not even one put in its place just now.

    Raises:
        PhotoUnreadable: it is no regular file.
        OSError: it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise PhotoUnreadable("It is not a regular file.")
    return os.fdopen(descriptor, "rb")


def read_files(paths: Iterable[str], stop: threading.Event) -> list[FoundFile | FailedFile | None]:
    """Read files one after the other, as `read_file` does; fewer than asked when `stop` was set meanwhile."""
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
        reason = error.message
    except OSError as error:
        reason = why_unreadable(error)
    return FailedFile(readable_path(path), reason) if has_picture_name(path) else None


def why_unreadable(error: OSError) -> str:
    """Return the reason for a file that the system would not read, as one plain sentence."""
    if isinstance(error, PermissionError):
        return "You have no permission to read it."
    if isinstance(error, FileNotFoundError):
        return "It vanished while it was being read."
    if error.errno == errno.ELOOP:
        return "A link that leads back to itself."
    return f"The system could not read it: {error.strerror or error}."


def hash_file(file: BufferedReader, stop: threading.Event | None = None) -> bytes:
    """Return the SHA-256 of a whole file; other threads run meanwhile.

    Raises:
        Stopped: `stop` was set meanwhile.
        OSError: the disk failed.
    """
    digest = hashlib.sha256()
    file.seek(0)
    size = os.fstat(file.fileno()).st_size
    piece = memoryview(bytearray(min(_PIECE, size + 1)))
    while count := file.readinto(piece):
        digest.update(piece[:count])
        if stop is not None and stop.is_set():
            raise Stopped
    return digest.digest()


def _read_open_file(file: BufferedReader, path: str, stop: threading.Event) -> FoundFile | None:
    before = os.fstat(file.fileno())
    if before.st_size == 0:
        raise PhotoUnreadable("The file is empty.")
    head = file.read(HEAD_BYTES)
    picture_format = identify(head)
    if picture_format is None:
        if not has_picture_name(path):
            return None
        raise PhotoUnreadable(f"It is {what_it_is(head)}, not a JPEG, PNG, WEBP, HEIC or AVIF picture.")
    try:
        with open_picture(file, picture_format, before.st_size) as picture:
            exif = read_exif(picture, file, before.st_size)
            width, height = upright_size(picture, exif)
            taken = taken_at(exif)
        sha256 = hash_file(file, stop)
    except PhotoUnreadable:
        _refuse_growing(file, before)  # a file half written is broken for now only
        raise
    _refuse_growing(file, before)
    return FoundFile(
        path=path,
        sha256=sha256,
        byte_size=before.st_size,
        width=width,
        height=height,
        format=picture_format,
        taken_at=taken,
        modified_at=modified_time(before),
    )


def _refuse_growing(file: BufferedReader, before: os.stat_result) -> None:
    after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise PhotoUnreadable("The file is still being written; import the folder again when it is done.")
