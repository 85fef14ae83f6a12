"""The library: a persona's photos, browsed, filtered, compared and picked."""

from __future__ import annotations

from fluffy_tui.tui.library.contact_sheet import ContactSheet
from fluffy_tui.tui.library.photo_rows import Grid, Viewport
from fluffy_tui.tui.library.screen import LibraryScreen

__all__ = ["ContactSheet", "Grid", "LibraryScreen", "Viewport"]
