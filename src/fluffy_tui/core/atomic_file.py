"""Write files so that nobody ever sees half of one: a crash leaves either the old content or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_LONGEST_PREFIX = 40
"""Characters of the file's own name in the temporary one; names may have 255 bytes."""


@contextmanager
def atomic_writer(path: Path, *, mode: int | None = 0o600, sync: bool = True) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of `path` at the end of the block, and is removed if the block raises.

    Args:
        path: the file to create or replace; its folder exists.
        mode: permissions, whatever the umask, where the file system has any; None lets the umask decide.
        sync: wait for the disk, so that the content also survives a power failure.

    Raises:
        OSError: the file cannot be written.
    """
    temporary = path.with_name(f".{path.name[:_LONGEST_PREFIX]}.{os.urandom(4).hex()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o666 if mode is None else mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                with suppress(PermissionError):  # memory cards keep no permissions, and the file is ours
                    os.fchmod(descriptor, mode)
            yield file
            file.flush()
            if sync:
                os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(
    path: Path, content: str | bytes, *, mode: int | None = 0o600, sync: bool = True
) -> None:
    """Write a small file; text is encoded as UTF-8. The parameters are those of `atomic_writer`.

    Raises:
        OSError: the file cannot be written.
    """
    with atomic_writer(path, mode=mode, sync=sync) as file:
        file.write(content.encode() if isinstance(content, str) else content)
