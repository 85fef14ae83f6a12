"""Hashtag sets and snippets: the list, the editor and the picker."""

from fluffy_tui.tui.snippets.screen import SnippetsScreen as SnippetsScreen
from fluffy_tui.tui.snippets.snippet_picker import PickedText as PickedText, PickTextScreen as PickTextScreen
