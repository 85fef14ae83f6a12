"""A persona's themes: the list and the editor."""

from fluffy_tui.tui.themes.screen import ThemesScreen as ThemesScreen
