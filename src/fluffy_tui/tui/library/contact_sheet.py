"""Photos as a grid of small pictures, each above its line of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from rich.segment import Segment
from textual.filter import monochrome_style
from textual.strip import Strip

from fluffy_tui.tui.library.photo_rows import Grid, Viewport
from fluffy_tui.tui.photo.painter import Painter, PictureArea
from fluffy_tui.tui.photo.small_pictures import P, SmallPictures, Thumbnail
from fluffy_tui.tui.ui.joined_strip import JoinedStrip

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Region, Size
    from textual.widget import Widget


TILE_WIDTH = 19
"""Cells of the narrowest tile, with the gap after it."""
TILE_HEIGHT = 9
"""Lines of the highest tile."""
LOWEST = 4
"""Lines of the lowest tile: where two rows do not fit, there is one."""


class ContactSheet(Generic[P]):
    """Draws the tiles of a photo list. Only those on the screen, and one row above and below, are painted.

    Args:
        node: The list; runs the workers.
        painted: Called with each photo whose picture is ready.
        photo_at: Returns the photo at an index of the list; None if there is none or it is not loaded.
        label: Returns the line of the photo at an index, in a width.
    """

    def __init__(
        self,
        node: Widget,
        renderer: Painter | None,
        thumbnail: Thumbnail[P],
        *,
        painted: Callable[[P], object],
        photo_at: Callable[[int], P | None],
        label: Callable[[int, int], Strip],
    ) -> None:
        self._node = node
        self._photo_at = photo_at
        self._label = label
        self.pictures = SmallPictures(node, renderer, thumbnail, painted)
        self.grid = Grid()

    def fit(self, size: Size) -> None:
        """Lay the tiles out for a room: two rows at least, unless they would be too low."""
        columns = max(1, size.width // TILE_WIDTH)
        height = min(TILE_HEIGHT, max(LOWEST, size.height // 2))
        self.grid = Grid(columns, max(1, size.width // columns), height)

    def paint(self, visible: range, cursor: int) -> None:
        """Paint the tiles of these indexes, those next to the cursor first, then a row more at either end."""
        if self.grid.width > 1 and self.grid.height > 1:
            row = self.grid.columns
            margin = (*range(visible.stop, visible.stop + row), *range(visible.start - row, visible.start))
            order = (*sorted(visible, key=lambda index: abs(index - cursor)), *margin)
            photos = (self._photo_at(index) for index in order)
            self.pictures.want([photo for photo in photos if photo is not None], self._area)

    def drawn_over(self, lines: list[Strip], crop: Region, view: Viewport) -> list[Strip]:
        """Return lines of the whole width of the list, from which the crop is taken, with the tiles in their frame."""
        gutter, width = self._node.gutter, self._node.scrollable_content_region.width
        before = (
            crop.y - gutter.top
        )  # lines of tiles above the crop; less than none if it begins with the frame
        drawn = range(max(0, before), min(view.rows * view.grid.height, before + crop.height))
        for y, tiles in zip(drawn, self.lines(view.top, drawn, width), strict=True):
            frame = lines[y - before]
            parts = [frame.crop(0, gutter.left), tiles, frame.crop(gutter.left + width)]
            lines[y - before] = JoinedStrip(parts)
        return [line.crop(crop.x, crop.right) for line in lines]

    def lines(self, top: int, drawn: range, width: int) -> list[Strip]:
        """Return lines of tiles in so many cells: those `drawn`, counted from the `top` row on the screen."""
        area, grid = self._area, self.grid  # what the style is has to be looked up in the whole tree
        empty, gap = Strip.blank(area.width, area.style), Strip.blank(1, area.style)
        rest = Strip.blank(width - grid.width * grid.columns, area.style)
        lines: list[Strip] = []
        for line in drawn:
            row, y = divmod(line, grid.height)
            first = (top + row) * grid.columns
            tiles = (self._tile(index, y, area, empty) for index in range(first, first + grid.columns))
            lines.append(JoinedStrip([*(part for tile in tiles for part in (tile, gap)), rest]))
        return lines

    def _tile(self, index: int, y: int, area: PictureArea, empty: Strip) -> Strip:
        if y == area.height:
            label = self._label(index, area.width)
            for line_filter in self._node.get_line_filters():  # pictures need none
                label = label.apply_filter(line_filter, self._node.background_colors[1])
            return label
        photo = self._photo_at(index)
        picture = self.pictures.of(photo) if photo is not None else None
        # Behind a dialog the screen is tinted, which works for text only.
        if picture is not None and (picture.is_text or self._node.screen.is_active):
            return picture.strips[y]
        if photo is not None and self.pictures.has_failed(photo) and y == area.height // 2:
            words = "no picture".center(area.width)[: area.width]
            return Strip([Segment(words, area.style)], area.width)
        return empty

    @property
    def _area(self) -> PictureArea:
        style = self._node.rich_style
        if self._node.app.no_color:
            style = monochrome_style(style)
        return PictureArea(self.grid.width - 1, self.grid.height - 1, style)
