"""Thumbnails, each made from the whole photo only once.

They are kept on disk by content, up to a size above which the least recently used are dropped. They are plain JPEGs
in a private folder: libraries for this keep a database and pickles beside the files, which costs more at start and
trusts the disk's content more than reading a picture does.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from fluffy_tui.core.atomic_file import atomic_writer
from fluffy_tui.images import DAMAGED, TOO_LARGE, PhotoUnreadable, decode_to_fit, open_regular
from fluffy_tui.photos.file_state import HashWhen, state_of
from fluffy_tui.photos.model import Photo, PhotoState

log = logging.getLogger(__name__)

SIDE = 600
"""Longest side in pixels of what is kept."""
LIMIT = 256_000_000
"""Bytes kept, some four thousand pictures."""
_QUALITY = 88
_KEPT_WHEN_FULL = 0.9
_VERSION = 3
"""The decoder's version: a thumbnail of an older one is not shown, and is dropped as the least recently used."""


class Thumbnails:
    """Thumbnails of photos.

    Args:
        cache: Where they are kept; None keeps none.
    """

    def __init__(self, cache: ThumbnailCache | None) -> None:
        self._cache = cache

    def make(self, photo: Photo, width: int, height: int) -> Image.Image:
        """Return an upright sRGB picture that fits `width` × `height` pixels; blocks.

        A kept thumbnail stands for the content that was imported, as does what a worker has found out about it, so
        both are used only while the file looks untouched.

        Raises:
            PhotoUnreadable: the file is gone or on another machine, cannot be read, or is no sound picture.
        """
        file, cache = photo.file, self._cache
        is_unchanged = state_of(photo, HashWhen.NEVER) is PhotoState.UNCHANGED
        is_known_whole = is_unchanged and photo.is_known_whole
        if cache is None or max(width, height) > SIDE or not is_unchanged:
            return decode_to_fit(file, width, height, is_known_whole=is_known_whole)
        kept = cache.get(photo.sha256, width, height)
        if kept is not None:
            return kept
        largest = decode_to_fit(file, SIDE, SIDE, is_known_whole=is_known_whole)
        cache.put(photo.sha256, largest)
        largest.thumbnail((max(1, width), max(1, height)), Image.Resampling.LANCZOS, reducing_gap=2)
        return largest


class ThumbnailCache:
    """One folder of thumbnails; any number of threads and processes may use it at once.

    Errors only make it slow: what cannot be read or written is simply not kept.

    Args:
        folder: Created when something is first kept.
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
            with open_regular(str(path)) as file, Image.open(file, formats=["JPEG"]) as kept:
                kept.thumbnail((width, height), Image.Resampling.LANCZOS, reducing_gap=2)
                kept.load()
                picture = kept.convert("RGB") if kept.mode != "RGB" else kept.copy()
            os.utime(path)
        except FileNotFoundError:
            return None
        except (*DAMAGED, *TOO_LARGE, PhotoUnreadable):  # the disk was full, or the machine crashed
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
                log.warning("thumbnails cannot be kept in %s: %s", self._folder, error)
            self._has_complained = True

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}-{_VERSION}.jpg"

    def _account_for(self, size: int) -> None:
        """Add to what is kept; when that is too much, drop the least recently used."""
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
