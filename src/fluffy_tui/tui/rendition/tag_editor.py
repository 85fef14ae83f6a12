"""The people tagged in one photo while they are moved about in its picture as posted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fluffy_tui.scheduling import TaggedPerson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.media import Window

MIDDLE = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class UnnamedTag:
    """A place in the photo, in fractions of it, for whoever is named next."""

    handle: str
    """Empty until it is typed."""
    place: tuple[float, float]


class TagEditor:
    """Tags, one of them current; new ones start in the middle of the picture, a window of the turned photo."""

    def __init__(self, tags: Sequence[TaggedPerson], window: Window, turn: int) -> None:
        self._tags = [UnnamedTag(tag.handle, tag.place) for tag in tags]
        self._window, self._turn = window, turn
        self.index = 0
        """The current tag's index."""

    def __len__(self) -> int:
        return len(self._tags)

    @property
    def current(self) -> UnnamedTag | None:
        """The tag that is named and moved; None where there is none."""
        return self._tags[self.index] if self._tags else None

    @property
    def handles(self) -> list[str]:
        """All handles in their order; empty for a tag without a name."""
        return [tag.handle for tag in self._tags]

    @property
    def places(self) -> list[tuple[float, float] | None]:
        """Where each tag is in the picture, in fractions of it; None for who is cut off."""
        return [self._window.place_in_picture(tag.place, self._turn) for tag in self._tags]

    @property
    def people(self) -> tuple[TaggedPerson, ...]:
        return tuple(TaggedPerson(tag.handle, *tag.place) for tag in self._tags if tag.handle)

    @property
    def repeated(self) -> str:
        """A handle that is tagged twice; empty if there is none."""
        handles = [handle.casefold() for handle in self.handles if handle]
        return next((handle for handle in handles if handles.count(handle) > 1), "")

    def add(self) -> None:
        """Add a tag after the others, which becomes the current one."""
        self._tags.append(UnnamedTag("", self._window.place_in_photo(MIDDLE, self._turn)))
        self.index = len(self._tags) - 1

    def remove(self) -> None:
        del self._tags[self.index : self.index + 1]
        self.index = max(0, min(self.index, len(self._tags) - 1))

    def step(self, by: int) -> None:
        """Go so many tags further; after the last comes the first."""
        self.index = (self.index + by) % max(1, len(self._tags))

    def name(self, handle: str) -> None:
        """Give the current tag another handle; one without a tag gets a new one."""
        if not self._tags and handle:
            self.add()
        if self._tags:
            self._tags[self.index] = replace(self._tags[self.index], handle=handle)

    def move(self, right: float, down: float) -> None:
        """Move the current tag by fractions of the picture; who was cut off is in it afterwards."""
        if (tag := self.current) is not None:
            x, y = self._window.nearest_in_picture(tag.place, self._turn)
            place = self._window.place_in_photo((x + right, y + down), self._turn)
            self._tags[self.index] = replace(tag, place=place)
