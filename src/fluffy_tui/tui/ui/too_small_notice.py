"""The notice that covers the screen while the terminal is too small, and from which size on it is not."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widgets import Static

SMALLEST = (60, 18)
"""Columns and rows that the screens need."""


class TooSmallNotice(Static):
    """A notice over the whole screen; `app.tcss` shows it below the smallest size."""

    def __init__(self) -> None:
        columns, rows = SMALLEST
        super().__init__(
            f"This terminal is too small.\nfluffy-tui needs at least {columns} columns and {rows} rows.",
            markup=False,
        )


def is_hidden(screen: Screen[Any]) -> bool:
    """Return whether the notice covers a screen; a dialog over that can be seen, and does not count."""
    return any(notice.display for notice in screen.query(TooSmallNotice))
