"""Personas: the list, a persona's channel, and the import of its photos."""

from fluffy_tui.tui.personas.import_screen import ImportScreen as ImportScreen
from fluffy_tui.tui.personas.screen import (
    PersonasScreen as PersonasScreen,
    ask_new_persona as ask_new_persona,
)
