"""The text area for captions and alt texts: counts as the network counts, completes hashtags and snippets."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from fluffy_tui.networks import clean_caption
from fluffy_tui.tui.caption.autocomplete import Autocomplete
from fluffy_tui.tui.keymap.bindings import Place, actions_of, bindings
from fluffy_tui.tui.keymap.user_keys import LEFT_TO_SCREENS
from fluffy_tui.tui.text.graphemes import grapheme_around
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.style import Style
    from textual import events
    from textual.timer import Timer
    from textual.widgets.text_area import Edit, EditResult, Location

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters other than line end and tab, and halves of surrogate pairs: no network stores them."""
_AUTOCOMPLETE_ACTIONS = frozenset(action.name for action in actions_of(Place.AUTOCOMPLETE))

LONG = 5_000
"""Characters above which counting waits for a pause in typing."""
PAUSE = 0.15
"""Seconds without a key that make a pause."""


def _without(binding: BindingType, keys: frozenset[str]) -> Iterator[Binding]:
    """Yield a binding without the keys that our screens use."""
    if isinstance(binding, Binding) and (left := [key for key in binding.key.split(",") if key not in keys]):
        yield replace(binding, key=",".join(left))


class _GraphemeText(Text):
    """A line in which a style, such as the cursor's, is given to whole graphemes: halves have another width."""

    def stylize(self, style: str | Style, start: int = 0, end: int | None = None) -> None:
        start = grapheme_around(self.plain, start)[0]
        super().stylize(style, start, None if end is None else grapheme_around(self.plain, end)[1])


class CaptionEditor(TextArea, inherit_bindings=False):
    """A text with a limit; its border shows the count, and says so when the text is too long.

    The form lays out `autocomplete` too, where there is something to complete.

    Args:
        count: Returns the length as the network counts it.
        limit: The longest text that the network accepts.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.AUTOCOMPLETE),
        *(kept for binding in TextArea.BINDINGS for kept in _without(binding, LEFT_TO_SCREENS)),
    ]
    DEFAULT_CSS = """
    CaptionEditor {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        background: transparent;
        padding: 0 1;
        &:focus { border: round $border; border-title-color: $text; background: transparent; }
        & .text-area--cursor-line { background: transparent; }
        &.-unread { border-title-color: $text-warning; }
        &.-wrong { border: round $error; border-subtitle-color: $text-error; border-title-color: $text-error; }
    }
    """

    @dataclass
    class Cleaned(Message):
        """Control characters were removed from what was pasted."""

        editor: CaptionEditor
        removed: int

    def __init__(
        self,
        title: str,
        count: Callable[[str], int],
        limit: int,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        placeholder: str = "",
    ) -> None:
        self.autocomplete = Autocomplete(self, self.insert_text)
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=placeholder,
        )
        self._count = count
        self._limit = limit
        self._title = title
        self._fold: int | None = None
        self.subject = ""
        """What the text is about, such as a file's name; in the title while there is room."""
        self._refused = self._is_unread = False
        self._pause: Timer | None = None
        self.border_title = title
        self.update_count()

    def measure(self, count: Callable[[str], int], limit: int, fold: int | None = None) -> None:
        """Count as another network does.

        Readers see `fold` characters before “more”; None where the network does not fold texts.
        """
        self._count, self._limit, self._fold = count, limit, fold
        self.update_count()
        self.refresh()

    def get_line(self, line_index: int) -> Text:
        """Draw dimmed what the network folds away."""
        line = _GraphemeText(super().get_line(line_index).plain, end="", no_wrap=True)
        if self._fold is not None:
            before = 0
            for index in range(min(line_index, self._fold + 1)):  # each line is a character at least
                before += len(self.document.get_line(index)) + 1
            if before + len(line.plain) > self._fold:
                line.stylize("dim", max(0, self._fold - before))
        return line

    def clamp_visitable(self, location: Location) -> Location:
        """Return the nearest place where the cursor may be: between two graphemes."""
        row, column = super().clamp_visitable(location)
        return row, grapheme_around(self.document.get_line(row), column)[0]

    def get_cursor_left_location(self) -> Location:
        """Return where the grapheme before the cursor begins, or the line above ends."""
        return self.clamp_visitable(super().get_cursor_left_location())

    def get_cursor_right_location(self) -> Location:
        """Return where the grapheme under the cursor ends, or the line below begins."""
        return self._after_grapheme(super().get_cursor_right_location())

    def get_cursor_word_right_location(self) -> Location:
        """Return where the word under the cursor ends, with all of its last grapheme."""
        return self._after_grapheme(super().get_cursor_word_right_location())

    def get_cursor_word_left_location(self) -> Location:
        """Return where the word before the cursor begins, with all of its first grapheme."""
        return self.clamp_visitable(super().get_cursor_word_left_location())

    def _after_grapheme(self, location: Location) -> Location:
        row, column = location
        return row, grapheme_around(self.document.get_line(row), column)[1]

    def load_clean(self, text: str) -> None:
        """Show another text, with an empty undo history and no suggestions for its last word."""
        self.load_text(_CONTROL_CHARACTERS.sub("", clean_caption(text)))
        self.move_cursor(self.document.end)
        self.autocomplete.dismiss()
        self._refused = False
        self.update_count()

    def edit(self, edit: Edit) -> EditResult:
        """Make a change, without control characters."""
        cleaned = _CONTROL_CHARACTERS.sub("", clean_caption(edit.text))
        if cleaned != edit.text:
            removed = len(_CONTROL_CHARACTERS.findall(edit.text))
            if removed:
                self.post_message(self.Cleaned(self, removed))
            edit = replace(edit, text=cleaned)
        return super().edit(edit)

    def insert_apart(self, text: str) -> None:
        """Insert a text at the cursor or over the selection, with a space after the word before it."""
        row, column = min(self.selection)
        before = self.document.get_line(row)[:column][-1:]
        self.insert_text(text if not before or before.isspace() else f" {text}")

    def insert_text(
        self, text: str, start: tuple[int, int] | None = None, end: tuple[int, int] | None = None
    ) -> None:
        """Insert a text at the cursor, or over the selection or what is given, as one step of undo."""
        self.history.checkpoint()
        selected = sorted(self.selection)
        done = self.replace(text, start or selected[0], end or selected[1], maintain_selection_offset=False)
        self.move_cursor(done.end_location)
        self.history.checkpoint()
        self.autocomplete.dismiss()

    def refuse(self) -> None:
        """Mark this text as refused until it is changed, and focus it."""
        self._refused = True
        self.update_count()
        self.focus()

    def mark_unread(self, is_unread: bool) -> None:
        """Say in the title that a model's text is in it which nobody has read, or no longer."""
        if is_unread != self._is_unread:
            self._is_unread = is_unread
            self.update_count()

    def on_text_area_changed(self) -> None:
        """Count again: at once, or after a pause where the text is so long that counting would be felt."""
        self._refused = False
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        if self.document.end[0] * 80 + self.document.end[1] < LONG and len(self.text) < LONG:
            self.update_count()
        else:
            self._pause = self.set_timer(PAUSE, self.update_count)

    def update_count(self) -> None:
        count = self._count(self.text)
        surplus = count - self._limit
        of_limit = f"{count:,}/{self._limit:,}"
        self.border_subtitle = f"{surplus:,} too many · {of_limit}" if surplus > 0 else of_limit
        note = self._fold_note() or (f" · {one_line(self.subject)}" if self.subject else "")
        if self._is_unread:
            note = " · suggested, not read yet"
        self.border_title = Content(f"{self._title}{note}")
        self.set_class(self._is_unread, "-unread")
        self.set_class(surplus > 0 or self._refused, "-wrong")

    def _fold_note(self) -> str:
        """Say where the network folds the text, by the last words that readers see."""
        if self._fold is None or len(self.text) <= self._fold:
            return ""
        whole = grapheme_around(self.text, self._fold)[0]
        seen = " ".join(self.text[:whole].split()[-2:])
        return f" · …more after “{one_line(seen[-24:])}”"

    def update_suggestion(self) -> None:
        """Update the suggestions; Textual calls this after each change, before the next key."""
        self.autocomplete.suggest()

    def on_text_area_selection_changed(self) -> None:
        """Close the suggestions when the cursor has left the word."""
        self.autocomplete.suggest()

    def on_resize(self) -> None:
        """Move the suggestions with the word, and keep the cursor in view: text is wrapped elsewhere now.

        Textual has painted the lines at the new size before it wraps them, and paints them again only if there are
        more or fewer.
        """
        self.refresh()
        self.autocomplete.suggest()
        self.call_after_refresh(self.scroll_cursor_visible)

    def on_blur(self) -> None:
        self.autocomplete.close()

    def on_key(self, event: events.Key) -> None:
        """Act on the keys of autocomplete at once, so that no key typed after them overtakes them."""
        if not self.autocomplete.is_open:
            return
        active = self.screen.active_bindings.get(event.key)
        if (
            active is None
            or active.node is not self
            or not (active.binding.id or "").startswith("autocomplete.")
        ):
            return
        if event.key == "enter" and self.autocomplete.is_written_out:
            self.autocomplete.close()  # and the line ends
            return
        event.stop()
        event.prevent_default()
        getattr(self, f"action_{active.binding.action}")()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys of autocomplete to the text and the screen while nothing is suggested."""
        if action in _AUTOCOMPLETE_ACTIONS:
            return self.autocomplete.is_open
        return super().check_action(action, parameters)

    def action_accept(self) -> None:
        self.autocomplete.accept()

    def action_next(self) -> None:
        self.autocomplete.step(+1)

    def action_previous(self) -> None:
        self.autocomplete.step(-1)

    def action_end_suggestions(self) -> None:
        self.autocomplete.dismiss()
