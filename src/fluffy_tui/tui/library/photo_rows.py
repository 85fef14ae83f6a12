"""The rows of a photo list: all ids, but only the photos that were visible last."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.photos import Photo

CAPACITY = 1_024
"""Photos in the cache; a screen shows at most 200 rows, and three screens are fetched at a time."""


class PhotoRows:
    """Ids at 8 bytes each, and a bounded cache of photos.

    Args:
        capacity: Photos in the cache; has to exceed what is fetched at a time.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.ids: array[int] = array("q")
        """All ids in the order shown."""
        self.token = 0
        """Changes whenever the answers to pending fetches become outdated."""
        self._capacity = capacity
        self._photos: OrderedDict[int, Photo | None] = OrderedDict()
        self._stale: set[int] = set()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def cached(self) -> int:
        """How many photos are in memory."""
        return len(self._photos)

    def replace(self, ids: Sequence[int]) -> None:
        """Set other ids; cached photos stay visible until they are fetched again."""
        self.ids = ids if isinstance(ids, array) else array("q", ids)
        self.invalidate()

    def invalidate(self) -> None:
        """Have all photos fetched again, and refuse the answers to pending fetches."""
        self.token += 1
        self._stale = set(self._photos)

    def invalidate_one(self, photo_id: int) -> None:
        """Have one photo fetched again, if it is cached."""
        if photo_id in self._photos:
            self.token += 1
            self._stale.add(photo_id)

    def put(self, photo: Photo) -> Photo | None:
        """Set the current state of a photo, refuse the answers to pending fetches, and return what was cached."""
        self.token += 1
        before = self._photos.get(photo.id)
        self._photos[photo.id] = photo
        self._stale.discard(photo.id)
        return before

    def photo(self, index: int) -> Photo | None:
        """Return the photo at an index; None while it is not loaded, or if it was deleted."""
        return self._photos.get(self.ids[index])

    def is_gone(self, index: int) -> bool:
        """Whether the photo at an index was fetched and no longer exists."""
        return self._photos.get(self.ids[index], False) is None

    def missing(self, first: int, last: int) -> list[int]:
        """Return the ids in `first:last` that have to be fetched."""
        window = self.ids[max(first, 0) : max(last, 0)]
        return [id_ for id_ in window if id_ not in self._photos or id_ in self._stale]

    def has_other_flags(self, answer: Mapping[int, Photo]) -> bool:
        """Whether a cached photo has another flag in an answer."""
        cached = ((self._photos.get(id_), photo) for id_, photo in answer.items())
        return any(before is not None and before.verdict != now.verdict for before, now in cached)

    def store(self, token: int, asked: Sequence[int], answer: Mapping[int, Photo]) -> bool:
        """Cache the answer for the ids that were asked for; return False if it is outdated, and drop it."""
        if token != self.token:
            return False
        for id_ in asked:
            self._photos[id_] = answer.get(id_)
            self._photos.move_to_end(id_)
        self._stale.difference_update(asked)
        while len(self._photos) > self._capacity:
            dropped, _ = self._photos.popitem(last=False)
            self._stale.discard(dropped)
        return True


def index_after_change(old: Sequence[int], cursor: int, new: array[int]) -> int:
    """Return where the cursor belongs in the new ids: on the same photo, else on the next one that is still there.

    Rows mostly shift by a few places, so the neighbourhood is searched first. Only the photo itself and the three
    after it are searched for everywhere, which takes at most 50 ms with a million ids.
    """
    if not new or not old:
        return 0
    near = slice(max(0, cursor - 500), cursor + 500)
    neighbourhood = {id_: near.start + offset for offset, id_ in enumerate(new[near])}
    for nth, id_ in enumerate(old[cursor : cursor + 500]):
        if id_ in neighbourhood:
            return neighbourhood[id_]
        if nth < 4:
            found = _index(new, id_)
            if found is not None:
                return found
    return min(cursor, len(new) - 1)


def _index(ids: array[int], wanted: int) -> int | None:
    try:
        return ids.index(wanted)
    except ValueError:
        return None
