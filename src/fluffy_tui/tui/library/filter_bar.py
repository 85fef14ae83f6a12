"""One line above the photo list in which a choice of photos is typed."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.message import Message
from textual.widgets import Input

from fluffy_tui.tui.keymap.bindings import Place, bindings


class FilterBar(Input):
    """Says what is typed as it is typed; seen only while it is used or holds something."""

    BINDINGS = bindings(Place.FILTER)
    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        border: none;
        padding: 0 1;
        background: $surface;
        &:focus { background: $surface-lighten-1; }
    }
    """

    @dataclass
    class Typed(Message):
        """What is typed has changed."""

        text: str

    @dataclass
    class Left(Message):
        """The list has the keyboard again."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(placeholder="name, picked, portrait, 2026-11 …", compact=True, max_length=200, id=id)
        self.display = False

    def open(self) -> None:
        """Take the keyboard."""
        self.display = True
        self.focus()

    def clear_words(self) -> None:
        """Forget what was typed, without a word about it."""
        with self.prevent(Input.Changed):
            self.value = ""
        self.display = False

    def action_leave(self, forget: bool) -> None:
        """Give the keyboard back, and with `forget` show everything again."""
        if forget:
            self.value = ""
        self.display = bool(self.value)
        self.post_message(self.Left())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))
