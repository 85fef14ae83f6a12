"""Similarity: which photos are the same file, the same picture or the same scene, and what is like what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.similarity.model import (
    Copy,
    EarlierPost,
    EmbeddingModel,
    ImageEmbedUnavailable,
    IndexFailure,
    ModelUnavailable,
    Neighbour,
    NoEmbeddings,
    NotIndexedYet,
    ReadingProgress,
    Relation,
)

if TYPE_CHECKING:
    from fluffy_tui.similarity.index.index_jobs import add_tasks, work
    from fluffy_tui.similarity.index.index_worker import LibraryWork
    from fluffy_tui.similarity.models.builtin_model import BuiltinModel
    from fluffy_tui.similarity.models.image_embed import ImageEmbed
    from fluffy_tui.similarity.search.duplicates import stacked_photos
    from fluffy_tui.similarity.service import Similarity

__all__ = [
    "BuiltinModel",
    "Copy",
    "EarlierPost",
    "EmbeddingModel",
    "ImageEmbed",
    "ImageEmbedUnavailable",
    "IndexFailure",
    "LibraryWork",
    "ModelUnavailable",
    "Neighbour",
    "NoEmbeddings",
    "NotIndexedYet",
    "ReadingProgress",
    "Relation",
    "Similarity",
    "add_tasks",
    "stacked_photos",
    "work",
]

__getattr__ = lazy_exports(  # SQLAlchemy, httpx and Procrastinate are slow to import
    __name__,
    {
        "BuiltinModel": "models.builtin_model",
        "ImageEmbed": "models.image_embed",
        "LibraryWork": "index.index_worker",
        "Similarity": "service",
        "add_tasks": "index.index_jobs",
        "stacked_photos": "search.duplicates",
        "work": "index.index_jobs",
    },
)
