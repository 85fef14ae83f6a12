"""Asks the disk whether stored photos are still where they were."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.photos.model import PhotoUnreadable
from fluffy_tui.photos.reading import hash_file, modified_time, open_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fluffy_tui.photos.reading import FoundFile
    from fluffy_tui.photos.reconciling import KnownPhoto


def still_there(known: Iterable[KnownPhoto], files: Sequence[FoundFile]) -> set[int]:
    """Return the ids of the photos whose own path still holds their content; blocks, and seldom has to hash."""
    just_read = {file.path: file.sha256 for file in files}
    return {photo.id for photo in known if _holds_content(photo, just_read.get(photo.path))}


def _holds_content(photo: KnownPhoto, just_read: bytes | None) -> bool:
    if just_read is not None:
        return just_read == photo.sha256
    try:
        with open_regular(photo.path) as file:
            status = Path(photo.path).stat()
            if status.st_size != photo.byte_size:
                return False
            return modified_time(status) == photo.modified_at or hash_file(file) == photo.sha256
    except (OSError, PhotoUnreadable):
        return False


def gone_photos(photos: Iterable[tuple[int, str]]) -> list[int]:
    """Return the ids of the photos whose file is not there, given ids and paths; blocks.

    A file that may not be looked at is not gone.
    """
    gone = []
    for photo_id, path in photos:
        try:
            there = stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - a Path costs as much as the call itself
        except (FileNotFoundError, NotADirectoryError):
            there = False
        except OSError:
            there = True
        if not there:
            gone.append(photo_id)
    return gone
