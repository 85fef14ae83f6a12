"""Hashtag sets and snippets: the list, the editor and the picker."""

from __future__ import annotations

from fluffy_tui.tui.snippets.screen import SnippetsScreen
from fluffy_tui.tui.snippets.snippet_picker import PickedText, PickTextScreen

__all__ = ["PickTextScreen", "PickedText", "SnippetsScreen"]
