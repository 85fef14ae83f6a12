"""The command palette."""

from __future__ import annotations

from fluffy_tui.tui.palette.screen import PaletteScreen

__all__ = ["PaletteScreen"]
