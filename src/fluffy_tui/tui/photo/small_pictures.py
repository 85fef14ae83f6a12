"""Pictures of many photos at once, painted in threads: always those that are wanted most by then."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from textual.geometry import Size

from fluffy_tui.photos import PhotoUnreadable
from fluffy_tui.tui.photo.graphics_protocol import text_renderer
from fluffy_tui.tui.photo.painter import PictureArea
from fluffy_tui.tui.photo.picture_cache import PictureCache
from fluffy_tui.tui.ui.joined_strip import JoinedStrip

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence
    from typing import Any

    from PIL.Image import Image
    from textual.app import App
    from textual.strip import Strip
    from textual.widget import Widget

    from fluffy_tui.tui.photo.painter import Painter, Painting

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Pictures that are painted at the same time; the terminal has to keep up as well."""
KEPT = 64
"""Paintings in memory, each with an image of some 100 kB; twice as many as are wanted if that is more."""


class Pictured(Protocol):
    """What has a picture: a photo, or the tile of a post."""

    @property
    def sha256(self) -> str:
        """Another one for each picture."""
        ...

    def __hash__(self) -> int: ...


P = TypeVar("P", bound=Pictured)
Thumbnail = Callable[[P, int, int], object]
"""Returns a small upright Pillow image in a width and height; slow, called in a thread; raises PhotoUnreadable."""
LONGEST_SIDE = 600
"""Pixels; a terminal seldom shows more, and thumbnails of this size are cached on disk."""
ROW_PICTURE = Size(6, 2)
"""Cells of the picture in a row of a list, which then has so many lines."""
ROW_PICTURES_FROM = Size(80, 24)
"""Columns and lines of the terminal from which there is room for pictures in rows."""
ROW_MARGIN = 2
"""Columns before the picture in a row."""


def paint_photo(
    photo: P, area: PictureArea, paint: Painter, thumbnail: Thumbnail[P], app: App[Any]
) -> Painting:
    """Decode and paint a photo; slow, so it runs in a thread.

    A cell counts as 10 × 20 pixels: its real size only decides how sharp the picture is.
    """
    size = min(LONGEST_SIDE, area.width * 10), min(LONGEST_SIDE, area.height * 20)
    image = cast("Image", thumbnail(photo, *size))
    if app.no_color:
        image = image.convert("L").convert("RGB")
    return paint(image, area, app.console)


class SmallPictures(Generic[P]):
    """The pictures of the photos that a widget shows, all of one size.

    `painted` is called with each photo whose picture is ready, or cannot be made.
    """

    def __init__(
        self,
        node: Widget,
        renderer: Painter | None,
        thumbnail: Thumbnail[P],
        painted: Callable[[P], object],
    ) -> None:
        self._node = node
        self._renderer = renderer
        self._thumbnail = thumbnail
        self._painted = painted
        self._cache = PictureCache(KEPT)
        self._failed: set[P] = set()
        self._wanted: Sequence[P] = ()
        self._area: PictureArea | None = None
        self._painters = 0

    @property
    def are_off(self) -> bool:
        """Whether the terminal shows no pictures."""
        return self._renderer is None

    @property
    def are_complete(self) -> bool:
        """Whether every wanted picture is painted, or cannot be."""
        return not self._missing()

    def want(self, photos: Sequence[P], area: PictureArea) -> None:
        """Have these photos painted for an area, in this order, and no others any more."""
        self._wanted, self._area = photos, area
        self._cache.capacity = max(KEPT, 2 * len(photos))
        self._failed.intersection_update(photos)  # another is tried again when it is back
        for _ in range(min(AT_ONCE - self._painters, len(self._missing()))):
            self._painters += 1
            self._node.run_worker(
                self._paint_wanted(),
                group="small-pictures",
                exit_on_error=False,
                description="drawing small pictures",
            )

    def of(self, photo: P) -> Painting | None:
        return self._cache.get(photo.sha256, self._area) if self._area is not None else None

    def has_failed(self, photo: P) -> bool:
        """Whether there will be no picture."""
        return photo in self._failed

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on; what was painted before is forgotten."""
        self._renderer = renderer
        self.close()
        self._cache = PictureCache(self._cache.capacity)
        if self._area is not None:
            self.want(self._wanted, self._area)

    def close(self) -> None:
        """Free the terminal's memory."""
        self._cache.close()

    def _missing(self) -> list[P]:
        if self._renderer is None or self._cache.is_closed:
            return []
        return [photo for photo in self._wanted if self.of(photo) is None and photo not in self._failed]

    async def _paint_wanted(self) -> None:
        """Paint one photo after another, each time the first that is missing by then."""
        try:
            while photo := next((one for one in self._missing() if not self._is_in_hand(one)), None):
                await self._paint(photo)
        finally:
            self._painters -= 1

    def _is_in_hand(self, photo: P) -> bool:
        return self._area is not None and self._cache.is_painting(photo.sha256, self._area)

    async def _paint(self, photo: P) -> None:
        area, paint = self._area, self._renderer
        if area is None or paint is None:
            return
        draw = partial(paint_photo, photo, area, paint, self._thumbnail, self._node.app)
        try:
            await self._cache.paint(photo.sha256, area, draw)
        except PhotoUnreadable:
            self._failed.add(photo)
        except Exception:  # whatever a decoder raises, the list that shows the pictures has to keep working
            log.exception("no small picture of %s", photo.sha256)
            self._failed.add(photo)
        self._painted(photo)


class RowPictures(Generic[P]):
    """Pictures in the rows that a list has on the screen, drawn with characters, which scroll without delay.

    What has a picture is found by its ID once the rows are shown, with one query at a time.
    """

    def __init__(
        self,
        node: Widget,
        renderer: Painter | None,
        find: Callable[[Sequence[int]], Awaitable[Mapping[int, P]]],
        thumbnail: Thumbnail[P],
    ) -> None:
        self._node = node
        self._find = find
        self._wanted: Sequence[int] = ()
        self._found: dict[int, P | None] = {}
        """What was found of the wanted ones; None for one that has no picture."""
        self._is_loading = False
        self._pictures = SmallPictures(node, text_renderer(renderer), thumbnail, lambda _: node.refresh())

    @property
    def are_shown(self) -> bool:
        """Whether rows have pictures: the terminal shows some, and has room."""
        size, least = self._node.app.size, ROW_PICTURES_FROM
        return not self._pictures.are_off and size.width >= least.width and size.height >= least.height

    def want(self, ids: Sequence[int]) -> None:
        """Have these pictures painted, and no others any more."""
        self._wanted = ids if self.are_shown else ()
        self._found = {id_: self._found[id_] for id_ in self._wanted if id_ in self._found}
        self._paint()
        if self._unknown and not self._is_loading:
            self._is_loading = True
            self._node.screen.run_worker(
                self._look_up(),
                group="row-pictures",
                exit_on_error=False,
                description="loading the pictures of the rows",
            )

    def beside(self, strip: Strip, id_: int, line: int) -> Strip:
        """Return a line of a row with its part of the picture, once that is painted."""
        one = self._found.get(id_)
        painting = self._pictures.of(one) if one is not None else None
        if painting is None:
            return strip
        after = strip.crop(ROW_MARGIN + ROW_PICTURE.width)
        return JoinedStrip((strip.crop(0, ROW_MARGIN), painting.strips[line], after))

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
        try:
            while unknown := self._unknown:
                found = await self._find(unknown)
                self._found |= {id_: found.get(id_) for id_ in unknown}
                self._paint()
                self._node.refresh()  # some may be painted already
        finally:
            self._is_loading = False

    def _paint(self) -> None:
        area = PictureArea(ROW_PICTURE.width, ROW_PICTURE.height, self._node.rich_style)
        self._pictures.want([one for id_ in self._wanted if (one := self._found.get(id_)) is not None], area)
