"""Opens files, but never pipes or devices, and says why one cannot be read."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fluffy_tui.images.errors import PhotoUnreadable, Unreadable
from fluffy_tui.plain_file import NotPlain, open_plain


def readable_path(path: str) -> Path:
    """Return `path` fit for showing and storing: bytes that are not UTF-8 become backslash escapes."""
    return Path(os.fsencode(path).decode("utf-8", "backslashreplace"))


def open_regular(path: str) -> io.BufferedReader:
    """Open a file for reading, but never a pipe or a device, not even one put in its place just now.

    Raises:
        PhotoUnreadable: it is not a regular file.
        OSError: it cannot be opened.
    """
    return os.fdopen(open_descriptor(path)[0], "rb")


def open_descriptor(path: str) -> tuple[int, os.stat_result]:
    """Do what `open_regular` does, for a descriptor; also return the file's status."""
    try:
        return open_plain(path)
    except NotPlain:
        raise PhotoUnreadable(Unreadable.NOT_A_FILE) from None


@contextmanager
def reading(source: Path | bytes) -> Iterator[BinaryIO]:
    """Open a picture file, or the bytes of one; every `PhotoUnreadable` from inside names the file."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    name = readable_path(str(source)).name
    try:
        with open_regular(str(source)) as file:
            yield file
    except PhotoUnreadable as error:
        raise error.named(name) from None
    except OSError as error:
        raise unreadable(error).named(name) from None


def unreadable(error: OSError) -> PhotoUnreadable:
    """Return the error for a file that the system did not read."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return PhotoUnreadable(Unreadable.MISSING)
    if isinstance(error, PermissionError):
        return PhotoUnreadable(Unreadable.FORBIDDEN)
    if error.errno == errno.ELOOP:
        return PhotoUnreadable(Unreadable.LINK_LOOP)
    return PhotoUnreadable(Unreadable.DISK_ERROR, error.strerror or str(error))
