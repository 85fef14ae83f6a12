"""Opens files, but never what may block or has no end: a pipe, a socket or a device in a file's place."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

TYPE_CHECKING = False

_KINDS = {
    stat.S_IFDIR: "Is a folder, not a file",
    stat.S_IFIFO: "Is a pipe, not a file",
    stat.S_IFSOCK: "Is a socket, not a file",
}
_DEVICE = "Is a device, not a file"
_NO_FILE = frozenset({errno.ENXIO, errno.EISDIR, errno.EOPNOTSUPP})
"""Errors for a pipe that nobody reads, a folder, and a socket."""


class NotPlain(OSError):
    """Something else is where a file should be; `strerror` says what."""

    def __init__(self, kind: int, path: str) -> None:
        super().__init__(errno.EINVAL, _KINDS.get(stat.S_IFMT(kind), _DEVICE), path)


def open_plain(path: Path | str, flags: int = os.O_RDONLY, mode: int = 0o600) -> tuple[int, os.stat_result]:
    """Open a file, also if something else is put in its place just now.

    Args:
        path: The file.
        flags: As `os.open` takes them.
        mode: The permissions of a file that is created.

    Returns:
        A descriptor, and the file's status: each further call to the system may hand Python to another
        thread, which costs more than a small file is worth.

    Raises:
        NotPlain: it is no regular file.
        OSError: it cannot be opened.
    """
    try:
        descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY, mode)
    except OSError as error:
        if error.errno in _NO_FILE:
            raise NotPlain(os.stat(path).st_mode, os.fspath(path)) from None  # noqa: PTH116
        raise
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise NotPlain(status.st_mode, os.fspath(path))
    return descriptor, status


def read_plain(path: Path | str, most: int) -> bytes:
    """Return the content of a file of at most `most` bytes.

    Raises:
        NotPlain: it is no regular file.
        OSError: it cannot be read, or is larger.
    """
    with os.fdopen(open_plain(path)[0], "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"Larger than {most / 1e6:,.0f} MB", os.fspath(path))
    return content
