"""Edits how a persona writes, for captions that the user's own model suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from fluffy_tui.caption_model import LONGEST_VOICE
from fluffy_tui.personas import Persona
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import EditorScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from fluffy_tui.tui.ports import PersonasPort

_ABOUT = "How do you write as this persona? The model that suggests captions gets this text, and nobody else."
_EXAMPLE = "For example: Dry and short, in lower case. British English. At most one emoji, never an exclamation mark."


class VoiceScreen(EditorScreen[Persona | None]):
    """Asks for the voice, and closes with the changed persona, or with None if the user cancels."""

    PLACE = Place.VOICE
    BINDINGS = bindings(Place.VOICE) + help_binding()
    DEFAULT_CSS = """
    VoiceScreen {
        #voice { height: 8; margin-top: 1; }
        #editor-message { display: none; margin-top: 1; }
        #editor-message.-shown { display: block; }
        #editor-message.-error { color: $text-error; }
    }
    """

    def __init__(self, personas: PersonasPort, persona: Persona, own: Mapping[str, str]) -> None:
        super().__init__(f"voice of {one_line(persona.name)}", "voice", own)
        self._personas, self._persona = personas, persona
        self._field = CaptionEditor("voice", len, LONGEST_VOICE, id="voice", placeholder=_EXAMPLE)

    def compose_fields(self) -> ComposeResult:
        yield Static(_ABOUT, markup=False)
        yield self._field

    def on_mount(self) -> None:
        self._field.load_clean(self._persona.voice)
        self._field.focus()

    @property
    def is_changed(self) -> bool:
        return self._field.text != self._persona.voice

    async def save(self) -> Persona:
        return await self._personas.set_voice(self._persona, self._field.text)
