"""Loads the ids of the photos that the library lists: a first page at once if there are many, then all."""

from __future__ import annotations

import asyncio
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.widget import Widget

    from fluffy_tui.photos import Browse
    from fluffy_tui.tui.library.library_view import LibraryView, SimilarQuery
    from fluffy_tui.tui.library.stacks import Stacks
    from fluffy_tui.tui.ports import Services

FIRST_PAGE = 200
"""Photos that are shown before all are loaded; a screen has fewer rows."""
MANY = 20_000
"""Photos above which loading all takes long enough to be worth a first page."""
SEARCH, REST = "photo-search", "photo-ids"
"""Groups of workers: keys wait for the one, but not for the other."""


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """Photos to list, and where the cursor belongs."""

    ids: array[int]
    collapsed: int = 0
    """Duplicates without a row of their own."""
    is_complete: bool = True
    """Whether there are no more."""
    cursor_on: int | None = None
    """None to leave it on its photo."""
    row_on_screen: int | None = None
    """None to leave it on its line."""


class LibraryLoader:
    """Keeps the list of one persona's photos up to date.

    Args:
        node: Runs the worker; nothing is loaded before it is mounted.
        start_at: The photo under the cursor when the library was left, which says what it opens on.
    """

    def __init__(
        self,
        services: Services,
        view: LibraryView,
        stacks: Stacks,
        *,
        node: Widget,
        show: Callable[[LibraryPage], None],
        highlighted: Callable[[], int | None],
        start_at: int | None = None,
    ) -> None:
        self.view = view
        """What is to be listed."""
        self.shown: Browse | SimilarQuery | None = None
        """What is listed; None before anything is loaded."""
        self.page = LibraryPage(array("q"))
        """The last page that was listed."""
        self.cursor_on: int | None = None
        """The photo to put the cursor on once it is loaded; the one under the cursor by default."""
        self.is_stale = True
        """Whether something may have changed since it was loaded."""
        self._photos = services.photos
        self._similarity = services.similarity
        self._stacks = stacks
        self._node = node
        self._show = show
        self._highlighted = highlighted
        self._start_at = start_at
        self._most = 0  # rows of the longest list so far
        self._opened_on: int | None = None
        self._opening_on: int | None = None
        """Where the cursor is put if it is untouched and belongs nowhere else."""
        self._started: set[str] = set()
        """Groups of the workers that load, one after the other."""
        self._lock = asyncio.Lock()

    @property
    def is_loading(self) -> bool:
        return bool(self._started)

    @property
    def is_untouched(self) -> bool:
        """Whether the cursor is still where it was put: while an import adds photos, that is the best place again."""
        return self._highlighted() == self._opened_on

    def reload(self, cursor_on: int | None = None) -> None:
        """Load the list again, and put the cursor on a photo; a change while it is loading causes one more pass.

        Keys wait for another list, and for the photo, also when a pass that they do not wait for comes first.
        """
        self.cursor_on = cursor_on or self.cursor_on
        self.is_stale = True
        self._start(SEARCH if cursor_on is not None or self.shown != self.view.requested else REST)

    def _start(self, group: str) -> None:
        if self._node.is_mounted and not self._started & {group, SEARCH}:
            self._started.add(group)
            self._node.run_worker(
                self._load(group), group=group, exit_on_error=False, description="loading the library"
            )

    def reload_if_stale(self) -> None:
        """Load what has changed while it was not worth loading, or while another screen was on top."""
        if self.is_stale or self.shown != self.view.requested:
            self.reload()

    def reload_duplicates(self, *, is_indexing: bool) -> None:
        """Collapse new duplicates; a long list waits for the end, as a worker may find some every second for hours."""
        if is_indexing and len(self.page.ids) > MANY:
            self.is_stale = True
        else:
            self.reload()

    async def _load(self, group: str) -> None:
        try:
            async with self._lock:
                await self._load_requested(group)
        finally:
            self._started.discard(group)

    async def _load_requested(self, group: str) -> None:
        """Load until what is requested is listed; results of an outdated request are not shown.

        Keys only wait for the first page of a long list.
        """
        try:
            is_opening = self.shown is None or (self.is_untouched and self.shown == self.view.requested)
            if is_opening and self.cursor_on is None:
                self._opening_on = await self.view.opens_on(self._photos, self._start_at)
            while self.is_stale:
                self.is_stale = False
                query = self.view.query
                if query is None:
                    if await self._load_first_page(self.view.browse) and group == SEARCH:
                        self._started.remove(SEARCH)
                        self.reload()
                        return
                    await self._load_library(self.view.browse)
                else:
                    neighbours = await query.run(self._similarity)
                    if query == self.view.query:
                        self.view.set_query(query, neighbours)
                        self.show_results()
        except BaseException:
            self.is_stale = True  # for the next `reload`
            raise

    def show_results(self, cursor_on: int | None = None) -> None:
        """List the results of the view's query."""
        self.shown = self.view.requested
        ids = array("q", (neighbour.photo_id for neighbour in self.view.neighbours))
        self._show_page(LibraryPage(ids, cursor_on=cursor_on))

    def restore(self, page: LibraryPage) -> None:
        """List a page that was shown before for what the view now requests, then load it again."""
        self.shown = self.view.requested
        self._show_page(page)
        self.reload()

    def _show_page(self, page: LibraryPage) -> None:
        self.page = page
        if page.cursor_on is not None and page.cursor_on == self._opening_on:
            self._opened_on = self._opening_on
        if page.is_complete and not self.is_stale:  # what is stale may lack the photo
            self.cursor_on = self._opening_on = None
        self._show(page)

    async def _load_first_page(self, browse: Browse) -> bool:
        """List a first page if the list is new and may be long; return whether it was."""
        if browse == self.shown or (self._most <= MANY and self.shown is not None):
            return False
        first = await self._photos.first_ids(
            self.view.persona_id, browse, limit=FIRST_PAGE, after=self._anchor()
        )
        if not first or browse != self.view.requested:
            return False
        cursor_on, self.shown = self._target, browse
        self._show_page(LibraryPage(_as_array(first), is_complete=False, cursor_on=cursor_on))
        return True

    async def _load_library(self, browse: Browse) -> None:
        persona_id = self.view.persona_id
        ids = _as_array(await self._photos.ids(persona_id, browse))
        collapsed = await self._photos.count_folded(persona_id, browse)
        rows = len(ids)
        await self._stacks.insert_expanded(ids, browse)
        cursor_on = await self._collapsed_into(browse) if collapsed else None
        if browse == self.view.requested:
            cursor_on = cursor_on or self._target
            self.shown, self._most = browse, max(self._most, rows)
            self._show_page(LibraryPage(ids, collapsed, cursor_on=cursor_on))

    async def _collapsed_into(self, browse: Browse) -> int | None:
        """Return the photo that the one under the cursor is now collapsed into, if it is."""
        anchor = self._anchor()
        if anchor is None or self._stacks.first_of(anchor) is not None:
            return None
        return await self._stacks.first_above(anchor, browse)

    async def find_date(self, text: str) -> int:
        """Return the first photo of a date in the order by date; raises FluffyError if it cannot be found."""
        browse = self.view.by_date
        start, end = self.view.period(text)
        found = await self._photos.id_at(self.view.persona_id, browse, end if browse.descending else start)
        if found is None:
            side = "earlier" if browse.descending else "later"
            raise FluffyError(f"There are no photos from {text.strip()} or {side}.", "Try another date.")
        return found

    def _anchor(self) -> int | None:
        """Return the photo to stay near: the list's first page begins with it."""
        return self._target or self._highlighted()

    @property
    def _target(self) -> int | None:
        """The photo on which the cursor belongs; None to leave it where it is, as the user may have moved it."""
        is_opening = self.shown is None or self.is_untouched
        return self.cursor_on or (self._opening_on if is_opening else None)


def _as_array(ids: Sequence[int]) -> array[int]:
    return ids if isinstance(ids, array) else array("q", ids)
