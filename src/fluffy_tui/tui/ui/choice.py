"""A line of options, one of which is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fluffy_tui.tui.keymap.bindings import Place, bindings

_GAP = " "
_MORE = "…"
"""Shown where options are left out."""


class Choice(Widget, can_focus=True):
    """One line of options (value and label), at first the first; arrows, `h` and `l` or a click choose another one.

    If not all fit, those around the chosen one are shown, and none is cut.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.COMPOSE, only=("compose.previous_option", "compose.next_option"))
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--chosen", "choice--other"}
    DEFAULT_CSS = """
    Choice {
        height: 1;
        width: 1fr;
        & > .choice--chosen { text-style: bold; color: $foreground; background: $surface-lighten-2; }
        & > .choice--other { color: $foreground-muted; }
        &:focus > .choice--chosen { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """

    value: reactive[str] = reactive("", init=False)
    """The value of the chosen option."""

    @dataclass
    class Changed(Message):
        """Another option was chosen."""

        choice: Choice
        value: str

        @property
        def control(self) -> Choice:
            """The choice, for `@on` selectors."""
            return self.choice

    def __init__(self, options: Sequence[tuple[str, str]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = tuple(options)
        self.set_reactive(Choice.value, self._options[0][0])

    def validate_value(self, value: str) -> str:
        """Replace an unknown value by that of the first option."""
        return value if value in dict(self._options) else self._options[0][0]

    def watch_value(self, value: str) -> None:
        self.post_message(self.Changed(self, value))

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the options; the chosen one stays if it is still among them, else the first is chosen."""
        self._options = tuple(options)
        self.value = self.validate_value(self.value)
        self.refresh()

    def render(self) -> Content:
        """Draw the options that fit, the chosen one in angle brackets."""
        chosen = self.get_visual_style("choice--chosen")
        other = self.get_visual_style("choice--other")
        first, last = self._shown()
        parts = [
            Content.styled(f"‹{words}›", chosen)
            if value == self.value
            else Content.styled(f" {words} ", other)
            for value, words in self._options[first : last + 1]
        ]
        before = [Content.styled(_MORE, other)] if first else []
        behind = [Content.styled(_MORE, other)] if last < len(self._options) - 1 else []
        return Content(_GAP).join([*before, *parts, *behind])

    def _shown(self) -> tuple[int, int]:
        """Return the first and the last of the options that fit around the chosen one."""
        room, most = self.size.width, len(self._options) - 1
        first = last = [value for value, _ in self._options].index(self.value)
        while True:
            if last < most and self._columns(first, last + 1) <= room:
                last += 1
            elif first > 0 and self._columns(first - 1, last) <= room:
                first -= 1
            else:
                return first, last

    def _columns(self, first: int, last: int) -> int:
        """Return the width of these options and of the signs for those left out."""
        widths = [cell_len(words) + 2 for _, words in self._options[first : last + 1]]
        left_out = (first > 0) + (last < len(self._options) - 1)
        return sum(widths) + len(_GAP) * (len(widths) - 1) + left_out * len(_MORE + _GAP)

    def action_choose_next(self) -> None:
        self.step(+1)

    def action_choose_previous(self) -> None:
        self.step(-1)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        first, last = self._shown()
        end = len(_MORE + _GAP) if first else 0
        for value, words in self._options[first : last + 1]:
            end += cell_len(words) + 2
            if offset.x < end:
                self.value = value
                return
            end += len(_GAP)

    def step(self, by: int) -> None:
        """Choose another option, so many further to the right; after the last comes the first."""
        values = [value for value, _ in self._options]
        self.value = values[(values.index(self.value) + by) % len(values)]
