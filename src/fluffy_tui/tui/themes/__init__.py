"""A persona's themes: the list and the editor."""

from __future__ import annotations

from fluffy_tui.tui.themes.screen import ThemesScreen as ThemesScreen
