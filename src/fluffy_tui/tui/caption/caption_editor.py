"""Where a caption or an alt text is written, with a count as its network counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text
from textual.content import Content
from textual.message import Message

from fluffy_tui.networks import clean_caption
from fluffy_tui.tui.caption.completing_area import CompletingArea
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer
    from textual.widgets.text_area import Edit, EditResult
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters other than line end and tab, and halves of surrogate pairs: no network stores them."""

WHAT_GOES_OUT = "What goes out with the picture; # offers hashtags, ; offers snippets"
"""Stands where a caption is to be written."""
WHAT_IT_SHOWS = "What the picture shows, in a sentence"
"""Stands where an alt text is to be written."""
LONG = 5_000
"""Characters above which counting waits for a pause in typing."""
PAUSE = 0.15
"""Seconds without a key that make a pause."""


class CaptionEditor(CompletingArea):
    """A text with a limit. The count stands in the border and turns into words when there is too much.

    Args:
        title: what is written here.
        count: returns the length as the network counts it.
        limit: the longest that is allowed.
        fold: characters that are seen before the network folds the rest away; None where it does not.
    """

    DEFAULT_CSS = """
    CaptionEditor {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        background: transparent;
        padding: 0 1;
        &:focus { border: round $border; border-title-color: $text; background: transparent; }
        & .text-area--cursor-line { background: transparent; }
        &.-wrong { border: round $error; border-subtitle-color: $text-error; border-title-color: $text-error; }
    }
    """

    @dataclass
    class Cleaned(Message):
        """Characters that are no text were left out of what was pasted."""

        editor: CaptionEditor
        left_out: int

    def __init__(
        self,
        title: str,
        count: Callable[[str], int],
        limit: int,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        placeholder: str = "",
        fold: int | None = None,
    ) -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=placeholder,
        )
        self._count = count
        self._limit = limit
        self._title, self._fold = title, fold
        self.subject = ""
        """What the text is about, such as a file's name; shown in the title while there is room."""
        self._refused = False
        self._counting: Timer | None = None
        self.border_title = title
        self.count_now()

    def get_line(self, line_index: int) -> Text:
        """Draw what is folded away fainter; the title says from where on."""
        line = super().get_line(line_index)
        if self._fold is not None:
            before = 0
            for index in range(min(line_index, self._fold + 1)):  # each line is a character at least
                before += len(self.document.get_line(index)) + 1
            if before + len(line.plain) > self._fold:
                line.stylize("dim", max(0, self._fold - before))
        return line

    def load_clean(self, text: str) -> None:
        """Show another text; undo starts anew, and nothing is offered for its last word."""
        self.load_text(_NO_TEXT.sub("", clean_caption(text)))
        self.move_cursor(self.document.end)
        self.action_dismiss()

    def edit(self, edit: Edit) -> EditResult:
        """Make a change, leaving out what is no text."""
        cleaned = _NO_TEXT.sub("", clean_caption(edit.text))
        if cleaned != edit.text:
            left_out = len(_NO_TEXT.findall(edit.text))
            if left_out:
                self.post_message(self.Cleaned(self, left_out))
            edit = replace(edit, text=cleaned)
        return super().edit(edit)

    def complain(self) -> None:
        """Mark this text as refused, until it is changed, and give it the keyboard."""
        self._refused = True
        self.count_now()
        self.focus()

    def on_text_area_changed(self) -> None:
        """Count anew: at once, or after a pause where the text is so long that counting would be felt."""
        self._refused = False
        if self._counting is not None:
            self._counting.stop()
            self._counting = None
        if self.document.end[0] * 80 + self.document.end[1] < LONG and len(self.text) < LONG:
            self.count_now()
        else:
            self._counting = self.set_timer(PAUSE, self.count_now)

    def count_now(self) -> None:
        """Show how long the text is."""
        count = self._count(self.text)
        too_many = count - self._limit
        words = (
            f"{too_many:,} too many · {count:,}/{self._limit:,}"
            if too_many > 0
            else f"{count:,}/{self._limit:,}"
        )
        self.border_subtitle = words
        about = self._fold_words() or (f" · {one_line(self.subject)}" if self.subject else "")
        self.border_title = Content(f"{self._title}{about}")
        self.set_class(too_many > 0 or self._refused, "-wrong")

    def _fold_words(self) -> str:
        """Say where the network folds the text away, by the last words that are seen."""
        if self._fold is None or len(self.text) <= self._fold:
            return ""
        seen = " ".join(self.text[: self._fold].split()[-2:])
        return f" · …more after “{one_line(seen[-24:])}”"
