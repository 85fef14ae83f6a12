"""Reads one picture file: what it is, how large, when taken, and the hash of its content; decodes no pixels."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from fluffy_tui import images
from fluffy_tui.images import (
    PhotoUnreadable,
    Unreadable,
    open_descriptor,
    read_header,
    readable_path,
    unreadable,
)
from fluffy_tui.photos.file_state import KnownContent, Stopped, StopSign, hash_file, modified_time
from fluffy_tui.photos.ingest.folder_walk import IMPOSSIBLE_TIME, has_picture_name
from fluffy_tui.photos.metadata.companions import Companions
from fluffy_tui.photos.metadata.folder_keywords import folder_keywords
from fluffy_tui.photos.metadata.name_date import date_in_name
from fluffy_tui.photos.metadata.xmp import Xmp, XmpDamaged, XmpHostile, parse_xmp
from fluffy_tui.photos.model import DateSource, FailedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from fluffy_tui.images import PictureHeader

_NOTHING, _ALONE = Xmp(), Companions()
_SMALL = 1 << 20
"""Bytes up to which a file is read once, and not piece by piece for what is wanted of it."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A picture file as it is on the disk."""

    path: str
    """Absolute."""
    sha256: bytes
    byte_size: int
    width: int
    """Pixels, as seen upright."""
    height: int
    """Pixels, as seen upright."""
    format: str
    taken_at: datetime
    """By the camera's clock, without a zone; with one where only the moment is known."""
    dated_by: DateSource
    modified_at: datetime
    xmp: Xmp = _NOTHING
    """From the file and its sidecar."""
    sidecar_modified_at: datetime | None = None
    folder_keywords: tuple[str, ...] = ()
    has_damaged_xmp: bool = False
    """Whether the file itself has XMP that cannot be read."""
    failed_sidecar: FailedFile | None = None
    bytes_read: int = 0
    """None of its bytes where its content was known, so that only its head was looked at."""

    def dated_in(self, zone: tzinfo) -> FoundFile:
        """Return the file with the time taken as clocks in a zone showed it, where only the moment is known."""
        if self.taken_at.tzinfo is None:
            return self
        try:
            local = self.taken_at.astimezone(zone)
        except OverflowError:  # at the end of the calendar
            local = self.taken_at
        return replace(self, taken_at=local.replace(tzinfo=None))


def read_files(
    paths: Iterable[str],
    stop: StopSign,
    companions: Mapping[str, Companions],
    roots: Sequence[str] = (),
    contents: Mapping[str, KnownContent] = MappingProxyType({}),
    results: list[FoundFile | FailedFile | None] | None = None,
) -> list[FoundFile | FailedFile | None]:
    """Read files one after the other, as `read_file` does; fewer than asked if `stop` was set meanwhile.

    A list that is given gets each result as soon as it is there, for whoever waits.
    """
    results = [] if results is None else results
    for path in paths:
        try:
            results.append(read_file(path, stop, companions.get(path, _ALONE), roots, contents.get(path)))
        except Stopped:
            break
    return results


def read_file(
    path: str,
    stop: StopSign,
    companions: Companions = _ALONE,
    roots: Sequence[str] = (),
    content: KnownContent | None = None,
) -> FoundFile | FailedFile | None:
    """Read one file, by its absolute path, and what lies beside it; blocks for as long as hashing it takes.

    The folders below `roots` name what is in them. If the content is still the one that is known, only the head is
    read.

    Returns:
        The picture, or why it is none; None for a file without a picture's name that indeed is none.

    Raises:
        Stopped: `stop` was set meanwhile.
    """
    if stop.is_set():
        raise Stopped
    try:
        descriptor, status = open_descriptor(path)
        try:
            return _read_open_file(descriptor, status, path, stop, companions, roots, content)
        finally:
            os.close(descriptor)
    except PhotoUnreadable as error:
        failure = error
    except OSError as error:
        failure = unreadable(error)
    except OverflowError:  # the time was changed after the file was listed
        return FailedFile(readable_path(path), IMPOSSIBLE_TIME)
    return FailedFile(readable_path(path), failure.sentence) if has_picture_name(path) else None


def _read_open_file(
    descriptor: int,
    before: os.stat_result,
    path: str,
    stop: StopSign,
    companions: Companions,
    roots: Sequence[str],
    content: KnownContent | None,
) -> FoundFile:
    known = content.sha256 if content is not None and content.is_of(before) else None
    size = before.st_size
    is_small = size <= _SMALL
    file = io.BytesIO(_content(descriptor, size)) if is_small else os.fdopen(descriptor, "rb", closefd=False)
    try:
        try:
            header = read_header(file)
        except images.NeedsLimits:
            header = images.within_limits(images.header_of, Path(path))
        if not header.is_complete and known is None:
            images.decode_to_fit(Path(path), 1, 1)
        xmp, is_damaged = _embedded_xmp(header.xmp)
        sha256 = known or _hash(file, stop)
    except PhotoUnreadable:
        _refuse_growing(descriptor, before)  # a file half written is damaged for now only
        raise
    _refuse_growing(descriptor, before)
    sidecar_modified_at, failed_sidecar = companions.sidecar_modified_at, None
    try:
        xmp = companions.xmp().over(xmp) if companions.sidecar else xmp
    except (PhotoUnreadable, XmpDamaged, XmpHostile) as error:
        sidecar_modified_at = None  # so that the next import reads it again
        reason = f"{getattr(error, 'sentence', error.message)} The photo was imported without it."
        failed_sidecar = FailedFile(readable_path(companions.sidecar), reason)
    modified_at = modified_time(before)
    taken_at, dated_by = _time_taken(path, header, companions, modified_at)
    return FoundFile(
        path=path,
        sha256=sha256,
        byte_size=size,
        width=header.width,
        height=header.height,
        format=header.format,
        taken_at=taken_at,
        dated_by=dated_by,
        modified_at=modified_at,
        xmp=xmp,
        sidecar_modified_at=sidecar_modified_at,
        folder_keywords=folder_keywords(path, roots),
        has_damaged_xmp=is_damaged,
        failed_sidecar=failed_sidecar,
        bytes_read=0 if known else size,
    )


def _hash(file: io.BytesIO | io.BufferedReader, stop: StopSign) -> bytes:
    return (
        hashlib.sha256(file.getbuffer()).digest() if isinstance(file, io.BytesIO) else hash_file(file, stop)
    )


def _embedded_xmp(packets: tuple[bytes, ...]) -> tuple[Xmp, bool]:
    """Parse a file's own XMP; also return whether it is damaged.

    Raises:
        PhotoUnreadable: it may take any amount of memory.
    """
    if not packets:
        return _NOTHING, False
    try:
        return parse_xmp(packets), False
    except XmpDamaged:
        return _NOTHING, True
    except XmpHostile:
        raise PhotoUnreadable(Unreadable.HOSTILE_XMP) from None


def _time_taken(
    path: str, header: PictureHeader, companions: Companions, modified_at: datetime
) -> tuple[datetime, DateSource]:
    """Return when a photo was taken, by the best that is known of it, and what that is."""
    if header.taken_at is not None:
        if header.is_last_change:
            return header.taken_at, DateSource.LAST_CHANGE
        return header.taken_at, DateSource.CAMERA_ZONED if header.has_zone else DateSource.CAMERA
    if named := date_in_name(os.path.basename(path)):  # noqa: PTH119
        return named
    if noted := companions.time():
        return noted, DateSource.TAKEOUT
    return modified_at, DateSource.FILE


def _content(descriptor: int, size: int) -> bytes:
    """Read a small file whole, without what is added meanwhile."""
    pieces = []
    while size and (piece := os.read(descriptor, size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _refuse_growing(descriptor: int, before: os.stat_result) -> None:
    after = os.fstat(descriptor)
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise PhotoUnreadable(Unreadable.STILL_CHANGING)
