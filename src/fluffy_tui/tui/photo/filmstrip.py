"""The photos around the cursor as a row of tiny pictures, drawn with half cells so that any terminal keeps up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fluffy_tui.tui.photo.graphics_protocol import text_renderer
from fluffy_tui.tui.photo.painter import Painter, PictureArea
from fluffy_tui.tui.photo.small_pictures import SmallPictures, Thumbnail
from fluffy_tui.tui.ui.joined_strip import JoinedStrip

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from fluffy_tui.photos import Photo

FRAME_WIDTH = 12
"""Cells."""
FRAME_HEIGHT = 6
"""Cells, each of which shows two pixels, one above the other."""


class Filmstrip(Widget):
    """Shows the neighbours of the cursor in a photo list, the nearest first.

    `photo_at` returns the photo at an index of the list; None if there is none or it is not loaded.
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
        """The position in the photo list."""

    def __init__(
        self,
        photo_at: Callable[[int], Photo | None],
        renderer: Painter | None,
        thumbnail: Thumbnail[Photo],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.styles.height = FRAME_HEIGHT + 1
        self._photo_at = photo_at
        self._pictures = SmallPictures(self, text_renderer(renderer), thumbnail, lambda _: self.refresh())
        self._cursor = 0

    def show(self, cursor: int) -> None:
        """Centre the strip on an index; call this also when the photos around it are loaded."""
        self._cursor = cursor
        self.refresh()
        if self.display and self.size:
            nearest = sorted(self._visible(), key=lambda index: abs(index - cursor))
            photos = [photo for index in nearest if (photo := self._photo_at(index)) is not None]
            self._pictures.want(photos, PictureArea(FRAME_WIDTH, FRAME_HEIGHT, self.rich_style))

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on."""
        self._pictures.draw_with(text_renderer(renderer))
        self.refresh()

    @property
    def is_complete(self) -> bool:
        """Whether every visible photo has been drawn."""
        return self._pictures.are_complete

    def on_show(self) -> None:
        self.show(self._cursor)

    def on_resize(self) -> None:
        self.show(self._cursor)

    def notify_style_update(self) -> None:
        """Repaint the pictures, since a new theme may have another background."""
        super().notify_style_update()
        self.call_later(self.show, self._cursor)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            index = self._visible().start + offset.x // (FRAME_WIDTH + 1)
            if self._photo_at(index) is not None:
                self.post_message(self.Clicked(index))

    def render_line(self, y: int) -> Strip:
        gap = Strip.blank(1, self.rich_style)
        parts = [part for index in self._visible() for part in (self._frame_line(index, y), gap)]
        return JoinedStrip(parts).adjust_cell_length(self.content_size.width, self.rich_style)

    def _frame_line(self, index: int, y: int) -> Strip:
        photo = self._photo_at(index)
        if photo is None:
            return Strip.blank(FRAME_WIDTH, self.rich_style)
        if y == FRAME_HEIGHT:
            style = self.get_component_rich_style("filmstrip--cursor", partial=False)
            return Strip([Segment(("▔" if index == self._cursor else " ") * FRAME_WIDTH, style)])
        picture = self._pictures.of(photo)
        if picture is not None:
            return picture.strips[y]
        words = "no picture" if self._pictures.has_failed(photo) and y == FRAME_HEIGHT // 2 else ""
        style = self.get_component_rich_style("filmstrip--empty")
        return Strip([Segment(words.center(FRAME_WIDTH), style)])

    def _visible(self) -> range:
        """Return the indexes of the frames that fit, with the cursor in the middle."""
        count = max(1, (self.content_size.width + 1) // (FRAME_WIDTH + 1))
        first = self._cursor - count // 2
        return range(first, first + count)
