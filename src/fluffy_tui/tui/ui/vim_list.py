"""Lists: with vim keys, for choosing one line or ticking several, and below a field that filters them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fluffy_tui.tui.keymap.bindings import Place, bindings

if TYPE_CHECKING:
    from rich.color import Color


class VimList(OptionList, inherit_bindings=False):
    """Textual's option list with `j k g G ctrl+d ctrl+u`; prompts are never parsed as markup.

    It has no `enter` of its own: the screen binds it and shows it in the footer. The highlighted line is drawn
    in a single colour, because a theme's muted and error colours are unreadable on the cursor's background.
    """

    BINDINGS = bindings(Place.LIST)

    def __init__(self, *, id: str, classes: str = "") -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, classes=classes, markup=False)

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        segments = list(strip)
        if self.highlighted is None or not segments or not _belongs_to(segments[0], self.highlighted):
            return strip
        cursor = self.get_visual_style("option-list--option", "option-list--option-highlighted")
        return _in_one_colour(strip, cursor.rich_style.color)


class FilteredList(OptionList, can_focus=False):
    """What matches the text in a field above it, which keeps the focus; the field's screen moves the cursor."""

    DEFAULT_CSS = """
    FilteredList {
        width: 1fr; height: 1fr; border: none; padding: 0; background: transparent;
        text-wrap: nowrap; text-overflow: ellipsis;
        & > .option-list--option-highlighted { color: $block-cursor-foreground;
            background: $block-cursor-background; text-style: $block-cursor-text-style; }
        & > .option-list--option-disabled { color: $foreground-muted; }
    }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, markup=False)

    def fill(self, rows: Iterable[Content | Option]) -> None:
        """Show other rows, with the cursor on the first that can be chosen."""
        self.set_options(rows)
        self.highlighted = None
        self.action_first()


def cell(content: Content, width: int) -> Content:
    """Return a part of a line, cut or padded to as many columns."""
    return content.truncate(width, ellipsis=True).pad_right(max(0, width - content.cell_length))


def _belongs_to(segment: Segment, option: int) -> bool:
    """Return whether a segment is part of an option; Textual notes that for the mouse."""
    return segment.style is not None and segment.style.meta.get("option") == option


def _in_one_colour(strip: Strip, colour: Color | None) -> Strip:
    """Return a line in one colour; bold, dim and the like are kept."""
    over = Style.from_color(colour)
    return Strip(
        [Segment(segment.text, (segment.style or Style()) + over) for segment in strip], strip.cell_length
    )


class TickList(VimList):
    """A list whose lines have checkboxes, toggled with `space`."""

    BINDINGS = bindings(Place.SETUP, only=("setup.toggle",))

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._prompts: list[Content] = []
        self.ticked: set[int] = set()
        """Indices of the ticked lines."""

    def offer(self, prompts: Sequence[Content], ticked: set[int]) -> None:
        """Show other lines."""
        self._prompts, self.ticked = [*prompts], ticked
        self.clear_options()
        self.add_options([Option(self._line(index)) for index in range(len(prompts))])
        self.highlighted = 0 if prompts else None

    def action_take(self) -> None:
        if self.highlighted is not None:
            self.ticked ^= {self.highlighted}
            self.replace_option_prompt_at_index(self.highlighted, self._line(self.highlighted))

    def _line(self, index: int) -> Content:
        box = Content.styled("[✓] ", "bold $text-success") if index in self.ticked else Content("[ ] ")
        return Content.assemble(box, self._prompts[index])
