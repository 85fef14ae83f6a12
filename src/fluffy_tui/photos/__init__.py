"""Photos: a persona's library of picture files, their import and their thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.images import PhotoUnreadable as PhotoUnreadable
from fluffy_tui.photos.edited_names import counterparts as counterparts, versions as versions
from fluffy_tui.photos.model import (
    LONGEST_KEYWORD as LONGEST_KEYWORD,
    DateSource as DateSource,
    FailedFile as FailedFile,
    FolderNotFound as FolderNotFound,
    ImportProgress as ImportProgress,
    ImportSummary as ImportSummary,
    Keyword as Keyword,
    KeywordSource as KeywordSource,
    Photo as Photo,
    PhotoNotFound as PhotoNotFound,
    PhotoState as PhotoState,
    PhotoTexts as PhotoTexts,
    PictureText as PictureText,
)
from fluffy_tui.photos.query.browse import (
    MOST_STARS as MOST_STARS,
    BestBy as BestBy,
    BestReason as BestReason,
    Browse as Browse,
    Orientation as Orientation,
    Posted as Posted,
    Sort as Sort,
    Stack as Stack,
    Verdict as Verdict,
    why_best as why_best,
)
from fluffy_tui.photos.scores import Flaw as Flaw, PhotoScores as PhotoScores

if TYPE_CHECKING:
    from fluffy_tui.photos.file_state import HashWhen as HashWhen, state_of as state_of
    from fluffy_tui.photos.ingest.folder_walk import (
        existing_folders as existing_folders,
        has_picture_name as has_picture_name,
    )
    from fluffy_tui.photos.ingest.folder_watch import Watch as Watch, WatchRefused as WatchRefused
    from fluffy_tui.photos.ingest.importer import Importer as Importer
    from fluffy_tui.photos.ingest.single_files import existing_file as existing_file
    from fluffy_tui.photos.keywords import Keywords as Keywords, clean_keyword as clean_keyword
    from fluffy_tui.photos.machine import Machine as Machine, this_machine as this_machine
    from fluffy_tui.photos.metadata.sidecar_file import PostedTexts as PostedTexts
    from fluffy_tui.photos.picture_texts import clean_text as clean_text, store_texts as store_texts
    from fluffy_tui.photos.query.browse_sql import contains as contains, names_of as names_of
    from fluffy_tui.photos.saved_filters import SavedFilters as SavedFilters
    from fluffy_tui.photos.score_store import store_scores as store_scores
    from fluffy_tui.photos.service import Photos as Photos
    from fluffy_tui.photos.silent_disk import from_disk as from_disk
    from fluffy_tui.photos.tables import ids_by_hash as ids_by_hash, locked as locked


__getattr__ = lazy_exports(  # SQLAlchemy costs 340 ms and Pillow 60 ms, too much before the first frame
    __name__,
    {
        "file_state": "HashWhen state_of",
        "ingest.folder_walk": "existing_folders has_picture_name",
        "ingest.folder_watch": "Watch WatchRefused",
        "ingest.importer": "Importer",
        "ingest.single_files": "existing_file",
        "keywords": "Keywords clean_keyword",
        "machine": "Machine this_machine",
        "metadata.sidecar_file": "PostedTexts",
        "picture_texts": "clean_text store_texts",
        "query.browse_sql": "contains names_of",
        "saved_filters": "SavedFilters",
        "score_store": "store_scores",
        "service": "Photos",
        "silent_disk": "from_disk",
        "tables": "ids_by_hash locked",
    },
)
