"""The profile grid: a channel as its followers see it, with what is planned."""

from fluffy_tui.tui.profile.screen import ProfileScreen as ProfileScreen
