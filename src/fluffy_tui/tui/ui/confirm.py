"""A question with two answers."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from fluffy_tui.tui.keymap.bindings import Place, bindings, key_of
from fluffy_tui.tui.ui.dialog import DialogScreen


class ConfirmScreen(DialogScreen[bool]):
    """Asks, and answers with yes or no.

    Args:
        title: A few words.
        question: One or a few sentences.
        yes: What the button for yes says.
        no: What the button for no says; it has the focus, so that enter alone does no harm.
        own: The person's own keys, by action id.
    """

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.DIALOG, only=("dialog.yes", "dialog.no"))

    def __init__(self, title: str, question: str, *, yes: str, no: str, own: Mapping[str, str]) -> None:
        super().__init__()
        self._title, self._question = title, question
        self._yes = f"{yes}  {key_of('dialog.yes', own)}"
        self._no = f"{no}  {key_of('dialog.no', own)}"

    def compose(self) -> ComposeResult:
        """Lay out question and buttons."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title).markup
            yield Static(self._question, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Content(self._yes), id="yes", compact=True, action="screen.yes")
                yield Button(Content(self._no), id="no", compact=True, action="screen.no")

    def on_mount(self) -> None:
        """Let enter alone do no harm."""
        self.query_one("#no", Button).focus()

    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Answer no."""
        self.dismiss(False)
