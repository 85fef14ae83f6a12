"""The events of the app: what can change in the database. `core.event_stream` yields them; importing this is cheap."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostChanged:
    """A post was created, changed or deleted; read it again by its id."""

    post_id: int
    persona_id: int


@dataclass(frozen=True, slots=True)
class OutsidePostsChanged:
    """Posts that were made elsewhere, or their pictures, were read from Buffer."""

    channel_ids: frozenset[str]
    """Where they went out."""


@dataclass(frozen=True, slots=True)
class BufferChecked:
    """A worker has tried to reach Buffer, as one of them does every minute."""

    is_reachable: bool


@dataclass(frozen=True, slots=True)
class PhotosChanged:
    """Some of a persona's photos were added, removed or changed."""

    persona_id: int


@dataclass(frozen=True, slots=True)
class VerdictChanged:
    """A photo has another flag or other stars; nothing else about it changed."""

    photo_id: int
    persona_id: int


@dataclass(frozen=True, slots=True)
class KeywordsChanged:
    """Some of a persona's photos have other keywords, or text was read in them."""

    persona_id: int


@dataclass(frozen=True, slots=True)
class PhotosIndexed:
    """A worker hashed or embedded some of a persona's photos."""

    persona_id: int
    hashed: int
    embedded: int
    failed: int
    """How many more photos than before could not be read or embedded; fewer, if negative."""
    stacked: bool
    """Whether duplicates were found among them."""


@dataclass(frozen=True, slots=True)
class PersonaEdited:
    """A persona was created, renamed or deleted, or has another channel."""

    persona_id: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is live; everything read before may be outdated."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The database is unreachable; the stream reconnects by itself."""

    reason: str
    """One plain sentence."""


Event = (
    PostChanged
    | OutsidePostsChanged
    | BufferChecked
    | PhotosChanged
    | VerdictChanged
    | KeywordsChanged
    | PhotosIndexed
    | PersonaEdited
    | Connected
    | Disconnected
)
"""Anything that the stream yields."""
