"""Asks the disk whether stored photos are still where they were."""

from __future__ import annotations

import os
import stat
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.photos.ingest.file_reader import hash_file, modified_time, open_regular
from fluffy_tui.photos.model import PhotoUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fluffy_tui.photos.ingest.file_reader import FoundFile
    from fluffy_tui.photos.ingest.reconciliation import KnownPhoto


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


class Standing(Enum):
    """What the disk says of a photo's path."""

    THERE = auto()
    GONE = auto()
    UNKNOWN = auto()
    """Not to be judged from here: the folder is another machine's or not mounted, or the file has changed."""


def standing(path: str, byte_size: int) -> Standing:
    """Ask the disk for one photo without reading its file; blocks.

    Several machines may share a library. A file is therefore gone only where the folder that held it, or the
    one above, is there; a photo in a folder of which this machine knows nothing is left alone.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path costs as much as the call itself
    except (FileNotFoundError, NotADirectoryError):
        folder = Path(path).parent
        known = folder.is_dir() or folder.parent.is_dir()
        return Standing.GONE if known else Standing.UNKNOWN
    except OSError:
        return Standing.UNKNOWN
    if not stat.S_ISREG(status.st_mode):
        return Standing.GONE
    return Standing.THERE if status.st_size == byte_size else Standing.UNKNOWN


def copies_of_present(copies: Iterable[tuple[str, str, int]]) -> set[str]:
    """Return the copies whose original is there, given paths of copy and original and the size; blocks."""
    return {copy for copy, original, size in copies if standing(original, size) is Standing.THERE}


def gone_photos(photos: Iterable[tuple[int, str]]) -> list[int]:
    """Return the ids of the photos whose file is not there, given ids and paths; blocks."""
    return [photo_id for photo_id, path in photos if _is_gone(path)]


def gone_paths(paths: Iterable[str]) -> list[str]:
    """Return the paths where no file is; blocks."""
    return [path for path in paths if _is_gone(path)]


def _is_gone(path: str) -> bool:
    """Tell whether no regular file is there; one that may not be looked at is not gone."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - a Path costs as much as the call itself
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
