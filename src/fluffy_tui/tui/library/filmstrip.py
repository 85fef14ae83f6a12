"""The photos around the cursor as a row of tiny pictures, drawn with half cells so that any terminal keeps up."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import work
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fluffy_tui.photos import PhotoUnreadable
from fluffy_tui.tui.photo.half_cells import half_cells
from fluffy_tui.tui.photo.shades import shades_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL.Image import Image
    from textual import events

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.photo.half_cells import HalfCells

log = logging.getLogger(__name__)

FRAME_WIDTH = 12
"""Cells."""
FRAME_HEIGHT = 6
"""Cells, each of which shows two pixels, one above the other."""
CAPACITY = 64
"""Frames in memory: hundreds of objects each for the garbage collector to traverse. Thumbnails are cached on disk."""


class Filmstrip(Widget):
    """Shows the neighbours of the cursor in a photo list, decoding one picture at a time, the nearest first.

    Args:
        photo_at: Returns the photo at an index of the list; None if there is none or it is not loaded.
        thumbnail: Returns a small upright Pillow image; slow, called in a thread; raises PhotoUnreadable.
        is_shaded: Whether pictures are drawn with shades.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"filmstrip--cursor", "filmstrip--empty"}
    DEFAULT_CSS = """
    Filmstrip {
        padding: 0 1;
        & > .filmstrip--cursor { color: $primary; }
        & > .filmstrip--empty { color: $foreground-muted; }
    }
    """

    @dataclass
    class Clicked(Message):
        """A picture was clicked."""

        index: int
        """In the photo list."""

    def __init__(
        self,
        photo_at: Callable[[int], Photo | None],
        thumbnail: Callable[[Photo, int, int], object],
        *,
        is_shaded: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._is_shaded = is_shaded
        self.styles.height = FRAME_HEIGHT + 1
        self._photo_at = photo_at
        self._thumbnail = thumbnail
        self._cursor = 0
        self._frames: OrderedDict[str, HalfCells | None] = OrderedDict()
        self._is_loading = False

    def show(self, cursor: int) -> None:
        """Centre the strip on an index; call this also when the photos around it are loaded."""
        self._cursor = cursor
        self.refresh()
        if self.display and not self._is_loading and self._next_missing() is not None:
            self._is_loading = True
            self._load_frames()

    @property
    def is_complete(self) -> bool:
        """Whether every visible photo has been drawn."""
        return self._next_missing() is None

    def on_show(self) -> None:
        """Decode what is visible now."""
        self.show(self._cursor)

    def on_resize(self) -> None:
        """Decode what has become visible."""
        self.show(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """Report which photo was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            index = self._visible().start + offset.x // (FRAME_WIDTH + 1)
            if self._photo_at(index) is not None:
                self.post_message(self.Clicked(index))

    def render_line(self, y: int) -> Strip:
        """Draw one line of all visible pictures."""
        segments: list[Segment] = []
        for index in self._visible():
            segments += self._frame_line(index, y)
            segments.append(Segment(" ", self.rich_style))
        return Strip(segments).adjust_cell_length(self.content_size.width, self.rich_style)

    def _frame_line(self, index: int, y: int) -> Sequence[Segment]:
        photo = self._photo_at(index)
        if photo is None:
            return [Segment(" " * FRAME_WIDTH, self.rich_style)]
        if y == FRAME_HEIGHT:
            style = self.get_component_rich_style("filmstrip--cursor", partial=False)
            return [Segment(("▔" if index == self._cursor else " ") * FRAME_WIDTH, style)]
        frame = self._frames.get(photo.sha256)
        if frame is not None:
            return frame[y]
        is_unreadable = photo.sha256 in self._frames and y == FRAME_HEIGHT // 2
        style = self.get_component_rich_style("filmstrip--empty")
        return [Segment(("no picture" if is_unreadable else "").center(FRAME_WIDTH), style)]

    def _visible(self) -> range:
        """Return the indexes of the frames that fit, with the cursor in the middle."""
        count = max(1, (self.content_size.width + 1) // (FRAME_WIDTH + 1))
        first = self._cursor - count // 2
        return range(first, first + count)

    def _next_missing(self) -> Photo | None:
        """Return the visible photo nearest to the cursor that is not drawn yet."""
        nearest = sorted(self._visible(), key=lambda index: abs(index - self._cursor))
        photos = (self._photo_at(index) for index in nearest)
        return next(
            (photo for photo in photos if photo is not None and photo.sha256 not in self._frames), None
        )

    @work(group="filmstrip", exit_on_error=False, description="drawing the filmstrip")
    async def _load_frames(self) -> None:
        """Draw one photo after another, each time the one that is nearest to the cursor by then."""
        try:
            while self.display and (photo := self._next_missing()) is not None:
                self._frames[photo.sha256] = await self._frame(photo)
                while len(self._frames) > CAPACITY:
                    self._frames.popitem(last=False)
                self.refresh()
        finally:
            self._is_loading = False

    async def _frame(self, photo: Photo) -> HalfCells | None:
        try:
            return await asyncio.to_thread(self._draw, photo)
        except PhotoUnreadable:
            return None
        except Exception:  # whatever a decoder raises, the list beside the strip has to keep working
            log.exception("no filmstrip frame of photo %s", photo.id)
            return None

    def _draw(self, photo: Photo) -> HalfCells:
        image: Image = self._thumbnail(photo, FRAME_WIDTH, FRAME_HEIGHT * 2)  # type: ignore[assignment]
        shades = shades_on(self.rich_style.bgcolor) if self._is_shaded else ""
        return half_cells(image, FRAME_WIDTH, FRAME_HEIGHT, shades)
