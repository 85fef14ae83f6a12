"""Writing a file in one step: readers see the old content or the new, never half of it."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE = 0o600
BY_UMASK = 0o666


def write_atomically(path: Path, text: str) -> None:
    """Write a small file that only its owner can read; after a crash it has the old content or the new.

    Raises:
        OSError: the folder cannot be written to.
    """
    with replacing(path) as file:
        file.write(text.encode())


@contextmanager
def replacing(path: Path, *, mode: int = PRIVATE, sync: bool = True) -> Iterator[IO[bytes]]:
    """Yield a new file that takes the place of `path` at the end, unless the block raises an error.

    Args:
        path: The file to replace, in an existing folder.
        mode: Permissions of the new file, which the umask restricts further.
        sync: Whether the content must be on the disk before the old file is gone.

    Raises:
        OSError: the folder cannot be written to.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            if sync:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
