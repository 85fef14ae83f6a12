"""Photos: a persona's library of picture files, their import and their thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.images import PhotoUnreadable
from fluffy_tui.photos.edited_names import counterparts, versions
from fluffy_tui.photos.model import (
    LONGEST_KEYWORD,
    DateSource,
    FailedFile,
    FolderNotFound,
    ImportProgress,
    ImportSummary,
    Keyword,
    KeywordSource,
    Photo,
    PhotoNotFound,
    PhotoState,
    PhotoTexts,
    PictureText,
)
from fluffy_tui.photos.query.browse import (
    MOST_STARS,
    BestBy,
    BestReason,
    Browse,
    Orientation,
    Posted,
    Sort,
    Stack,
    Verdict,
    why_best,
)
from fluffy_tui.photos.scores import Flaw, PhotoScores

if TYPE_CHECKING:
    from fluffy_tui.photos.file_state import HashWhen, state_of
    from fluffy_tui.photos.ingest.folder_walk import existing_folders, has_picture_name
    from fluffy_tui.photos.ingest.folder_watch import Watch, WatchRefused
    from fluffy_tui.photos.ingest.importer import Importer
    from fluffy_tui.photos.ingest.single_files import existing_file
    from fluffy_tui.photos.keywords import Keywords, clean_keyword
    from fluffy_tui.photos.machine import Machine, this_machine
    from fluffy_tui.photos.metadata.sidecar_file import PostedTexts
    from fluffy_tui.photos.picture_texts import clean_text, store_texts
    from fluffy_tui.photos.query.browse_sql import contains, names_of
    from fluffy_tui.photos.saved_filters import SavedFilters
    from fluffy_tui.photos.score_store import store_scores
    from fluffy_tui.photos.service import Photos
    from fluffy_tui.photos.tables import locked

__all__ = [
    "LONGEST_KEYWORD",
    "MOST_STARS",
    "BestBy",
    "BestReason",
    "Browse",
    "DateSource",
    "FailedFile",
    "Flaw",
    "FolderNotFound",
    "HashWhen",
    "ImportProgress",
    "ImportSummary",
    "Importer",
    "Keyword",
    "KeywordSource",
    "Keywords",
    "Machine",
    "Orientation",
    "Photo",
    "PhotoNotFound",
    "PhotoScores",
    "PhotoState",
    "PhotoTexts",
    "PhotoUnreadable",
    "Photos",
    "PictureText",
    "Posted",
    "PostedTexts",
    "SavedFilters",
    "Sort",
    "Stack",
    "Verdict",
    "Watch",
    "WatchRefused",
    "clean_keyword",
    "clean_text",
    "contains",
    "counterparts",
    "existing_file",
    "existing_folders",
    "has_picture_name",
    "locked",
    "names_of",
    "state_of",
    "store_scores",
    "store_texts",
    "this_machine",
    "versions",
    "why_best",
]

__getattr__ = lazy_exports(  # SQLAlchemy costs 340 ms and Pillow 60 ms, too much before the first frame
    __name__,
    {
        "HashWhen": "file_state",
        "Importer": "ingest.importer",
        "Keywords": "keywords",
        "Machine": "machine",
        "Photos": "service",
        "PostedTexts": "metadata.sidecar_file",
        "SavedFilters": "saved_filters",
        "Watch": "ingest.folder_watch",
        "WatchRefused": "ingest.folder_watch",
        "clean_keyword": "keywords",
        "clean_text": "picture_texts",
        "contains": "query.browse_sql",
        "existing_file": "ingest.single_files",
        "existing_folders": "ingest.folder_walk",
        "has_picture_name": "ingest.folder_walk",
        "locked": "tables",
        "names_of": "query.browse_sql",
        "state_of": "file_state",
        "store_scores": "score_store",
        "store_texts": "picture_texts",
        "this_machine": "machine",
    },
)
