"""What alike means here, in three words kept apart: same file, same picture, same scene."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SAME_PICTURE_BITS = 31
"""PDQ hashes that differ in no more of their 256 bits show the same picture (Meta's own value, PDQ's README)."""

SOUND_QUALITY = 50
"""PDQ hashes of a lower quality, such as those of a night sky, say nothing (Meta: discard 49 and less)."""


class Relation(StrEnum):
    """How alike two photos are."""

    SAME_FILE = "same file"
    """The same bytes (SHA-256)."""
    SAME_PICTURE = "same picture"
    """The same picture saved again: other size, format, quality, colours (PDQ)."""
    SAME_SCENE = "same scene"
    """A burst, a crop or another shot of the same thing (embedding)."""
    SIMILAR = "similar"
    """Something of the kind (embedding)."""
    OTHER = "other"
    """Neither."""


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
    """The photo that the post was made of."""
    relation: Relation
    """SAME_FILE or SAME_PICTURE."""
    bits: int
    """Differing bits of the two PDQ hashes; 0 for the same file."""
    posted: bool
    """Whether it is out; otherwise it waits for its time."""
    at: datetime | None
    """When it went out, or else when it is due; None while Buffer has not given it a time."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A photo and how far it is from what was asked about."""

    photo_id: int
    distance: float
    """Cosine distance under the active model: 0 for the same vector, 1 for nothing in common."""
    relation: Relation


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A model that turns pictures into vectors, as its maker describes it."""

    name: str
    """With its version: vectors of two names are never compared."""
    dimensions: int
    near_max: float | None = None
    """Cosine distance up to which two pictures show the same scene; None where nobody has measured it."""
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
    """Whether questions are answered with its vectors; true of at most one model."""

    def relation(self, distance: float) -> Relation:
        """Return what a distance means under this model."""
        if self.near_max is not None and distance <= self.near_max:
            return Relation.SAME_SCENE
        if self.similar_max is not None and distance <= self.similar_max:
            return Relation.SIMILAR
        return Relation.OTHER


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """How far the photos of one persona have been looked at."""

    persona_id: int
    photos: int
    """Whose files are there."""
    hashed: int
    embedded: Mapping[str, int]
    """By the name of each model that was ever used."""
    troubled: int
    """Photos that could not be read, or not be embedded, at the last try."""
    model: str = ""
    """Name of the model whose vectors answer questions; empty before any was used."""

    @property
    def looked_at(self) -> int:
        """Photos that are done with: hashed, embedded where a model answers, or resisting both."""
        known = min(self.hashed, self.embedded.get(self.model, 0)) if self.model else self.hashed
        return min(self.photos, known + self.troubled)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to look at."""
        return self.looked_at >= self.photos


@dataclass(slots=True)
class Gain:
    """What a job has added to what is known of one persona's photos."""

    hashed: int = 0
    embedded: int = 0
    failed: int = 0
    """Photos that could not be read or embedded."""
    stacked: bool = False
    """Whether copies were found."""


@dataclass(frozen=True, slots=True)
class IndexFailure:
    """A photo that could not be read or embedded."""

    photo_id: int
    reason: str
    """One plain sentence."""
    next_try_at: datetime | None
    """None when it is not tried again before its file changes."""


class NotIndexedYet(FluffyError):
    """A photo has no vector under the active model so far."""


class NoEmbeddings(FluffyError):
    """No model has been used on this database, so nothing can be said about likeness."""


class ModelUnavailable(FluffyError):
    """The built-in model is not installed, or its weights are not those it was measured with."""


class ImageEmbedUnavailable(FluffyError):
    """The image_embed service does not answer, or not as it should; later tries may succeed."""
