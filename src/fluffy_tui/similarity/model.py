"""What similar means, in three grades: same file, same picture, same scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from fluffy_tui.core.errors import FluffyError

SAME_PICTURE_BITS = 31
"""PDQ hashes that differ in no more of their 256 bits show the same picture (Meta's own value, PDQ's README)."""

OTHER_STROKES = 8
"""Parts of two screenshots or pages, of which one is written on and the other blank, from which they are two.

Of the same picture in other sizes and qualities there are none, even without 1 % of its edges; of chats of one layout
that differ in a message, 17. A clock that has gone on is in fewer.
"""

SOUND_QUALITY = 50
"""PDQ hashes of a lower quality, such as those of a night sky, mean nothing (Meta: discard 49 and less)."""


class Relation(StrEnum):
    """How similar two photos are."""

    SAME_FILE = "same file"
    """The same bytes (SHA-256)."""
    SAME_PICTURE = "same picture"
    """The same picture saved again: other size, format, quality, colours (PDQ)."""
    SAME_SCENE = "same scene"
    """A burst, a crop or another shot of the same subject (embedding)."""
    SIMILAR = "similar"
    """A similar subject (embedding)."""
    OTHER = "other"
    """None of these."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Another photo of the persona that shows the same picture."""

    photo_id: int
    bits: int
    """Differing bits of the two PDQ hashes, 0 to 31."""


@dataclass(frozen=True, slots=True)
class EarlierPost:
    """The latest post of the same file or the same picture."""

    post_id: int
    photo_id: int
    """The photo of that post."""
    relation: Relation
    """SAME_FILE or SAME_PICTURE."""
    bits: int
    """Differing bits of the two PDQ hashes; 0 for the same file."""
    posted: bool
    """Whether it is live; otherwise it waits for its time."""
    at: datetime | None
    """When it was published, or else when it is due; None while Buffer has not given it a time."""


@dataclass(frozen=True, slots=True)
class OutsideMatch:
    """A post from elsewhere whose picture is the same."""

    sent_at: datetime
    bits: int
    """Differing bits of the two PDQ hashes, 0 to 31."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A photo and its distance from the photos that were asked about."""

    photo_id: int
    distance: float
    """Cosine distance under the active model: 0 for the same vector, 1 for nothing in common."""
    relation: Relation


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A model that turns pictures into vectors, as its maker describes it."""

    name: str
    """With its version: vectors of models with different names are never compared."""
    dimensions: int
    near_max: float | None = None
    """Cosine distance up to which two pictures show the same scene; None if it was not measured."""
    similar_max: float | None = None
    """Cosine distance up to which two pictures count as similar."""
    configuration: Mapping[str, Any] = field(default_factory=dict)
    """Where the model comes from and how pictures are prepared for it."""


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A model that has been used on this database."""

    id: int
    name: str
    dimensions: int
    near_max: float | None
    similar_max: float | None
    active: bool
    """Whether similar photos are found with its vectors; true of at most one model."""

    def relation(self, distance: float) -> Relation:
        """Return what a distance means under this model."""
        if self.near_max is not None and distance <= self.near_max:
            return Relation.SAME_SCENE
        if self.similar_max is not None and distance <= self.similar_max:
            return Relation.SIMILAR
        return Relation.OTHER


@dataclass(frozen=True, slots=True)
class IndexCounts:
    """How many photos of one persona are indexed."""

    persona_id: int
    photos: int
    """Photos whose file is not missing."""
    hashed: int
    embedded: Mapping[str, int]
    """By the name of each model that was ever used."""
    failed: int
    """Photos that could not be read or embedded at the last attempt."""
    model: str = ""
    """Name of the active model; empty before any was used."""

    @property
    def indexed(self) -> int:
        """Photos that are done: hashed, and embedded if a model is active; or failed."""
        known = min(self.hashed, self.embedded.get(self.model, 0)) if self.model else self.hashed
        return min(self.photos, known + self.failed)

    @property
    def is_complete(self) -> bool:
        """Whether all photos are indexed."""
        return self.indexed >= self.photos


@dataclass(slots=True)
class IndexGains:
    """What a job has added to one persona's index."""

    hashed: int = 0
    embedded: int = 0
    failed: int = 0
    """How many more photos than before could not be read or embedded; fewer, if negative."""
    stacked: bool = False
    """Whether duplicates were found."""


@dataclass(frozen=True, slots=True)
class IndexFailure:
    """A photo that could not be read or embedded."""

    photo_id: int
    reason: str
    """One plain sentence."""
    next_try_at: datetime | None
    """None if it is not tried again before its file changes."""


class NotIndexedYet(FluffyError):
    """A photo has no vector under the active model yet."""


class NoEmbeddings(FluffyError):
    """No model has been used on this database, so photos cannot be compared."""


class ModelUnavailable(FluffyError):
    """The built-in model is not installed."""


class ImageEmbedUnavailable(FluffyError):
    """The image_embed service does not answer, or not as expected; a later attempt may succeed."""
