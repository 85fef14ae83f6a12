"""The small pictures in the rows of the posts: their photos are looked up, and painted, once the rows are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.photo.graphics_protocol import renderer_named, text_renderer
from fluffy_tui.tui.photo.small_pictures import SmallPictures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.photo.painter import Painter, Painting, PictureArea
    from fluffy_tui.tui.session.context import Context


class RowPictures:
    """Pictures of the photos that a list has on the screen, drawn with characters, which scroll without delay."""

    def __init__(self, node: Widget, context: Context) -> None:
        self._node = node
        self._service = context.services.photos
        self._wanted: Sequence[int] = ()
        self._found: dict[int, Photo | None] = {}
        """The wanted photos by id, as far as they were looked up; None for one that is gone."""
        self._area: PictureArea | None = None
        self._is_loading = False
        renderer = text_renderer(renderer_named(context.preview))
        self._pictures = SmallPictures(node, renderer, self._service.thumbnail, lambda _: node.refresh())

    @property
    def are_off(self) -> bool:
        """Whether the terminal shows no pictures."""
        return self._pictures.are_off

    def want(self, photo_ids: Sequence[int], area: PictureArea) -> None:
        """Have these photos painted, and no others any more."""
        self._wanted, self._area = photo_ids, area
        self._found = {id_: self._found[id_] for id_ in photo_ids if id_ in self._found}
        self._paint(area)
        if self._unknown and not self._is_loading:
            self._is_loading = True
            self._node.screen.run_worker(
                self._look_up(),
                group="row-pictures",
                exit_on_error=False,
                description="loading the photos of the posts",
            )

    def of(self, photo_id: int) -> Painting | None:
        photo = self._found.get(photo_id)
        return self._pictures.of(photo) if photo is not None else None

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on."""
        self._pictures.draw_with(text_renderer(renderer))

    def close(self) -> None:
        """Free the memory of the pictures."""
        self._pictures.close()

    @property
    def _unknown(self) -> list[int]:
        return [id_ for id_ in self._wanted if id_ not in self._found]

    async def _look_up(self) -> None:
        """Find the photos, with one query at a time for all that are wanted by then."""
        try:
            while unknown := self._unknown:
                found = await self._service.by_ids(unknown)
                self._found |= {id_: found.get(id_) for id_ in unknown}
                if self._area is not None:
                    self._paint(self._area)
        finally:
            self._is_loading = False

    def _paint(self, area: PictureArea) -> None:
        self._pictures.want([photo for id_ in self._wanted if (photo := self._found.get(id_))], area)
