"""The grid of a profile: three columns of pictures in the shape in which the network shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.library import ContactSheet, Grid, Viewport
from fluffy_tui.tui.profile.tile import LEGEND, Tile

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.binding import BindingType

    from fluffy_tui.tui.photo.painter import Painter
    from fluffy_tui.tui.profile.profile_feed import ProfileFeed, TilePicture

COLUMNS = 3
MOST_OF_WIDTH = 0.62
"""The share of the screen's width that the grid may take."""
LOWEST = 4
"""Lines of the lowest tile; where two rows of these do not fit, there is one."""
CURSOR_ACTIONS = tuple(
    f"profile.{verb}" for verb in ("left", "right", "up", "down", "page_up", "page_down", "first")
)


class ProfileGrid(ScrollView, can_focus=True):
    """Tiles of a channel with a cursor; only those on the screen, and a row around them, are drawn and loaded."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.PROFILE, only=CURSOR_ACTIONS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "profile--cursor",
        "profile--primary",
        "profile--success",
        "profile--warning",
        "profile--foreground",
    }
    DEFAULT_CSS = """
    ProfileGrid {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { border: round $border; border-title-color: $text; }
        & > .profile--primary { color: $text-primary; }
        & > .profile--success { color: $text-success; }
        & > .profile--warning { color: $text-warning; }
        & > .profile--foreground { color: $foreground-muted; }
        & > .profile--cursor { background: $surface-lighten-1; }
        &:focus > .profile--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """

    class Highlighted(Message):
        """The cursor moved, or what is under it changed."""

    class Scrolled(Message):
        """Other tiles are on the screen, whose pictures may not be loaded."""

    def __init__(
        self, feed: ProfileFeed, renderer: Painter | None, label: Callable[[Tile, int], str]
    ) -> None:
        super().__init__(id="profile")
        self._feed = feed
        self._label = label
        self.cursor = 0
        """Index of the tile under the cursor."""
        self._sheet: ContactSheet[TilePicture] = ContactSheet(
            self,
            renderer,
            feed.draw,
            painted=lambda _picture: self.refresh(),
            photo_at=feed.picture,
            label=self._label_strip,
        )

    @property
    def tile(self) -> Tile | None:
        """The tile under the cursor; None in an empty grid."""
        return self._feed.tiles[self.cursor] if self.cursor < len(self._feed.tiles) else None

    @property
    def around(self) -> range:
        """The indexes on the screen, and a row before and after them."""
        visible = self._view.visible
        return range(max(0, visible.start - COLUMNS), visible.stop + COLUMNS)

    @property
    def _view(self) -> Viewport:
        grid = self._sheet.grid
        return Viewport(grid, round(self.scroll_y) // grid.height, self.scrollable_content_region.height)

    def fit(self, room: Size, ratio: float) -> None:
        """Lay the tiles out for the room that grid and details have: in their shape, width ÷ height, and in two rows.

        Where two rows would be too low, there is one.
        """
        if not room.height:
            return  # not laid out yet
        lines = max(2, room.height - 2)
        height = max(2, (lines // 2 if lines >= 2 * LOWEST else lines) - 1)
        width = round(height * 2 * ratio)
        most = max(3, (int(room.width * MOST_OF_WIDTH) - 3) // COLUMNS - 1)
        if width > most:
            width, height = most, max(1, round(most / 2 / ratio))
        self._sheet.grid = Grid(COLUMNS, width + 1, height + 1)
        self.styles.width = COLUMNS * (width + 1) + 3  # with the frame and the scroll bar
        self.border_subtitle = legend(COLUMNS * (width + 1) - 3)
        self.show()

    def show(self, cursor: int | None = None) -> None:
        """Show the tiles of the feed as they are now, with the cursor on one of them."""
        count = len(self._feed.tiles)
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, count - 1))
        self.virtual_size = Size(0, self._view.height_of(count) if count else 0)
        self._scroll_to_cursor()
        self.paint()
        self.post_message(self.Scrolled())
        self.post_message(self.Highlighted())

    def paint(self) -> None:
        self.refresh()
        self._sheet.paint(self._view.visible, self.cursor)

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on."""
        self._sheet.pictures.draw_with(renderer)
        self.refresh()

    def on_resize(self) -> None:
        """Scroll as far as the last tiles are whole in this height."""
        self.show()

    def on_unmount(self) -> None:
        """Free the terminal's memory."""
        self._sheet.pictures.close()

    # Moving the cursor

    def action_step(self, tiles: int) -> None:
        self._move_to(self.cursor + tiles)

    def action_row(self, rows: int) -> None:
        grid = self._view.grid
        below = grid.below(self.cursor, len(self._feed.tiles))
        self._move_to(below if rows > 0 else grid.above(self.cursor))

    def action_page(self, pages: int) -> None:
        self._move_to(self.cursor + pages * self._view.page)

    def action_first(self) -> None:
        self._move_to(0)

    def on_click(self, event: events.Click) -> None:
        if (offset := event.get_content_offset(self)) is not None:
            self._move_to(self._view.index_at(offset.x, offset.y))

    def _move_to(self, index: int) -> None:
        index = max(0, min(index, len(self._feed.tiles) - 1))
        if index != self.cursor and self._feed.tiles:
            self.cursor = index
            self._scroll_to_cursor()
            self.refresh()
            self.post_message(self.Highlighted())

    def _scroll_to_cursor(self) -> None:
        top = self._view.top_for(self.cursor) * self._view.grid.height
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.paint()
            self.post_message(self.Scrolled())

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the frame as usual, and in it the tiles, which go to the terminal as they are."""
        lines = super().render_lines(Region(0, crop.y, self.outer_size.width, crop.height))
        return self._sheet.drawn_over(lines, crop, self._view)

    def render_line(self, y: int) -> Strip:
        """Draw an empty line; `render_lines` draws the tiles over it."""
        return Strip.blank(self.scrollable_content_region.width, self.rich_style)

    def _label_strip(self, index: int, width: int) -> Strip:
        if index >= len(self._feed.tiles):
            return Strip.blank(width, self.rich_style)
        tile, is_here = self._feed.tiles[index], index == self.cursor
        # a partial style would not know how transparent its colour is
        style = Style.from_color(self.get_component_rich_style(f"profile--{tile.state.tone}").color)
        if is_here:
            style = self.get_component_rich_style("profile--cursor", partial=True)
        words = set_cell_size(("▌" if is_here else " ") + self._label(tile, width - 1), width)
        return Strip([Segment(words, self.rich_style + style)], width)


def legend(room: int) -> str:
    """Return what the marks mean, as much of it as there is room for; that of posts from elsewhere comes last."""
    entries = [f"{state.sign} {state.name}" for state in LEGEND]
    whole = ("  ".join(entries[first:]) for first in range(len(entries)))
    return next((words for words in whole if len(words) <= room), "")
