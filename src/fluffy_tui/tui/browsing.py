"""Reads which photos a library shows: a first page at once where there are many, then the whole order."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.photos import Browse, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fluffy_tui.tui.ports import PhotosPort

FIRST_PAGE = 200
"""Photos that are shown before the whole order has come; a screen has fewer rows."""
MANY = 20_000
"""Photos from which the whole order takes long enough for a first page to be worth its while."""


class Browsing:
    """What is browsed in one persona's library, kept true.

    Args:
        photos: Where it is read.
        persona_id: Whose photos.
        show: Takes the ids in their order, and whether these are all.
        anchor: Returns the photo that a first page begins with: the one under the cursor.
    """

    def __init__(
        self,
        photos: PhotosPort,
        persona_id: int,
        show: Callable[[array[int], bool], None],
        anchor: Callable[[], int | None],
    ) -> None:
        self.browse = Browse()
        """What is asked for."""
        self.shown: Browse | None = None
        """What is shown; None before anything has come."""
        self._photos = photos
        self._persona_id = persona_id
        self._show = show
        self._anchor = anchor
        self._is_stale = True
        self._known = 0
        self.is_reading = False
        """Whether a worker is in `read`."""

    @property
    def is_stale(self) -> bool:
        """Whether something may have changed since it was read."""
        return self._is_stale

    def distrust(self) -> None:
        """Have everything read anew by the `read` that runs, or by the next one."""
        self._is_stale = True

    async def read(self) -> None:
        """Read until what is shown is what is asked for; an answer to an older question is not shown."""
        self.is_reading = True
        try:
            while self._is_stale:
                self._is_stale = False
                await self._read(self.browse)
        except BaseException:
            self._is_stale = True  # whoever has it read again begins here
            raise
        finally:
            self.is_reading = False

    async def first_undecided(self, position: int | None) -> int | None:
        """Return the first undecided photo from a position on, else from the beginning, else the position."""
        undecided = replace(self.browse, verdict=Verdict.UNDECIDED)
        for after in dict.fromkeys((position, None)):
            found = await self._photos.first_ids(self._persona_id, undecided, limit=1, after=after)
            if found:
                return found[0]
        return position

    async def _read(self, browse: Browse) -> None:
        if browse != self.shown and (self._known > MANY or self.shown is None):
            page = await self._photos.first_ids(
                self._persona_id, browse, limit=FIRST_PAGE, after=self._anchor()
            )
            if page and browse == self.browse:
                self._show(_as_array(page), False)
        ids = _as_array(await self._photos.ids(self._persona_id, browse))
        if browse == self.browse:
            self.shown = browse
            self._known = max(self._known, len(ids))
            self._show(ids, True)


def _as_array(ids: Sequence[int]) -> array[int]:
    return ids if isinstance(ids, array) else array("q", ids)
