"""Photos: a persona's library of picture files, how they come in and how they look when small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
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
from fluffy_tui.photos.query.browse import Browse, Orientation, Posted, Sort, Stack, Verdict

if TYPE_CHECKING:
    from fluffy_tui.photos.ingest.folder_walk import existing_folders
    from fluffy_tui.photos.ingest.folder_watch import Watch, WatchRefused
    from fluffy_tui.photos.ingest.importer import Importer
    from fluffy_tui.photos.service import Photos
    from fluffy_tui.photos.thumbnails import thumbnail

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

__getattr__ = lazy_exports(  # SQLAlchemy costs 340 ms and Pillow 60 ms
    __name__,
    {
        "Importer": "ingest.importer",
        "Photos": "service",
        "Watch": "ingest.folder_watch",
        "WatchRefused": "ingest.folder_watch",
        "existing_folders": "ingest.folder_walk",
        "thumbnail": "thumbnails",
    },
)
