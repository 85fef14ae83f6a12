"""Picks a text to insert into a caption: found by a few letters, and shown whole before it is inserted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from fluffy_tui.tui.keymap.bindings import Place, bindings, field_bindings, help_binding
from fluffy_tui.tui.snippets.fuzzy_search import best_matches
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import SearchScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter


@dataclass(frozen=True, slots=True)
class PickedText:
    """A text to pick."""

    name: str
    """What its row shows first; the beginning of a text that has no name."""
    about: str
    """Details, shown dimmed."""
    text: str
    """The whole text."""


class _Field(Input, inherit_bindings=False):
    """The search field; the footer shows its `enter`."""

    BINDINGS = field_bindings(Place.PICKER, only=("picker.insert",))


class PickTextScreen(SearchScreen[PickedText | None]):
    """Lists the texts that match what is typed, and closes with the picked one, or with None.

    At first the likeliest comes first. `empty` says what to do if there are none; a note is below them.
    """

    PLACE = Place.PICKER
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.PICKER, without=("picker.insert",)),
        *help_binding(),
    ]
    CSS: ClassVar[str] = """
    PickTextScreen {
        #found { width: 5fr; }
        #read { width: 4fr; height: 1fr; padding: 0 1; border-left: solid $border-blurred; scrollbar-size: 1 1; }
        #picked-text { width: 1fr; height: auto; }
        #picker-note { height: auto; max-height: 3; color: $text-muted; }
    }
    PickTextScreen.-narrow, PickTextScreen.-normal {
        &.dialog #dialog { height: 94%; }
        #picking { layout: vertical; }
        #found { width: 1fr; height: 2fr; }
        #read { width: 1fr; height: 3fr; padding: 0; border-left: none; border-top: solid $border-blurred; }
    }
    """

    def __init__(self, title: str, texts: Sequence[PickedText], empty: str, *, note: str = "") -> None:
        self._text = Static(id="picked-text", markup=False)
        self._read = VerticalScroll(self._text, id="read", can_focus=False)
        field = _Field(placeholder="Type a few letters to search", compact=True, max_length=200)
        notes = [Static(note, id="picker-note", markup=False)] if note else []
        super().__init__(title, field, beside=[self._read], below=notes)
        self._texts, self._empty = tuple(texts), empty
        self._found: list[int] = []

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield KeysFooter()

    def search(self, text: str) -> None:
        self._found = best_matches(text, [(one.name, one.text) for one in self._texts])
        words = f"Nothing matches “{one_line(text)}”." if self._texts else self._empty
        self.show_found([_row(self._texts[index]) for index in self._found], words)
        self.query_one("#dialog").border_subtitle = f"{len(self._found)} of {len(self._texts)}"

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        text = self._texts[self._found[event.option_index]]
        about = Content.styled(f"{one_line(text.about)}\n\n", "dim") if text.about else Content("")
        self._text.update(Content.assemble(about, text.text))
        self._read.scroll_home(animate=False)

    def take(self, line: int | None) -> None:
        if line is not None:
            self.dismiss(self._texts[self._found[line]])

    def action_page_down(self) -> None:
        self._read.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self._read.scroll_page_up(animate=False)


def _row(text: PickedText) -> Content:
    about = Content.styled(f"  {one_line(text.about)}", "dim") if text.about else Content("")
    return Content.assemble(one_line(text.name) or "…", about)
