"""Themes: keywords that are to have a share of a persona's posts, and rest between two of them."""

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.themes.model import (
    LOW_DAYS as LOW_DAYS,
    Theme as Theme,
    ThemeNotFound as ThemeNotFound,
    ThemeRefused as ThemeRefused,
    ThemeSupply as ThemeSupply,
)
from fluffy_tui.themes.photo_choice import (
    Candidate as Candidate,
    Choice as Choice,
    Shortage as Shortage,
    choose as choose,
)
from fluffy_tui.themes.theme_calendar import (
    WINDOW as WINDOW,
    ThemeCalendar as ThemeCalendar,
    ThemedPost as ThemedPost,
    ThemePlace as ThemePlace,
)

if TYPE_CHECKING:
    from fluffy_tui.themes.service import Themes as Themes


__getattr__ = lazy_exports(__name__, {"service": "Themes"})  # SQLAlchemy is slow to import
