"""Similar photos in place of the library: more like this, unlike the last posts, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.library.library_view import SimilarQuery
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.similarity import Neighbour
    from fluffy_tui.tui.library.loader import LibraryLoader, LibraryPage
    from fluffy_tui.tui.library.photo_list import PhotoList
    from fluffy_tui.tui.ports import Services

LAST_POSTS = 9
"""Posts that a new one should differ from: those that Instagram's profile page shows at a glance."""


class NothingToCompare(FluffyError):
    """There are no posts, or no other photos, to compare with."""


@dataclass(frozen=True, slots=True)
class _Previous:
    """A list that was replaced by the results of a query."""

    query: SimilarQuery | None
    neighbours: Sequence[Neighbour]
    page: LibraryPage


class SimilarView:
    """Shows the results of queries in the list, one on top of another, and goes back through them.

    Titles name the key that goes `back`, as in `esc back`.
    """

    def __init__(self, services: Services, loader: LibraryLoader, photo_list: PhotoList, back: str) -> None:
        self._photos = services.photos
        self._similarity = services.similarity
        self._loader = loader
        self._list = photo_list
        self._back = back
        self._previous: list[_Previous] = []

    async def show_more_like(self, photo_id: int) -> None:
        """Show the photos that are most similar to one; raises as `SimilarQuery.run` does, and NothingToCompare."""
        photo = (await self._photos.by_ids([photo_id])).get(photo_id)
        if photo is None:
            raise NothingToCompare("This photo is no longer in the library.")
        await self._show(SimilarQuery((photo.id,), f"like {one_line(photo.name)} · {self._back}"))

    async def show_unlike_last_posts(self) -> None:
        """Show the photos that differ most from the last posts; raises what `show_more_like` does."""
        recent = await self._similarity.recent_photos(self._loader.view.persona_id, last=LAST_POSTS)
        if not recent:
            raise NothingToCompare("No posts yet to compare with.")
        posts = "the last post" if len(recent) == 1 else f"the last {len(recent)} posts"
        await self._show(SimilarQuery(tuple(recent), f"unlike {posts} · {self._back}", least=True))

    async def _show(self, query: SimilarQuery) -> None:
        neighbours = await query.run(self._similarity)
        if not neighbours:
            raise NothingToCompare("There is no other photo without a post to compare with.")
        view = self._loader.view
        page = replace(
            self._loader.page,
            ids=self._list.rows.ids,
            is_complete=True,
            cursor_on=self._list.highlighted_id,
            row_on_screen=self._list.row_on_screen,
        )
        self._previous.append(_Previous(view.query, view.neighbours, page))
        view.set_query(query, neighbours)
        self._loader.show_results(cursor_on=neighbours[0].photo_id)

    def back(self) -> bool:
        """Return to the previous list, where the cursor was; False if there is none."""
        if not self._previous:
            return False
        previous = self._previous.pop()
        self._loader.view.set_query(previous.query, previous.neighbours)
        self._loader.restore(previous.page)
        return True

    def close(self) -> None:
        while self.back():
            pass

    @property
    def library_photo_id(self) -> int | None:
        """The photo under the cursor of the library itself."""
        return self._previous[0].page.cursor_on if self._previous else self._list.highlighted_id
