"""The photos around the cursor as a row of tiny pictures, drawn from half cells so that any terminal keeps up."""

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

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL.Image import Image
    from textual import events

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.photo.half_cells import HalfCells

log = logging.getLogger(__name__)

FRAME_WIDTH = 12
"""Cells; a cell shows two pixels, one over the other."""
FRAME_HEIGHT = 6
"""Cells."""
KEPT_FRAMES = 64
"""Some thirty objects a cell row each, which the garbage collector has to look through; the disk has the others."""


class Filmstrip(Widget):
    """Shows the neighbours of the cursor in a photo list, decoding one picture at a time, the nearest first.

    Args:
        photo_at: Returns the photo at an index of the list; None where there is none or it is not known.
        thumbnail: Returns a small upright Pillow image; slow, called in a thread; raises PhotoUnreadable.
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
        """A picture of the strip was clicked."""

        index: int
        """In the photo list."""

    def __init__(
        self,
        photo_at: Callable[[int], Photo | None],
        thumbnail: Callable[[Photo, int, int], object],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.styles.height = FRAME_HEIGHT + 1
        self._photo_at = photo_at
        self._thumbnail = thumbnail
        self._cursor = 0
        self._frames: OrderedDict[str, HalfCells | None] = OrderedDict()
        self._is_loading = False

    def show(self, cursor: int) -> None:
        """Put the photo at this index into the middle; also to be called when the photos around it have come."""
        self._cursor = cursor
        self.refresh()
        if self.display and not self._is_loading and self._next_missing() is not None:
            self._is_loading = True
            self._load()

    @property
    def is_complete(self) -> bool:
        """Whether every photo in sight has been drawn."""
        return self._next_missing() is None

    def on_show(self) -> None:
        """Decode what is in sight now."""
        self.show(self._cursor)

    def on_resize(self) -> None:
        """Decode what came into sight."""
        self.show(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """Say which photo was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            index = self._first() + offset.x // (FRAME_WIDTH + 1)
            if self._photo_at(index) is not None:
                self.post_message(self.Clicked(index))

    def render_line(self, y: int) -> Strip:
        """Draw one line of all pictures in sight."""
        width = self.content_size.width
        segments: list[Segment] = []
        for index in range(self._first(), self._first() + self._count()):
            segments += self._line(index, y)
            segments.append(Segment(" ", self.rich_style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _line(self, index: int, y: int) -> Sequence[Segment]:
        photo = self._photo_at(index)
        if photo is None:
            return [Segment(" " * FRAME_WIDTH, self.rich_style)]
        if y == FRAME_HEIGHT:
            marked = "▔" if index == self._cursor else " "
            return [
                Segment(
                    marked * FRAME_WIDTH, self.get_component_rich_style("filmstrip--cursor", partial=False)
                )
            ]
        frame = self._frames.get(photo.sha256)
        if frame is not None:
            return frame[y]
        words = ("" if photo.sha256 not in self._frames else "no picture") if y == FRAME_HEIGHT // 2 else ""
        return [Segment(words.center(FRAME_WIDTH), self.get_component_rich_style("filmstrip--empty"))]

    def _count(self) -> int:
        return max(1, (self.content_size.width + 1) // (FRAME_WIDTH + 1))

    def _first(self) -> int:
        return self._cursor - self._count() // 2

    def _next_missing(self) -> Photo | None:
        """Return the photo in sight nearest to the cursor that has not been drawn yet."""
        sight = sorted(
            range(self._first(), self._first() + self._count()), key=lambda i: abs(i - self._cursor)
        )
        photos = (self._photo_at(index) for index in sight)
        return next(
            (photo for photo in photos if photo is not None and photo.sha256 not in self._frames), None
        )

    @work(group="filmstrip", exit_on_error=False, description="small pictures")
    async def _load(self) -> None:
        """Draw one photo after the other, each time the one that is nearest to the cursor then."""
        try:
            while self.display and (photo := self._next_missing()) is not None:
                self._keep(photo.sha256, await self._frame(photo))
                self.refresh()
        finally:
            self._is_loading = False

    async def _frame(self, photo: Photo) -> HalfCells | None:
        try:
            return await asyncio.to_thread(self._draw, photo)
        except PhotoUnreadable:
            return None
        except Exception:  # whatever a decoder may throw, the list beside it has to live on
            log.exception("No small picture of photo %s", photo.id)
            return None

    def _draw(self, photo: Photo) -> HalfCells:
        image: Image = self._thumbnail(photo, FRAME_WIDTH, FRAME_HEIGHT * 2)  # type: ignore[assignment]
        return half_cells(image, FRAME_WIDTH, FRAME_HEIGHT)

    def _keep(self, sha256: str, frame: HalfCells | None) -> None:
        self._frames[sha256] = frame
        while len(self._frames) > KEPT_FRAMES:
            self._frames.popitem(last=False)
