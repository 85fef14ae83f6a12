"""The library: a persona's photos, browsed, filtered, compared and picked."""

from fluffy_tui.tui.library.contact_sheet import ContactSheet as ContactSheet
from fluffy_tui.tui.library.photo_rows import Grid as Grid, Viewport as Viewport
from fluffy_tui.tui.library.screen import LibraryScreen as LibraryScreen
