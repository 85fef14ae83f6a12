"""The little list below the cursor, of what may complete the word that is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.geometry import Offset

    from fluffy_tui.tui.caption.completions import Completion


class CompletionList(OptionList, can_focus=False):
    """Offers that hang below a field; the field keeps the keyboard and moves the cursor here.

    Args:
        take: called with an offer that was clicked.
    """

    DEFAULT_CSS = """
    CompletionList {
        overlay: screen;
        constrain: inside inflect;
        width: auto;
        max-width: 70;
        height: auto;
        max-height: 10;
        display: none;
        background: $surface;
        border: round $border;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &.-offering { display: block; }
        & > .option-list--option-highlighted {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """

    def __init__(self, take: Callable[[Completion], None]) -> None:
        super().__init__(markup=False)
        self._take = take
        self.offers: tuple[Completion, ...] = ()
        """What is offered now; empty while the list is closed."""

    @property
    def is_open(self) -> bool:
        """Whether anything is offered."""
        return bool(self.offers)

    @property
    def chosen(self) -> Completion:
        """The offer under the cursor."""
        return self.offers[self.highlighted or 0]

    def offer(self, offers: Sequence[Completion], below: Offset) -> None:
        """Show offers below a place of the screen; none of them close the list."""
        self.absolute_offset = below
        if tuple(offers) != self.offers:
            self.offers = tuple(offers)
            self.clear_options()
            self.add_options([Option(_drawn(offer)) for offer in offers])
            self.highlighted = 0 if offers else None
        self.set_class(bool(offers), "-offering")
        self.refresh(layout=True)

    def close(self) -> None:
        """Offer nothing."""
        if self.offers:
            self.offers = ()
            self.clear_options()
            self.remove_class("-offering")

    def step(self, by: int) -> None:
        """Go to another offer, round and round."""
        self.highlighted = ((self.highlighted or 0) + by) % len(self.offers)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(self.offers[event.option_index])


def _drawn(offer: Completion) -> Content:
    about = Content.styled(f"  {one_line(offer.about)}", "dim") if offer.about else Content("")
    return Content.assemble(one_line(offer.word), about)
