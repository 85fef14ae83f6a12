"""One line of text, asked for until it can be used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.keymap.bindings import Place, bindings, with_keys
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.ui.dialog import DialogScreen

Made = TypeVar("Made")


class AskTextScreen(ReportsErrors, DialogScreen[Made | None], Generic[Made]):
    """Asks for a line, makes something of it, and closes with what was made.

    When it cannot be made the field stays with its text and says why.

    Args:
        title: A few words.
        prompt: What is asked for.
        make: Makes the result; raises FluffyError with what is wrong with the text.
        text: What the field holds at first.
        verb: What `enter` does, in one word.
        own: The person's own keys, by action id.
    """

    PLACE = Place.DIALOG
    BINDINGS = bindings(Place.DIALOG, only=("dialog.cancel",))
    DEFAULT_CSS = """
    AskTextScreen {
        #problem { display: none; color: $text-error; margin-top: 1; }
        #problem.-shown { display: block; }
        #hint { color: $text-muted; margin-top: 1; }
    }
    """

    def __init__(
        self,
        title: str,
        prompt: str,
        make: Callable[[str], Awaitable[Made]],
        *,
        text: str = "",
        verb: str = "save",
        own: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._title, self._prompt, self._make, self._text = title, prompt, make, text
        self._verb, self._own = verb, own

    def compose(self) -> ComposeResult:
        """Lay out field, problem and keys."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = self._title
            yield Input(self._text, placeholder=self._prompt, compact=True, max_length=200)
            yield Static(id="problem", markup=False)
            keys = with_keys("   {dialog.cancel} cancel", self._own)
            yield Static(f"enter {self._verb}{keys}", id="hint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._try(event.value.strip())
        else:
            self._show("Write something first.")

    @work(group="asking", exclusive=True, exit_on_error=False, description="saving the name")
    async def _try(self, text: str) -> None:
        try:
            made = await self._make(text)
        except FluffyError as error:
            self._show(str(error))
        else:
            self.dismiss(made)

    def _show(self, problem: str) -> None:
        line = self.query_one("#problem", Static)
        line.update(Content(f"! {problem}"))
        line.add_class("-shown")

    def action_cancel(self) -> None:
        """Close without a change."""
        self.dismiss(None)
