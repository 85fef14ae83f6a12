"""A labelled text field of a form, and what forms say of their fields."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from fluffy_tui.tui.keymap.bindings import Place, bindings

IS_SET = "already set; leave empty to keep it"
"""Shown in the empty field of a secret."""
OPTION_KEYS = "{compose.previous_option} {compose.next_option}"
"""The keys of a choice between a few options."""


class FormInput(Input):
    """A field in which `enter` goes to the next step."""

    BINDINGS = bindings(Place.SETUP, only=("setup.next",))


class FormField(Horizontal):
    """A label and its field for an environment variable, in which a secret is hidden."""

    DEFAULT_CSS = """
    FormField {
        height: 1;
        Label { width: 18; color: $text-muted; }
        Input { width: 1fr; }
    }
    """

    def __init__(
        self, variable: str, label: str, *, placeholder: str = "", secret: bool = False, text: str = ""
    ) -> None:
        super().__init__(id=f"field-{variable}")
        self.variable, self.label = variable, label
        self._input = FormInput(
            text, placeholder=placeholder, password=secret, compact=True, select_on_focus=False
        )

    def compose(self) -> ComposeResult:
        yield Label(self.label, markup=False)
        yield self._input

    @property
    def text(self) -> str:
        """The text, without the spaces that pasting often adds around it."""
        return self._input.value.strip()

    def take_focus(self) -> None:
        """Focus the field before it is drawn, so that it gets whatever is typed as soon as it is seen."""
        self.screen.set_focus(self._input)
