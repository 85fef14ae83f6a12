"""A list of things of which any number can be taken."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.ui.vim_list import VimList


class TickList(VimList):
    """Each line has a box that `space` ticks; a tick is a sign, not a colour."""

    BINDINGS = bindings(Place.SETUP, only=("setup.toggle",))

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._prompts: list[Content] = []
        self.ticked: set[int] = set()
        """Numbers of the lines that are taken."""

    def offer(self, prompts: Sequence[Content], ticked: set[int]) -> None:
        """Show other lines."""
        self._prompts, self.ticked = [*prompts], ticked
        self.clear_options()
        self.add_options([Option(self._line(number)) for number in range(len(prompts))])
        self.highlighted = 0 if prompts else None

    def action_take(self) -> None:
        """Take the line under the cursor, or leave it."""
        if self.highlighted is not None:
            self.ticked ^= {self.highlighted}
            self.replace_option_prompt_at_index(self.highlighted, self._line(self.highlighted))

    def _line(self, number: int) -> Content:
        box = Content.styled("[✓] ", "bold $text-success") if number in self.ticked else Content("[ ] ")
        return Content.assemble(box, self._prompts[number])
