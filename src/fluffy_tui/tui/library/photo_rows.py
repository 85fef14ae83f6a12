"""The rows of a photo list: all ids, but only the photos that were visible last, and which are on the screen."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fluffy_tui.photos import Photo

CAPACITY = 1_024
"""Photos in the cache; a screen shows at most 200 rows, and three screens are fetched at a time."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How photos are laid out: one below the other, or several side by side."""

    columns: int = 1
    """Photos in a row."""
    width: int = 1
    """Cells from one photo to the next in a row; of no account where there is one."""
    height: int = 1
    """Lines of a row."""

    def row_of(self, index: int) -> int:
        return index // self.columns

    def label_line(self, index: int) -> int:
        """Return the last line of a photo, which is its text, counted from the first photo on."""
        return (self.row_of(index) + 1) * self.height - 1

    def below(self, index: int, count: int) -> int:
        """Return the photo below one of so many: in a shorter last row the last one; in the last row itself."""
        is_last = self.row_of(index) >= self.row_of(count - 1)
        return index if is_last else min(index + self.columns, count - 1)

    def above(self, index: int) -> int:
        """Return the photo above one; itself if it is in the first row."""
        return index - self.columns if index >= self.columns else index


@dataclass(frozen=True, slots=True)
class Viewport:
    """The part of a list that is on the screen; rows are never shown in part."""

    grid: Grid
    top: int
    """The first visible row."""
    lines: int
    """Lines of the screen."""

    @property
    def rows(self) -> int:
        return max(1, self.lines // self.grid.height)

    @property
    def page(self) -> int:
        """How many photos fit."""
        return self.rows * self.grid.columns

    @property
    def visible(self) -> range:
        """The indexes on the screen, some of them perhaps behind the last one."""
        first = self.top * self.grid.columns
        return range(first, first + self.page)

    @property
    def around(self) -> tuple[int, int]:
        """The range of indexes on the screen, and a page before and after."""
        return max(0, self.visible.start - self.page), self.visible.stop + self.page

    def top_for(self, index: int) -> int:
        """Return the first visible row after scrolling just far enough to show a photo."""
        row = self.grid.row_of(index)
        return max(min(self.top, row), row - self.rows + 1)

    def height_of(self, count: int) -> int:
        """Return the lines of so many photos, such that the last row can be scrolled to the end of the screen."""
        return (self.grid.row_of(count - 1) + 1) * self.grid.height + self.lines % self.grid.height

    def index_at(self, x: int, y: int) -> int:
        column = min(x // self.grid.width, self.grid.columns - 1)
        return self.visible.start + y // self.grid.height * self.grid.columns + column


class PhotoRows:
    """Ids at 8 bytes each, and a bounded cache of photos, of more than are fetched at a time."""

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
