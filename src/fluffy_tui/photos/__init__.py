"""Photos: a persona's library of picture files, how they come in and how they look when small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.photos.model import (
    FailedFile,
    FolderNotFound,
    ImportProgress,
    ImportSummary,
    Photo,
    PhotoNotFound,
    PhotoState,
    PhotoUnreadable,
)

if TYPE_CHECKING:
    from fluffy_tui.photos.service import Photos
    from fluffy_tui.photos.thumbnails import thumbnail

__all__ = [
    "FailedFile",
    "FolderNotFound",
    "ImportProgress",
    "ImportSummary",
    "Photo",
    "PhotoNotFound",
    "PhotoState",
    "PhotoUnreadable",
    "Photos",
    "thumbnail",
]


def __getattr__(name: str) -> Any:
    if name == "Photos":  # costs SQLAlchemy's 340 ms, which no screen should pay
        from fluffy_tui.photos.service import Photos

        return Photos
    if name == "thumbnail":
        from fluffy_tui.photos.thumbnails import thumbnail

        return thumbnail
    raise AttributeError(name)
