"""The keys that move a cursor over rows."""

from __future__ import annotations

from abc import abstractmethod


class RowMoves:
    """The actions of every list, for a widget that draws its own rows."""

    cursor: int
    """Index of the highlighted row."""

    @property
    @abstractmethod
    def page(self) -> int:
        """How many rows fit on the screen."""

    @property
    @abstractmethod
    def last(self) -> int:
        """Index of the last row; -1 where there is none."""

    @abstractmethod
    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest there is."""

    def action_cursor_down(self) -> None:
        """Go to the next row."""
        self.move_to(self.cursor + 1)

    def action_cursor_up(self) -> None:
        """Go to the previous row."""
        self.move_to(self.cursor - 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_to(self.last)

    def action_page_down(self) -> None:
        """Go down by what fits on the screen."""
        self.move_to(self.cursor + self.page)

    def action_page_up(self) -> None:
        """Go up by what fits on the screen."""
        self.move_to(self.cursor - self.page)
