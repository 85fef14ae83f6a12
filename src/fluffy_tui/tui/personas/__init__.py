"""Personas: the list, a persona's channel, and the import of its photos."""

from __future__ import annotations

from fluffy_tui.tui.personas.import_screen import ImportScreen
from fluffy_tui.tui.personas.screen import PersonasScreen, ask_new_persona

__all__ = ["ImportScreen", "PersonasScreen", "ask_new_persona"]
