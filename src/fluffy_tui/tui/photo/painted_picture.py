"""The widget that shows a painting, and what tells that one has to be drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.dom import NoScreen
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Region
    from textual.screen import Screen

    from fluffy_tui.tui.photo.painter import Painting


class ToastWatch:
    """Says when a toast that may have covered a picture is gone: Textual rewrites only the lines that it covered.

    A dialog is a screen of its own, and everything is rewritten when it closes. The node has to be mounted on the
    screen.
    """

    def __init__(self, node: Widget, on_gone: Callable[[], object]) -> None:
        self._on_gone = on_gone
        self._toasts = 0
        node.screen.screen_layout_refresh_signal.subscribe(node, self._count)

    def _count(self, screen: Screen[Any]) -> None:
        toasts = len(screen.query("Toast"))
        is_gone, self._toasts = toasts < self._toasts, toasts
        if is_gone:
            self._on_gone()


class PaintedPicture(Widget):
    """Shows one painting at a time, its lines exactly as they were painted.

    Textual's own rendering would style and measure every cell again in the event loop. Setting another painting only
    repaints this widget, without a layout.
    """

    DEFAULT_CSS = "PaintedPicture { width: 1fr; height: 1fr; }"

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._painting: Painting | None = None

    @property
    def painting(self) -> Painting | None:
        return self._painting

    @painting.setter
    def painting(self, painting: Painting | None) -> None:
        self._painting = painting
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the painting's lines, or blank ones while it cannot be shown."""
        blank = Strip.blank(crop.width, self.rich_style)
        painting = self._painting
        if painting is None or not self._can_show(painting):
            return [blank] * crop.height
        width, height = painting.area.width, painting.area.height
        if crop.size == self.size == (width, height):
            return painting.strips
        if not painting.is_text:
            return [blank] * crop.height
        lines = [strip.crop_extend(crop.x, crop.right, self.rich_style) for strip in painting.strips]
        return [*lines, *[blank] * max(0, crop.bottom - height)][crop.y : crop.bottom]

    def _can_show(self, painting: Painting) -> bool:
        """Whether it survives now: behind a dialog the screen is tinted, which works for text only."""
        try:
            return painting.is_text or self.screen.is_active
        except NoScreen:
            return False
