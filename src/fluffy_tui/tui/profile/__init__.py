"""The profile grid: a channel as its followers see it, with what is planned."""

from __future__ import annotations

from fluffy_tui.tui.profile.screen import ProfileScreen as ProfileScreen
