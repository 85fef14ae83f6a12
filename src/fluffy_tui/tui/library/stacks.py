"""Stacks of duplicates in the list: what each visible photo stands for, and which stacks are expanded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from fluffy_tui.photos import Browse, Photo, Stack

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from fluffy_tui.tui.library.library_view import LibraryView
    from fluffy_tui.tui.library.photo_list import PhotoList
    from fluffy_tui.tui.ports import PhotosPort

CAPACITY = 4_096
"""Photos whose stacks are cached; many more than are visible."""
ALONE = Stack()
"""The stack of a photo without duplicates."""


class Stacks:
    """The stacks of a list, and which of them are expanded."""

    def __init__(self, photos: PhotosPort, view: LibraryView) -> None:
        self._photos = photos
        self._view = view
        self._cache: OrderedDict[int, Stack] = OrderedDict()
        self._expanded: dict[int, tuple[int, ...]] = {}
        self._firsts: dict[int, int] = {}

    async def fetch(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of some rows, and cache their stacks."""
        photos = await self._photos.by_ids(ids)
        found = await self._photos.stacks(self._view.persona_id, self._view.browse, ids)
        for id_ in ids:
            self._cache[id_] = found.get(id_, ALONE)
            self._cache.move_to_end(id_)
        while len(self._cache) > CAPACITY:
            self._cache.popitem(last=False)
        return photos

    def of(self, photo_id: int) -> Stack:
        """Return the stack of a photo, as far as it is cached."""
        return self._cache.get(photo_id, ALONE)

    def is_stacked(self, photo_id: int) -> bool:
        """Whether a photo has duplicates in the list, or is one of them, as far as that is cached."""
        return (
            bool(self.of(photo_id).behind)
            or photo_id in self._expanded
            or photo_id in self._firsts
            or any(photo_id in stack.behind for stack in self._cache.values())
        )

    def is_expanded(self, photo_id: int) -> bool:
        """Whether the duplicates of this photo are listed below it."""
        return photo_id in self._expanded

    def first_of(self, photo_id: int) -> int | None:
        """Return the photo that an expanded duplicate is listed below; None for any other photo."""
        return self._firsts.get(photo_id)

    def members(self, photo_id: int | None) -> tuple[int, ...]:
        """Return the ids of a photo's stack, best first; none for a photo that is in none."""
        if photo_id is None:
            return ()
        first = self._firsts.get(photo_id, photo_id)
        behind = self._expanded.get(first, self.of(first).behind)
        return (first, *behind) if behind else ()

    @property
    def expanded_count(self) -> int:
        """How many duplicates are listed because their stacks are expanded."""
        return len(self._firsts)

    def toggle(self, photo_list: PhotoList) -> bool:
        """Expand or collapse the stack under the cursor; return False if there is none."""
        photo_id = photo_list.highlighted_id
        if photo_id is None or not self.is_stacked(photo_id):
            return False
        first = self._firsts.get(photo_id, photo_id)
        below = 1 + (photo_list.cursor if first == photo_id else photo_list.rows.ids.index(first))
        listed = self._expanded.get(first, ())
        behind = () if listed else self.of(first).behind
        others = {id_: ids for id_, ids in self._expanded.items() if id_ != first}
        self._set_expanded({**others, first: behind} if behind else others)
        photo_list.splice(below, below + len(listed), behind)
        return True

    def collapse_all(self) -> None:
        """Forget which stacks are expanded."""
        self._set_expanded({})

    async def insert_expanded(self, ids: array[int], browse: Browse) -> None:
        """Insert the duplicates of expanded stacks below their first photos.

        A stack stays expanded when its first photo has left the list, or is now behind another one of the stack.
        """
        if not self._expanded:
            return
        members = [id_ for first, behind in self._expanded.items() for id_ in (first, *behind)]
        found = await self._photos.stacks(self._view.persona_id, browse, members)
        self._set_expanded(
            {first: stack.behind for first, stack in found.items() if stack.behind and first in ids}
        )
        for first, behind in self._expanded.items():
            below = ids.index(first) + 1
            ids[below:below] = type(ids)("q", behind)

    async def first_above(self, photo_id: int, browse: Browse) -> int | None:
        """Return the photo that another one is collapsed into; None if it is not."""
        found = await self._photos.stacks(self._view.persona_id, browse, [photo_id])
        return next((first for first, stack in found.items() if photo_id in stack.behind), None)

    def _set_expanded(self, stacks: dict[int, tuple[int, ...]]) -> None:
        self._expanded = stacks
        self._firsts = {photo_id: first for first, behind in stacks.items() for photo_id in behind}
