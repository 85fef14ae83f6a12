"""The place of a picture on a screen: shows what was painted for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.dom import NoScreen
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.geometry import Region

    from fluffy_tui.tui.photo.painter import Painting


class Picture(Widget):
    """Shows one painting at a time, line by line as it was painted.

    Textual's own way would style and measure each cell anew in the event loop. Setting another painting repaints
    this place and nothing else: no layout is done.
    """

    DEFAULT_CSS = "Picture { width: 1fr; height: 1fr; }"

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._painting: Painting | None = None

    @property
    def painting(self) -> Painting | None:
        """What is shown."""
        return self._painting

    @painting.setter
    def painting(self, painting: Painting | None) -> None:
        self._painting = painting
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the painting's lines, or blank ones where it cannot be shown."""
        blank = Strip.blank(crop.width, self.rich_style)
        painting = self._painting
        if painting is None or not self._can_show(painting):
            return [blank] * crop.height
        width, height = painting.canvas.width, painting.canvas.height
        if crop.size == self.size == (width, height):
            return painting.strips
        if not painting.is_text:
            return [blank] * crop.height
        lines = [strip.crop_extend(crop.x, crop.right, self.rich_style) for strip in painting.strips]
        return [*lines, *[blank] * max(0, crop.bottom - height)][crop.y : crop.bottom]

    def _can_show(self, painting: Painting) -> bool:
        """Whether the terminal could show it now: behind a dialog, screens are tinted, which only text survives."""
        try:
            return painting.is_text or self.screen.is_active
        except NoScreen:
            return False
