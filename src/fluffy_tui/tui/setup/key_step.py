"""The step of the setup wizard that asks for the API key."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from fluffy_tui.buffer import KEY_PAGE
from fluffy_tui.settings import Settings
from fluffy_tui.tui.setup.form_field import IS_SET, FormField

KEY = "BUFFER_API_KEY"


class KeyStep(Vertical):
    """Asks for the API key, which is never shown, not even while it is pasted."""

    TITLE = "API key"

    def __init__(self, settings: Settings, typed: Mapping[str, str]) -> None:
        super().__init__(id="step-key")
        placeholder = IS_SET if settings.buffer_api_key is not None else "paste your key"
        self._field = FormField(KEY, "API key", placeholder=placeholder, secret=True, text=typed.get(KEY, ""))

    def compose(self) -> ComposeResult:
        yield Static(
            f"Create a key at {KEY_PAGE} and paste it here.\nIt is tested before it is saved.",
            classes="muted",
        )
        yield self._field

    def take_focus(self) -> None:
        self._field.take_focus()

    @property
    def values(self) -> dict[str, str]:
        return {KEY: self._field.text} if self._field.text else {}
