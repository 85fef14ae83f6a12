"""Takes the next files from a walk, with size and time, before any of them is opened."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fluffy_tui.photos.ingest.file_reader import modified_time, why_unreadable
from fluffy_tui.photos.ingest.folder_walk import has_picture_name, readable_path
from fluffy_tui.photos.model import FailedFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from datetime import datetime

    from fluffy_tui.photos.ingest.import_scope import Scope


@dataclass(slots=True)
class Listing:
    """Some files of a walk."""

    files: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """Byte size and modification time, by absolute path."""
    failed: list[FailedFile] = field(default_factory=list)
    passed_over: int = 0


def next_listing(walked: Iterator[str | FailedFile], count: int) -> Listing | None:
    """Take up to `count` files from a walk, or None when there are no more; blocks as long as the disk does."""
    listing = Listing()
    seen = 0
    for path in itertools.islice(walked, count):
        seen += 1
        if isinstance(path, FailedFile):
            listing.failed.append(path)
        else:
            _look_at(path, listing)
    return listing if seen else None


def count_files(scope: Scope, stop: threading.Event) -> int:
    """Count what a walk yields, by names alone; blocks."""
    return sum(1 for _ in scope.walk(stop))


def _look_at(path: str, listing: Listing) -> None:
    try:
        path.encode()
        status = os.stat(path)  # noqa: PTH116 - a Path costs as much as the call itself
    except UnicodeEncodeError:
        reason = "Its name, or that of a folder above it, is not UTF-8; rename it."
    except OSError as error:
        reason = why_unreadable(error)
    else:
        listing.files[path] = (status.st_size, modified_time(status))
        return
    if has_picture_name(path):
        listing.failed.append(FailedFile(readable_path(path), reason))
    else:
        listing.passed_over += 1
