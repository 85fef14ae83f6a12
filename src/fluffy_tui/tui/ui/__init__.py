"""Widgets and screens that every feature shares: the frame, dialogs, lists, help, theme."""
