"""Similarity: which photos are the same file, the same picture or the same scene, and what is like what."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_HOMES = {
    "Similarity": "service",
    "BuiltinModel": "models.builtin_model",
    "ImageEmbed": "models.image_embed",
    "LibraryWork": "index.index_worker",
    "add_tasks": "index.index_jobs",
    "stacked_photos": "search.duplicates",
    "work": "index.index_jobs",
}
"""What costs SQLAlchemy, httpx or Procrastinate, which no screen should pay before its first frame."""

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


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
