"""What every dialog stands on: the screen below, dimmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self

from textual.screen import ModalScreen, ScreenResultType
from textual.strip import Strip

from fluffy_tui.tui.ui.closed_screens import let_go
from fluffy_tui.tui.ui.joined_strip import JoinedStrip, dimmed

if TYPE_CHECKING:
    from textual.geometry import Region, Size
    from textual.screen import Screen


class DialogScreen(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """A dialog over the screen that it was opened from.

    Textual dims the screen below cell by cell, in the event loop, which takes a tenth of a second where there is a
    large picture in it. Here a picture's pixels are dimmed all at once.

    Args:
        classes: Style classes besides that of dialogs.
    """

    def __init__(self, *, classes: str = "") -> None:
        super().__init__(classes=f"dialog {classes}".rstrip())
        self._behind: list[Strip] = []
        self._behind_size: Size | None = None

    def on_unmount(self) -> None:
        """Do not stay in memory."""
        let_go(self.app)

    def refresh(self, *regions: Region, **options: Any) -> Self:
        """Draw anew; the screen below calls this as well when it has changed."""
        self.forget_behind()
        return super().refresh(*regions, **options)

    def forget_behind(self) -> None:
        """Look again at the screen below before the next drawing: only the screen on top is told of its changes."""
        self._behind_size = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the screen below, dimmed by the dialog's background."""
        below = self._below
        if below is None or not 0 < self.styles.background.a < 1:
            return super().render_lines(crop)
        if self._behind_size != self.size:
            self._behind, self._behind_size = self._dim(below), self.size
        return [line.crop(crop.x, crop.right) for line in self._behind[crop.y : crop.bottom]]

    def _dim(self, below: Screen[Any]) -> list[Strip]:
        if isinstance(below, DialogScreen):
            below.forget_behind()
        update = below._compositor.render_full_update()  # noqa: SLF001 - all else makes each cell an object
        lines = [
            dimmed(JoinedStrip(parts), self.styles.background) for parts in update.strips[: self.size.height]
        ]
        blank = Strip.blank(self.size.width, self.rich_style)
        return [*lines, *[blank] * (self.size.height - len(lines))]

    @property
    def _below(self) -> Screen[Any] | None:
        """The screen that this one was opened from; None while it is not shown."""
        stack = self.app.screen_stack
        place = stack.index(self) if self in stack else 0
        return stack[place - 1] if place else None
