"""Photos: a persona's library of picture files, how they come in and how they look when small."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fluffy_tui.photos.browse import Browse, Orientation, Posted, Sort, Stack, Verdict
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
    from fluffy_tui.photos.importing import Importer
    from fluffy_tui.photos.service import Photos
    from fluffy_tui.photos.thumbnails import thumbnail
    from fluffy_tui.photos.walking import existing_folders
    from fluffy_tui.photos.watching import Watch, WatchRefused

__all__ = [
    "Browse",
    "FailedFile",
    "FolderNotFound",
    "ImportProgress",
    "ImportSummary",
    "Importer",
    "Orientation",
    "Photo",
    "PhotoNotFound",
    "PhotoState",
    "PhotoUnreadable",
    "Photos",
    "Posted",
    "Sort",
    "Stack",
    "Verdict",
    "Watch",
    "WatchRefused",
    "existing_folders",
    "thumbnail",
]


_LAZY = {  # SQLAlchemy costs 340 ms and Pillow 60 ms, which no screen should pay before its first frame
    "Importer": "importing",
    "Photos": "service",
    "Watch": "watching",
    "WatchRefused": "watching",
    "existing_folders": "walking",
    "thumbnail": "thumbnails",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
