"""Themes: keywords that are to have a share of a persona's posts, and rest between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.lazy_exports import lazy_exports
from fluffy_tui.themes.model import LOW_DAYS, Theme, ThemeNotFound, ThemeRefused, ThemeSupply
from fluffy_tui.themes.photo_choice import Candidate, Choice, Shortage, choose
from fluffy_tui.themes.theme_calendar import WINDOW, ThemeCalendar, ThemedPost, ThemePlace

if TYPE_CHECKING:
    from fluffy_tui.themes.service import Themes

__all__ = [
    "LOW_DAYS",
    "WINDOW",
    "Candidate",
    "Choice",
    "Shortage",
    "Theme",
    "ThemeCalendar",
    "ThemeNotFound",
    "ThemePlace",
    "ThemeRefused",
    "ThemeSupply",
    "ThemedPost",
    "Themes",
    "choose",
]

__getattr__ = lazy_exports(__name__, {"Themes": "service"})  # SQLAlchemy is slow to import
