"""Reads which photos a library shows: a first page at once where there are many, then the whole order."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from fluffy_tui.photos import Browse, Verdict
from fluffy_tui.tui.library.stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fluffy_tui.similarity import Neighbour
    from fluffy_tui.tui.library.similar_photos import Likeness
    from fluffy_tui.tui.ports import PhotosPort, SimilarityPort

FIRST_PAGE = 200
"""Photos that are shown before the whole order has come; a screen has fewer rows."""
MANY = 20_000
"""Photos from which the whole order takes long enough for a first page to be worth its while."""


class LibraryLoader:
    """What is browsed in one persona's library, kept true.

    Args:
        photos: Where it is read.
        similarity: Where questions about likeness are answered.
        persona_id: Whose photos.
        show: Takes the ids in their order, whether these are all, and the photo to put the cursor on, if any.
        anchor: Returns the photo that a first page begins with: the one under the cursor.
    """

    def __init__(
        self,
        photos: PhotosPort,
        similarity: SimilarityPort,
        persona_id: int,
        show: Callable[[array[int], bool, int | None], None],
        anchor: Callable[[], int | None],
    ) -> None:
        self.browse = Browse(folded=True)
        """What is asked for."""
        self.question: Likeness | None = None
        """What is asked for instead, while results are shown."""
        self.neighbours: dict[int, Neighbour] = {}
        """The answer to the question, by photo."""
        self.folded = 0
        """Photos that are behind others and no lines of their own."""
        self.shown: Browse | Likeness | None = None
        """What is shown; None before anything has come."""
        self._photos = photos
        self._similarity = similarity
        self._persona_id = persona_id
        self._show = show
        self._anchor = anchor
        self._is_stale = True
        self._known = 0
        self.is_reading = False
        """Whether a worker is in `read`."""
        self.stacks = Stacks(photos, persona_id, lambda: self.browse)
        """What is behind the photos, and which stacks are open."""

    @property
    def asked(self) -> Browse | Likeness:
        """What is to be shown."""
        return self.question or self.browse

    @property
    def is_stale(self) -> bool:
        """Whether something may have changed since it was read."""
        return self._is_stale

    def invalidate(self) -> None:
        """Have everything read anew by the `read` that runs, or by the next one."""
        self._is_stale = True

    async def read(self) -> None:
        """Read until what is shown is what is asked for; an answer to an older question is not shown."""
        self.is_reading = True
        try:
            while self._is_stale:
                self._is_stale = False
                if self.question is None:
                    await self._read(self.browse)
                else:
                    self.answer(self.question, await self.question.ask(self._similarity))
        except BaseException:
            self._is_stale = True  # whoever has it read again begins here
            raise
        finally:
            self.is_reading = False

    def answer(self, question: Likeness, found: Sequence[Neighbour]) -> None:
        """Show the answer to a question, if it is the one that is asked."""
        if question == self.question:
            self.shown = question
            self.neighbours = {neighbour.photo_id: neighbour for neighbour in found}
            self._show(array("q", self.neighbours), True, None)

    def return_to(self, question: Likeness | None, neighbours: dict[int, Neighbour]) -> None:
        """Ask again what was asked before, whose list the caller has kept and shows; None for the library."""
        self.question, self.neighbours = question, neighbours
        self.shown = self.asked

    async def first_undecided(self, position: int | None) -> int | None:
        """Return the first undecided line from a position on, else from the beginning, else the position."""
        for after in dict.fromkeys((position, None)):
            found = await self._photos.first_ids(
                self._persona_id, self.browse, limit=1, after=after, verdict=Verdict.UNDECIDED
            )
            if found:
                return found[0]
        return position

    async def _read(self, browse: Browse) -> None:
        if browse != self.shown and (self._known > MANY or self.shown is None):
            page = await self._photos.first_ids(
                self._persona_id, browse, limit=FIRST_PAGE, after=self._anchor()
            )
            if page and browse == self.asked:
                self._show(_as_array(page), False, None)
        ids = _as_array(await self._photos.ids(self._persona_id, browse))
        folded = await self._photos.count_folded(self._persona_id, browse)
        lines = len(ids)
        cursor_on = await self._unfold(ids, browse, some=folded > 0)
        if browse == self.asked:
            self.shown, self.folded = browse, folded
            self._known = max(self._known, lines)
            self._show(ids, True, cursor_on)

    async def _unfold(self, ids: array[int], browse: Browse, *, some: bool) -> int | None:
        """Put open stacks into the ids; return the first of the stack that took in the photo under the cursor."""
        await self.stacks.put_into(ids, browse)
        anchor = self._anchor()
        if anchor is None or not some or self.stacks.first_of(anchor) is not None:
            return None
        return await self.stacks.first_above(anchor, browse)


def _as_array(ids: Sequence[int]) -> array[int]:
    return ids if isinstance(ids, array) else array("q", ids)
