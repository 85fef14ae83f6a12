"""Picks a text to insert into a caption: found by a few letters, and shown whole before it is inserted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.snippets.fuzzy_search import best_matches
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.vim_list import FilteredList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType


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

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.PICKER, only=("picker.insert",)),
        *(key for key in Input.BINDINGS if isinstance(key, Binding) and key.key != "enter"),
    ]


class PickTextScreen(DialogScreen[PickedText | None]):
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
        &.dialog #dialog { width: 116; height: 80%; padding: 0 1; }
        #picking { height: 1fr; margin-top: 1; }
        #picked-texts { width: 5fr; }
        #read { width: 4fr; height: 1fr; padding: 0 1; border-left: solid $border-blurred; scrollbar-size: 1 1; }
        #picked-text { width: 1fr; height: auto; }
        #picker-note { height: auto; max-height: 3; color: $text-muted; }
        #none-found { display: none; height: 1fr; padding: 1 0; }
        &.-empty #picking { display: none; }
        &.-empty #none-found { display: block; }
    }
    PickTextScreen.-narrow, PickTextScreen.-normal {
        &.dialog #dialog { height: 94%; }
        #picking { layout: vertical; }
        #picked-texts { width: 1fr; height: 2fr; }
        #read { width: 1fr; height: 3fr; padding: 0; border-left: none; border-top: solid $border-blurred; }
    }
    """

    def __init__(self, title: str, texts: Sequence[PickedText], empty: str, *, note: str = "") -> None:
        super().__init__()
        self._title, self._texts, self._empty, self._note = title, tuple(texts), empty, note
        self._found: list[int] = []
        self._listing = FilteredList(id="picked-texts")

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield _Field(placeholder="Type a few letters to search", compact=True, max_length=200)
            with Horizontal(id="picking"):
                yield self._listing
                with VerticalScroll(id="read", can_focus=False):
                    yield Static(id="picked-text", markup=False)
            yield Static(id="none-found", markup=False)
            if self._note:
                yield Static(self._note, id="picker-note", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    def _search(self, query: str) -> None:
        self._found = best_matches(query, [(text.name, text.text) for text in self._texts])
        self._listing.fill([_row(self._texts[index]) for index in self._found])
        self.set_class(not self._found, "-empty")
        words = f"Nothing matches “{one_line(query)}”." if self._texts else self._empty
        self.query_one("#none-found", Static).update(Content(words))
        self.query_one("#dialog").border_subtitle = f"{len(self._found)} of {len(self._texts)}"

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        text = self._texts[self._found[event.option_index]]
        about = Content.styled(f"{one_line(text.about)}\n\n", "dim") if text.about else Content("")
        self.query_one("#picked-text", Static).update(Content.assemble(about, text.text))
        self.query_one("#read").scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _pick(self) -> None:
        """Close with the text under the cursor."""
        highlighted = self._listing.highlighted
        if highlighted is not None:
            self.dismiss(self._texts[self._found[highlighted]])

    def action_next(self) -> None:
        self._listing.action_cursor_down()

    def action_previous(self) -> None:
        self._listing.action_cursor_up()

    def action_page_down(self) -> None:
        self.query_one("#read").scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self.query_one("#read").scroll_page_up(animate=False)


def _row(text: PickedText) -> Content:
    about = Content.styled(f"  {one_line(text.about)}", "dim") if text.about else Content("")
    return Content.assemble(one_line(text.name) or "…", about)
