"""Alike: which photos are the same file, the same picture or the same scene, and what is like what."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fluffy_tui.alike.model import (
    Copy,
    EmbeddingModel,
    ImageEmbedUnavailable,
    ModelUnavailable,
    Neighbour,
    NoEmbeddings,
    NotLookedAtYet,
    ReadingProgress,
    Relation,
    Sighting,
    Trouble,
)

if TYPE_CHECKING:
    from fluffy_tui.alike.builtin import BuiltinModel
    from fluffy_tui.alike.copies import stacked_photos
    from fluffy_tui.alike.image_embed import ImageEmbed
    from fluffy_tui.alike.library_work import LibraryWork
    from fluffy_tui.alike.service import Alike
    from fluffy_tui.alike.tasks import add_tasks, work

_HOMES = {
    "Alike": "service",
    "BuiltinModel": "builtin",
    "ImageEmbed": "image_embed",
    "LibraryWork": "library_work",
    "add_tasks": "tasks",
    "stacked_photos": "copies",
    "work": "tasks",
}
"""What costs SQLAlchemy, httpx or Procrastinate, which no screen should pay before its first frame."""

__all__ = [
    "Alike",
    "BuiltinModel",
    "Copy",
    "EmbeddingModel",
    "ImageEmbed",
    "ImageEmbedUnavailable",
    "LibraryWork",
    "ModelUnavailable",
    "Neighbour",
    "NoEmbeddings",
    "NotLookedAtYet",
    "ReadingProgress",
    "Relation",
    "Sighting",
    "Trouble",
    "add_tasks",
    "stacked_photos",
    "work",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
