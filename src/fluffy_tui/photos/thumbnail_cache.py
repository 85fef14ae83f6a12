"""Small pictures kept on disk by the content of their photo, up to a size; those used longest ago go first.

They are plain JPEGs in a private folder. Libraries for this keep a database and pickles beside the files, which
costs more at start and trusts more of what lies on the disk than reading a picture does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from typing import TYPE_CHECKING

from PIL import Image

from fluffy_tui.core.atomic_file import atomic_writer
from fluffy_tui.photos.ingest.picture_file import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

SIDE = 600
"""Longest side in pixels of what is kept."""
LIMIT = 256_000_000
"""Bytes kept, some four thousand pictures."""
_QUALITY = 88
_KEPT_WHEN_FULL = 0.9


class ThumbnailCache:
    """One folder of small pictures; any number of threads and processes may use it at once.

    Nothing here can fail but by being slow: what cannot be read or written is simply not kept.

    Args:
        folder: Made when something is first kept.
        limit: Bytes that the pictures may take together.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._bytes: int | None = None
        self._lock = threading.Lock()
        self._has_complained = False

    def get(self, sha256: str, width: int, height: int) -> Image.Image | None:
        """Return the picture of that content, made to fit, or None when it is not kept; blocks."""
        path = self._path(sha256)
        try:
            with Image.open(path, formats=["JPEG"]) as kept:
                kept.thumbnail((width, height), Image.Resampling.LANCZOS, reducing_gap=2)
                kept.load()
                picture = kept.convert("RGB") if kept.mode != "RGB" else kept.copy()
            os.utime(path)
        except FileNotFoundError:
            return None
        except DAMAGED:  # a disk that was full, or a machine that went down
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        return picture

    def put(self, sha256: str, picture: Image.Image) -> None:
        """Keep an RGB picture of at most `SIDE` pixels a side; blocks."""
        path = self._path(sha256)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with atomic_writer(path, sync=False) as file:
                picture.save(file, "JPEG", quality=_QUALITY)
                size = file.tell()
            self._account_for(size)
        except OSError as error:
            if not self._has_complained:
                log.warning("small pictures cannot be kept in %s: %s", self._folder, error)
            self._has_complained = True

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.jpg"

    def _account_for(self, size: int) -> None:
        """Add to what is kept; when that is too much, drop what was used longest ago."""
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(status.st_size for _, status in self._kept())
            else:
                self._bytes += size
            if self._bytes > self._limit:
                self._drop()

    def _drop(self) -> None:
        kept = sorted(self._kept(), key=lambda entry: entry[1].st_mtime_ns, reverse=True)
        room = self._limit * _KEPT_WHEN_FULL
        total = 0
        for path, status in kept:
            if total + status.st_size <= room:
                total += status.st_size
            else:
                path.unlink(missing_ok=True)
        self._bytes = total

    def _kept(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):  # another process drops as well
                yield path, path.stat()
