"""The photos of one post while it is written: their order, and which of them is the current one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from fluffy_tui.media import Framing, Part
from fluffy_tui.scheduling import PostPhoto
from fluffy_tui.tui.session.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fluffy_tui.media import Window
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import TaggedPerson


@dataclass(frozen=True, slots=True)
class PostPhotos:
    """At least one photo, each with its own alt text and framing; the first is the cover."""

    photos: tuple[PostPhoto, ...]
    index: int = 0
    """The current photo's index."""

    def __len__(self) -> int:
        return len(self.photos)

    @property
    def cover(self) -> PostPhoto:
        return self.photos[0]

    @property
    def current(self) -> PostPhoto:
        """The photo that is shown and changed."""
        return self.photos[self.index]

    @property
    def place(self) -> str:
        """Which photo is the current one, such as `2 of 5`; empty where there is only one."""
        if len(self) == 1:
            return ""
        return f"{self.index + 1} of {len(self)}" + (" · cover" if self.index == 0 else "")

    def with_current(self, alt_text: str, framing: Framing) -> Self:
        """Return the photos with another alt text and framing of the current one.

        The other parts of a panorama are framed alike, so that they have no seams.
        """
        photos = [
            replace(photo, framing=replace(framing, part=photo.framing.part))
            if photo.photo_id == self.current.photo_id
            else photo
            for photo in self.photos
        ]
        photos[self.index] = replace(self.current, alt_text=alt_text, framing=framing)
        return replace(self, photos=tuple(photos))

    def with_tags(self, tags: tuple[TaggedPerson, ...]) -> Self:
        """Return the photos with other people tagged in the current one."""
        changed = replace(self.current, tags=tags)
        return replace(self, photos=(*self.photos[: self.index], changed, *self.photos[self.index + 1 :]))

    def cut(self, framing: Framing, windows: Sequence[Window]) -> Self:
        """Return the photos with the current one in several parts, or put together again from those it is in now.

        The framing is that of each part, whatever its own part is. The windows, one for the whole, are what each part
        shows of the photo, which decides where its people are tagged.
        """
        own = [photo for photo in self.photos if photo.photo_id == self.current.photo_id]
        others = [photo for photo in self.photos if photo.photo_id != self.current.photo_id]
        alt_text = " ".join(dict.fromkeys(photo.alt_text for photo in own if photo.alt_text.strip()))
        tags: list[list[TaggedPerson]] = [[] for _ in windows]
        for tag in (tag for photo in own for tag in photo.tags):
            shown = (window.place_in_picture(tag.place, framing.turn) is not None for window in windows)
            tags[next((number for number, is_shown in enumerate(shown) if is_shown), 0)].append(tag)
        parts = [
            replace(
                self.current,
                alt_text=alt_text,
                framing=replace(framing, part=Part(number, len(windows))),
                tags=tuple(people),
            )
            for number, people in enumerate(tags, 1)
        ]
        first = self.photos.index(own[0])
        return replace(self, photos=(*others[:first], *parts, *others[first:]), index=first)

    def at(self, index: int) -> Self:
        """Return the photos with another current one; the first or last where there is no such index."""
        return replace(self, index=max(0, min(index, len(self) - 1)))

    def moved(self, by: int) -> Self:
        """Return the photos with the current one that many places further back."""
        there = self.at(self.index + by)
        others = [*self.photos[: self.index], *self.photos[self.index + 1 :]]
        others.insert(there.index, self.current)
        return replace(there, photos=tuple(others))

    def with_added(self, added: Sequence[PostPhoto]) -> Self:
        """Return the photos with others after them, of which the first is the current one."""
        return replace(self, photos=(*self.photos, *added), index=len(self)) if added else self

    def without_current(self) -> Self:
        """Return the photos without the current one, unless it is the only one."""
        if len(self) == 1:
            return self
        others = (*self.photos[: self.index], *self.photos[self.index + 1 :])
        return replace(self, photos=others, index=min(self.index, len(others) - 1))


def chosen_photos(
    files: Sequence[Photo], draft: Draft, draft_of: Callable[[Photo], Draft | None], habit: Framing
) -> PostPhotos:
    """Return the photos for a new post, with the alt texts and framings that were chosen for them before.

    Args:
        files: The photos, in the order in which they were selected; the order of the draft wins if it has the same.
        draft: The first photo's.
        draft_of: Returns the draft of another photo, or None.
        habit: The framing where none was chosen.
    """
    files_by_id = {file.id: file for file in files}
    if {photo.photo_id for photo in draft.photos} == files_by_id.keys():
        chosen = list(draft.photos)
    else:
        chosen = [photo for file in files for photo in _chosen_before(file, draft, draft_of, habit, files[0])]
    return PostPhotos(tuple(replace(photo, sha256=files_by_id[photo.photo_id].sha256) for photo in chosen))


def _chosen_before(
    file: Photo, draft: Draft, draft_of: Callable[[Photo], Draft | None], habit: Framing, first: Photo
) -> Sequence[PostPhoto]:
    """Return what was chosen for a photo: it may be several parts of a panorama."""
    if known := [photo for photo in draft.photos if photo.photo_id == file.id]:
        return known
    return new_photos(file, draft if file == first and not draft.photos else draft_of(file), habit)


def new_photos(file: Photo, draft: Draft | None, habit: Framing) -> Sequence[PostPhoto]:
    """Return a photo for a post as its own draft has it, if there is one: maybe several parts of a panorama."""
    own = draft or Draft()
    if known := [photo for photo in own.photos if photo.photo_id == file.id]:
        return known
    return [PostPhoto(file.id, file.sha256, own.alt_text, own.framing or habit)]


def draft_of_one(draft: Draft, photo: PostPhoto) -> Draft:
    """Return the draft of a post of one photo, which names it only for the people who are tagged in it."""
    shown = replace(photo, alt_text=draft.alt_text, framing=draft.framing or photo.framing)
    return replace(draft, photos=(shown,) if photo.tags else ())
