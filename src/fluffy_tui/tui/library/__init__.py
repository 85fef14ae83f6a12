"""The library: a persona's photos, browsed, filtered, compared and picked."""

from __future__ import annotations

from fluffy_tui.tui.library.screen import LibraryScreen

__all__ = ["LibraryScreen"]
