"""The list of the posts that did best, each with its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import text_renderer
from fluffy_tui.tui.photo.painter import Painter, PictureArea
from fluffy_tui.tui.photo.small_pictures import SmallPictures, Thumbnail
from fluffy_tui.tui.ui.joined_strip import JoinedStrip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.style import Style
    from textual import events

    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling import ComparedPost

HIGH_FROM = 36
"""Lines of the terminal from which pictures are a line higher."""


class BestPosts(Widget, can_focus=True):
    """Shows posts, the best first, with a cursor on one.

    `lines` returns what is said beside the picture of the post with a rank, 1 for the best.
    """

    BINDINGS = bindings(Place.LIST)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "best-posts--first",
        "best-posts--rest",
        "best-posts--bar",
        "best-posts--cursor",
    }
    DEFAULT_CSS = """
    BestPosts {
        height: auto;
        & > .best-posts--first { text-style: bold; }
        & > .best-posts--rest { color: $foreground-muted; }
        & > .best-posts--bar { color: $primary; }
        & > .best-posts--cursor { color: $foreground; background: $surface-lighten-1; }
        &:focus > .best-posts--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """

    cursor: reactive[int] = reactive(0, init=False)

    class Highlighted(Message):
        """The cursor moved."""

    def __init__(
        self,
        renderer: Painter | None,
        thumbnail: Thumbnail[Photo],
        lines: Callable[[int, ComparedPost], Sequence[str]],
    ) -> None:
        super().__init__(id="best")
        self._lines = lines
        self._posts: Sequence[ComparedPost] = ()
        self._photos: Mapping[int, Photo] = {}
        self._pictures = SmallPictures(self, text_renderer(renderer), thumbnail, lambda _: self.refresh())

    def show(self, posts: Sequence[ComparedPost], photos: Mapping[int, Photo]) -> None:
        """Show posts, the best first, with covers by id; the cursor stays on its post while that is among them."""
        before = self.current
        self._posts, self._photos = posts, photos
        ids = [one.post.id for one in posts]
        here = ids.index(before.post.id) if before is not None and before.post.id in ids else 0
        self.set_reactive(BestPosts.cursor, here)
        self.refresh(layout=True)
        self._paint()
        self.post_message(self.Highlighted())

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on."""
        self._pictures.draw_with(text_renderer(renderer))
        self.refresh()

    @property
    def current(self) -> ComparedPost | None:
        return self._posts[self.cursor] if self.cursor < len(self._posts) else None

    @property
    def region_of_cursor(self) -> Region:
        """The lines of the post under the cursor."""
        return Region(0, self.cursor * self._pitch, 1, self._height)

    @property
    def are_complete(self) -> bool:
        """Whether every picture is painted, or cannot be."""
        return self._pictures.are_complete

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._posts) - 1))

    def watch_cursor(self) -> None:
        self.refresh()
        self.post_message(self.Highlighted())

    def action_cursor_down(self) -> None:
        self.cursor += 1

    def action_cursor_up(self) -> None:
        self.cursor -= 1

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = len(self._posts) - 1

    def action_page_down(self) -> None:
        self.cursor += self._page

    def action_page_up(self) -> None:
        self.cursor -= self._page

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            self.cursor = offset.y // self._pitch

    def on_resize(self) -> None:
        """Make pictures of the size that fits now."""
        self._paint()

    def notify_style_update(self) -> None:
        """Repaint the pictures, since a new theme may have another background."""
        super().notify_style_update()
        self.call_later(self._paint)

    def on_unmount(self) -> None:
        """Free the memory of the pictures."""
        self._pictures.close()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._posts) * self._pitch

    def render_line(self, y: int) -> Strip:
        """Draw a line of a post: its picture, then words; the line after each post is empty."""
        width = self.content_size.width
        number, line = divmod(y, self._pitch)
        if number >= len(self._posts) or line >= self._height:
            return Strip.blank(width, self.rich_style)
        here, one = number == self.cursor, self._posts[number]
        bar = Strip([Segment("▌" if here else " ", self._tone("bar"))])
        words, room = [*self._lines(number + 1, one)], width - 1 - self._picture_width
        text = Content(f" {words[line]}" if line < len(words) else "").truncate(room, ellipsis=True)
        tone = "cursor" if here else "rest" if line else "first"
        padded = text.plain + " " * max(0, room - text.cell_length)
        return JoinedStrip([bar, self._picture(one, line), Strip([Segment(padded, self._tone(tone))])])

    def _picture(self, one: ComparedPost, line: int) -> Strip:
        photo = self._photos.get(one.post.photo_id)
        picture = self._pictures.of(photo) if photo is not None else None
        if picture is not None:
            return picture.strips[line]
        is_lost = not self._pictures.are_off and (photo is None or self._pictures.has_failed(photo))
        words = "no picture" if is_lost and line == 1 else ""
        width = self._picture_width
        return Strip([Segment(words[:width].center(width), self._tone("rest"))], width)

    def _paint(self) -> None:
        photos = (self._photos.get(one.post.photo_id) for one in self._posts)
        area = PictureArea(self._picture_width, self._height, self.rich_style)
        if area.width:
            self._pictures.want([photo for photo in photos if photo is not None], area)

    def _tone(self, name: str) -> Style:
        return self.get_component_rich_style(f"best-posts--{name}", partial=False)

    @property
    def _height(self) -> int:
        """Lines of a post."""
        return 4 if self.app.size.height >= HIGH_FROM else 3

    @property
    def _pitch(self) -> int:
        """Lines from one post to the next."""
        return self._height + 1

    @property
    def _picture_width(self) -> int:
        """Columns of a picture."""
        return 0 if self._pictures.are_off else 2 * self._height + 2

    @property
    def _page(self) -> int:
        parent = self.parent
        room = parent.size.height if isinstance(parent, Widget) else self._pitch
        return max(1, room // self._pitch)
