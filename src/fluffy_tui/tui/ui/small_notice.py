"""What covers the screen while the terminal is too small."""

from __future__ import annotations

from textual.widgets import Static

SMALLEST = (60, 18)
"""Columns and rows that the screens need."""


class SmallNotice(Static):
    """A notice over the whole screen; `app.tcss` shows it below the smallest size."""

    def __init__(self) -> None:
        columns, rows = SMALLEST
        super().__init__(
            f"This terminal is too small.\nfluffy-tui needs at least {columns} columns and {rows} rows.",
            markup=False,
        )
