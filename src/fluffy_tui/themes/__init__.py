"""Themes: keywords that are to have a share of a persona's posts, and rest between two of them."""

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.themes.model import LOW_DAYS as LOW_DAYS
from fluffy_tui.themes.model import Theme as Theme
from fluffy_tui.themes.model import ThemeNotFound as ThemeNotFound
from fluffy_tui.themes.model import ThemeRefused as ThemeRefused
from fluffy_tui.themes.model import ThemeSupply as ThemeSupply
from fluffy_tui.themes.photo_choice import Candidate as Candidate
from fluffy_tui.themes.photo_choice import Choice as Choice
from fluffy_tui.themes.photo_choice import Shortage as Shortage
from fluffy_tui.themes.photo_choice import choose as choose
from fluffy_tui.themes.theme_calendar import WINDOW as WINDOW
from fluffy_tui.themes.theme_calendar import ThemeCalendar as ThemeCalendar
from fluffy_tui.themes.theme_calendar import ThemedPost as ThemedPost
from fluffy_tui.themes.theme_calendar import ThemePlace as ThemePlace

if TYPE_CHECKING:
    from fluffy_tui.themes.service import Themes as Themes


__getattr__ = lazy_exports(__name__, {"Themes": "service"})  # SQLAlchemy is slow to import
