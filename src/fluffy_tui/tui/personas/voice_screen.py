"""Edits how a persona writes, for captions that the user's own model suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.caption_model import LONGEST_VOICE
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.personas import Persona
from fluffy_tui.tui.caption.caption_editor import CaptionEditor
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.text.words import SAVING, one_line
from fluffy_tui.tui.ui.dialogs import EditorScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from fluffy_tui.tui.ports import PersonasPort

_ABOUT = "How do you write as this persona? The model that suggests captions gets this text, and nobody else."
_EXAMPLE = "For example: Dry and short, in lower case. British English. At most one emoji, never an exclamation mark."


class VoiceScreen(ReportsErrors, EditorScreen[Persona | None]):
    """Asks for the voice, and closes with the changed persona, or with None if the user cancels."""

    PLACE = Place.VOICE
    BINDINGS = bindings(Place.VOICE) + help_binding()
    DEFAULT_CSS = """
    VoiceScreen {
        #voice { height: 8; margin-top: 1; }
        #voice-message { display: none; margin-top: 1; }
        #voice-message.-shown { display: block; }
        #voice-message.-wrong { color: $text-error; }
    }
    """

    def __init__(self, personas: PersonasPort, persona: Persona, own: Mapping[str, str]) -> None:
        super().__init__(classes="-broad")
        self._personas, self._persona, self._own = personas, persona, own
        self._field = CaptionEditor("voice", len, LONGEST_VOICE, id="voice", placeholder=_EXAMPLE)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(f"voice of {one_line(self._persona.name)}")
            yield Static(_ABOUT, markup=False)
            yield self._field
            yield Static(id="voice-message", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._field.load_clean(self._persona.voice)
        self._field.focus()

    @work(group="voice", exclusive=True, exit_on_error=False, description="saving the voice")
    async def action_save(self) -> None:
        """Save, and close if that works."""
        message = self.query_one("#voice-message", Static)
        message.update(SAVING)
        message.set_classes("-shown")
        try:
            saved = await self._personas.set_voice(self._persona, self._field.text)
        except FluffyError as error:
            message.update(Content(f"! {one_line(str(error))}"))
            message.add_class("-wrong")
        else:
            self.dismiss(saved)

    def action_back(self) -> None:
        """Close; ask first if there are changes."""
        self.close_unless(self._field.text != self._persona.voice, "voice", self._own)
