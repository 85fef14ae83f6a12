"""Pictures of many photos at once, painted in threads: always those that are wanted most by then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from fluffy_tui.photos import PhotoUnreadable
from fluffy_tui.tui.photo.picture_cache import PictureCache

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.widget import Widget

    from fluffy_tui.tui.photo.painter import Painter, Painting, PictureArea

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
        self._in_hand: set[str] = set()
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
            while photo := next((one for one in self._missing() if one.sha256 not in self._in_hand), None):
                await self._paint(photo)
        finally:
            self._painters -= 1

    async def _paint(self, photo: P) -> None:
        cache, area, paint = self._cache, self._area, self._renderer
        if area is None or paint is None:
            return
        draw = partial(self._drawn, photo, area, paint, cache)
        self._in_hand.add(photo.sha256)
        try:
            task = asyncio.ensure_future(asyncio.to_thread(draw))
            task.add_done_callback(partial(self._keep, photo, cache))
            await asyncio.shield(task)
        except PhotoUnreadable:
            self._failed.add(photo)
        except Exception:  # whatever a decoder raises, the list that shows the pictures has to keep working
            log.exception("no small picture of %s", photo.sha256)
            self._failed.add(photo)
        finally:
            self._in_hand.discard(photo.sha256)
        self._painted(photo)

    def _keep(self, photo: P, cache: PictureCache, task: asyncio.Future[Painting]) -> None:
        """Keep a painting, which its thread finishes even when the worker is cancelled; a closed cache frees it."""
        if not task.cancelled() and task.exception() is None:
            cache.add(photo.sha256, task.result())

    def _drawn(self, photo: P, area: PictureArea, paint: Painter, cache: PictureCache) -> Painting:
        """Decode and paint a photo; slow, so it runs in a thread. A cell counts as 10 × 20 pixels."""
        image = cast("Image", self._thumbnail(photo, area.width * 10, area.height * 20))
        if self._node.app.no_color:
            image = image.convert("L").convert("RGB")
        painting = paint(image, area, self._node.app.console)
        if cache.is_closed:  # the event loop may have ended, and `_keep` is never called
            painting.release()
        return painting
