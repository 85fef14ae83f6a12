"""The files beside a photo that say something about it: XMP sidecars, and Google Takeout's JSON files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from fluffy_tui.images import MOST_XMP, PhotoUnreadable, open_regular, unreadable
from fluffy_tui.name_key import composed
from fluffy_tui.photos.file_state import modified_time
from fluffy_tui.photos.metadata.takeout import takeout_names, takeout_time
from fluffy_tui.photos.metadata.xmp import OUR_MARK, Xmp, XmpDamaged, parse_xmp

SIDECAR, NOTE = ".xmp", ".json"
_MARKED = 1 << 10
"""First bytes of a sidecar in which its program names itself."""


@dataclass(frozen=True, slots=True)
class Companions:
    """What lies beside a photo."""

    sidecar: str = ""
    """Path of the newest one; empty if there is none."""
    sidecar_modified_at: datetime | None = None
    takeout: str = ""
    """Path; empty if there is none."""

    def xmp(self) -> Xmp:
        """Read the sidecar; empty if there is none, or if this program has written it from what it knows.

        Raises:
            PhotoUnreadable: it cannot be read.
            XmpDamaged, XmpHostile: as `parse_xmp` says.
        """
        if not self.sidecar:
            return Xmp()
        try:
            with open_regular(self.sidecar) as file:
                content = file.read(MOST_XMP + 1)
        except OSError as error:
            raise unreadable(error) from None
        if len(content) > MOST_XMP:
            raise XmpDamaged(f"It has more than {MOST_XMP >> 20} MB.")
        if OUR_MARK in content[:_MARKED]:
            return Xmp()
        return parse_xmp([content], is_embedded=False)

    def time(self) -> datetime | None:
        """Read the moment at which the photo was taken, as Takeout says."""
        return takeout_time(self.takeout) if self.takeout else None


class Neighbours:
    """The names of all files in a folder, whatever their case, and with é in one character or in two."""

    def __init__(self, names: Iterable[str]) -> None:
        by_lower = {composed(name.lower()): name for name in names}
        has_notes = any(name.endswith((SIDECAR, NOTE)) for name in by_lower)
        self._by_lower = by_lower if has_notes else {}

    def find(self, name: str) -> str | None:
        """Return how a file of this name is spelled here; None if there is none."""
        return self._by_lower.get(composed(name.lower()))

    def __bool__(self) -> bool:
        return bool(self._by_lower)


def spelled_in(folder: str) -> Callable[[str], str | None]:
    """Return what finds a file by its name in a folder whose other names are not known; blocks."""

    def find(name: str) -> str | None:
        stem, suffix = os.path.splitext(name)  # noqa: PTH122 - paths are strings throughout
        spellings = (name, stem + suffix.upper())
        return next((one for one in spellings if os.path.isfile(os.path.join(folder, one))), None)  # noqa: PTH113, PTH118

    return find


def sidecars_of(path: str, find: Callable[[str], str | None]) -> list[str]:
    """Return the names of the sidecars of a photo; for the arguments see `companions_of`."""
    name = os.path.basename(path)  # noqa: PTH119
    stem = os.path.splitext(name)[0]  # noqa: PTH122
    return [found for wanted in (f"{name}{SIDECAR}", f"{stem}{SIDECAR}") if (found := find(wanted))]


def is_ours(sidecar: str) -> bool:
    """Return whether this program has written a sidecar, and nobody else since; blocks."""
    try:
        with open_regular(sidecar) as file:
            return OUR_MARK in file.read(_MARKED)
    except (OSError, PhotoUnreadable):
        return False


def companions_of(path: str, find: Callable[[str], str | None]) -> Companions | None:
    """Return what lies beside a photo, or None; blocks to compare the times of its sidecars.

    `find` returns how a file in its folder is spelled, if there is one of that name.
    """
    folder, name = os.path.split(path)
    takeout = next(
        (
            found
            for wanted, owner in takeout_names(name)
            if (found := find(wanted)) and not (owner and find(owner))
        ),
        "",
    )
    newest, modified_at = "", None
    for one in sidecars_of(path, find):
        sidecar = os.path.join(folder, one)  # noqa: PTH118
        try:
            time = modified_time(os.stat(sidecar))  # noqa: PTH116
        except (OSError, OverflowError):
            continue
        if modified_at is None or time > modified_at:
            newest, modified_at = sidecar, time
    if not newest and not takeout:
        return None
    return Companions(newest, modified_at, os.path.join(folder, takeout) if takeout else "")  # noqa: PTH118
