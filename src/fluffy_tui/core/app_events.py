"""What can change in the database, as small values; `core.events` brings them. Importing this costs nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostChanged:
    """A post was written, moved a step or deleted; read it again by its id."""

    post_id: int
    persona_id: int


@dataclass(frozen=True, slots=True)
class PhotosChanged:
    """Some of a persona's photos came, went or changed."""

    persona_id: int


@dataclass(frozen=True, slots=True)
class VerdictChanged:
    """A photo was picked, rejected or made undecided; nothing else about it changed."""

    photo_id: int
    persona_id: int


@dataclass(frozen=True, slots=True)
class PhotosIndexed:
    """Some of a persona's photos were hashed or embedded by a worker."""

    persona_id: int
    hashed: int
    embedded: int
    failed: int
    """Photos that could not be read or embedded."""
    stacked: bool
    """Whether copies of each other were found among them."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is live; whatever changed before has to be read anew."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The database is away; the stream comes back by itself."""

    reason: str
    """One plain sentence."""


Event = PostChanged | PhotosChanged | VerdictChanged | PhotosIndexed | Connected | Disconnected
