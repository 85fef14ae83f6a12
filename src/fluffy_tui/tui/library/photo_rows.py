"""The rows behind a photo list: all ids, and only as many photos as were looked at last."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.photos import Photo

CAPACITY = 1_024
"""Photos kept; a screen shows 200 rows at most and three screens are fetched at a time."""


class PhotoRows:
    """Ids at 8 bytes each, and a bounded cache of the photos they stand for.

    Args:
        capacity: how many photos are kept at most; has to exceed what is asked for at a time.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.ids: array[int] = array("q")
        """All ids in the order shown."""
        self.token = 0
        """Changes whenever answers that are under way become old."""
        self._capacity = capacity
        self._photos: OrderedDict[int, Photo | None] = OrderedDict()
        self._stale: set[int] = set()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def cached(self) -> int:
        """How many photos are held in memory."""
        return len(self._photos)

    def replace(self, ids: Sequence[int]) -> None:
        """Take new ids; photos known so far stay to be seen until they are read anew."""
        self.ids = ids if isinstance(ids, array) else array("q", ids)
        self.invalidate()

    def invalidate(self) -> None:
        """Have everything read anew, and refuse the answers that are under way."""
        self.token += 1
        self._stale = set(self._photos)

    def distrust_one(self, photo_id: int) -> None:
        """Have one photo read anew, if it is known."""
        if photo_id in self._photos:
            self.token += 1
            self._stale.add(photo_id)

    def put(self, photo: Photo) -> None:
        """Take a photo as it is known to be now, and refuse the answers that are under way."""
        self.token += 1
        self._photos[photo.id] = photo
        self._stale.discard(photo.id)

    def photo(self, index: int) -> Photo | None:
        """Return the photo at an index, or None while it is not known or when it is gone."""
        return self._photos.get(self.ids[index])

    def is_gone(self, index: int) -> bool:
        """Whether the photo at an index was asked for and is no more."""
        return self._photos.get(self.ids[index], False) is None

    def missing(self, first: int, last: int) -> list[int]:
        """Return the ids from index `first` up to and without `last` that have to be fetched."""
        window = self.ids[max(first, 0) : max(last, 0)]
        return [id_ for id_ in window if id_ not in self._photos or id_ in self._stale]

    def store(self, token: int, asked: Sequence[int], answer: Mapping[int, Photo]) -> bool:
        """Keep what came for the ids asked for; return False, keeping nothing, when the answer is old."""
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
    """Return where the cursor belongs in the new ids: on the same photo, or on the next one still there.

    Rows mostly shift by a few places, so the neighbourhood is searched before the whole; only the photo
    itself and the three after it are looked for everywhere, which keeps a million ids within 50 ms.
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
