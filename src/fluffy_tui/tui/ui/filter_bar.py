"""The line above a list where a filter is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.widgets import Input

from fluffy_tui.tui.keymap.bindings import Place, bindings

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.suggester import Suggester


class FilterBar(Input):
    """Filters as you type; visible only while it is used or holds a filter, which can be saved if there is a `save`."""

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
    class Edited(Message):
        """The filter has changed."""

        text: str

    class Closed(Message):
        """The keyboard goes back to the list."""

    def __init__(
        self,
        placeholder: str,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        suggester: Suggester | None = None,
        save: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(placeholder=placeholder, compact=True, max_length=200, id=id, suggester=suggester)
        self.display = False
        self._save = save

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to save only where that is possible."""
        return action != "save" or self._save is not None

    def open(self) -> None:
        """Take the keyboard."""
        self.display = True
        self.focus()

    def reset(self) -> None:
        """Empty and hide it without a message."""
        with self.prevent(Input.Changed):
            self.value = ""
        self.display = False

    def action_leave(self, clear: bool) -> None:
        """Return to the list, with the filter or without."""
        if clear:
            self.value = ""
        self.display = bool(self.value)
        self.post_message(self.Closed())

    def action_save(self) -> None:
        if self._save is not None:
            self._save(self.value)

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(event.value))
