"""Stacks of copies in the library's list: what is behind each photo in sight, and which stacks are open."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from fluffy_tui.photos import Stack

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence

    from fluffy_tui.photos import Browse, Photo
    from fluffy_tui.tui.ports import PhotosPort

KEPT = 4_096
"""Photos of which it is kept what is behind them; many more than are in sight."""
ALONE = Stack()
"""A photo with nothing behind it."""


class Stacks:
    """The stacks of one persona's list.

    Args:
        photos: Where they are read.
        persona_id: Whose photos.
        browse: Returns how they are listed now.
    """

    def __init__(self, photos: PhotosPort, persona_id: int, browse: Callable[[], Browse]) -> None:
        self._photos = photos
        self._persona_id = persona_id
        self._browse = browse
        self._known: OrderedDict[int, Stack] = OrderedDict()
        self._open: dict[int, tuple[int, ...]] = {}
        self._above: dict[int, int] = {}

    async def fetch(self, ids: Sequence[int]) -> dict[int, Photo]:
        """Return the photos of some rows, and learn what is behind each."""
        photos = await self._photos.by_ids(ids)
        found = await self._photos.stacks(self._persona_id, self._browse(), ids)
        for id_ in ids:
            self._known[id_] = found.get(id_, ALONE)
            self._known.move_to_end(id_)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return photos

    def of(self, photo_id: int) -> Stack:
        """Return what is behind a photo, as far as it is known."""
        return self._known.get(photo_id, ALONE)

    @property
    def shown(self) -> int:
        """How many photos open stacks show below their first."""
        return len(self._above)

    def is_open(self, photo_id: int) -> bool:
        """Whether the photos behind this one are shown below it."""
        return photo_id in self._open

    def first_of(self, photo_id: int) -> int | None:
        """Return the photo above one that an open stack shows; None for any other."""
        return self._above.get(photo_id)

    def open(self, photo_id: int) -> tuple[int, ...]:
        """Open a stack, and return the photos that come below its first."""
        behind = self.of(photo_id).behind
        if behind:
            self._set_open({**self._open, photo_id: behind})
        return behind

    def close(self, photo_id: int) -> int:
        """Close the stack of a first photo, and return how many were below it."""
        behind = self._open.get(photo_id, ())
        self._set_open({first: others for first, others in self._open.items() if first != photo_id})
        return len(behind)

    def close_all(self) -> None:
        """Forget which stacks were open."""
        self._set_open({})

    async def put_into(self, ids: array[int], browse: Browse) -> None:
        """Put the photos of open stacks below their first, in ids that were read anew.

        A stack whose first photo has left the list, or is now behind another, stays open under its new first.
        """
        if not self._open:
            return
        members = [id_ for first, behind in self._open.items() for id_ in (first, *behind)]
        found = await self._photos.stacks(self._persona_id, browse, members)
        self._set_open(
            {first: stack.behind for first, stack in found.items() if stack.behind and first in ids}
        )
        for first, behind in self._open.items():
            below = ids.index(first) + 1
            ids[below:below] = type(ids)("q", behind)

    async def first_above(self, photo_id: int, browse: Browse) -> int | None:
        """Return the photo that this one is behind; None when it is behind none."""
        found = await self._photos.stacks(self._persona_id, browse, [photo_id])
        return next((first for first, stack in found.items() if photo_id in stack.behind), None)

    def _set_open(self, stacks: dict[int, tuple[int, ...]]) -> None:
        self._open = stacks
        self._above = {photo_id: first for first, behind in stacks.items() for photo_id in behind}
