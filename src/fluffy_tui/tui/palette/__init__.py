"""The command palette."""

from __future__ import annotations

from fluffy_tui.tui.palette.screen import PaletteScreen as PaletteScreen
