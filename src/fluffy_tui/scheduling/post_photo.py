"""One photo of a post: how it is to be shown, and its picture once that is uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from fluffy_tui.buffer import NewPicture, PeopleTag
from fluffy_tui.media import Framing, Window


@dataclass(frozen=True, slots=True)
class TaggedPerson:
    """A person tagged in a photo, who stays at the same place whatever is done to the picture.

    Raises:
        ValueError: The handle is empty or has an `@` or a space, or the place is outside the photo.
    """

    handle: str
    """Without the leading `@`."""
    x: float
    """Distance from the left edge of the upright photo before its turn, as a fraction of its width: 0 to 1."""
    y: float
    """Distance from its top edge, as a fraction of its height: 0 to 1."""

    def __post_init__(self) -> None:
        PeopleTag(self.handle, self.x, self.y)

    @property
    def place(self) -> tuple[float, float]:
        """Both distances."""
        return self.x, self.y


@dataclass(frozen=True, slots=True)
class PostPhoto:
    """One photo of a post; a post's first one is its cover."""

    photo_id: int
    sha256: str
    """Of the photo's file, in hexadecimal."""
    alt_text: str = ""
    framing: Framing = Framing()
    tags: tuple[TaggedPerson, ...] = ()
    """People in the photo; those who are cut off in its picture are not sent."""
    accept_damaged: bool = False
    """Whether the user wants what is left of a damaged photo posted."""
    media_url: str | None = None
    """Where its picture is; None until it is uploaded."""
    rendition: Mapping[str, Any] | None = field(default=None, hash=False)
    """Width, height, bytes and hash of the uploaded JPEG, how it was fitted, and what it shows of the photo."""

    @property
    def source(self) -> tuple[object, ...]:
        """What decides which picture is uploaded; not the texts."""
        return (self.photo_id, self.sha256, self.framing, self.accept_damaged)

    def without_picture(self) -> Self:
        """Return the same photo with its picture still to be uploaded."""
        return replace(self, media_url=None, rendition=None)

    def new_picture(self) -> NewPicture:
        """Return the uploaded picture as Buffer gets it."""
        return NewPicture(str(self.media_url), self.alt_text, self.tags_in_picture())

    def tags_in_picture(self, window: Window | None = None) -> tuple[PeopleTag, ...]:
        """Return the tags at their places in the picture, without those of people who are cut off.

        The uploaded picture is meant if no window is given. One that was uploaded before its window was recorded
        shows the whole photo, since then tags were placed in it.
        """
        stored = (self.rendition or {}).get("window")
        window = window or (Window(*stored) if stored else None)
        if window is None:
            return tuple(PeopleTag(tag.handle, *tag.place) for tag in self.tags)
        places = ((tag, window.place_in_picture(tag.place, self.framing.turn)) for tag in self.tags)
        return tuple(PeopleTag(tag.handle, *place) for tag, place in places if place)

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "photo_id": self.photo_id,
            "sha256": self.sha256,
            "alt_text": self.alt_text,
            "framing": str(self.framing),
            "tags": [{"handle": tag.handle, "x": tag.x, "y": tag.y} for tag in self.tags],
            "accept_damaged": self.accept_damaged,
            "media_url": self.media_url,
            "rendition": None if self.rendition is None else dict(self.rendition),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what `to_json` has written."""
        return cls(
            **{
                **stored,
                "framing": Framing.parse(stored["framing"]),
                "tags": tuple(TaggedPerson(**tag) for tag in stored["tags"]),
            }
        )
