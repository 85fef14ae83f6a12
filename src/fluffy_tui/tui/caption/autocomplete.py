"""Autocomplete for captions: hashtags of the persona after `#`, its snippets after `;`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList, TextArea

from fluffy_tui.name_key import name_key
from fluffy_tui.networks import hashtags
from fluffy_tui.personas import Snippet, SnippetKind
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Location = tuple[int, int]

MOST = 8
"""Suggestions at a time."""
SNIPPET_SIGN = ";"
SCANNED = 5_000
"""Characters up to which the whole text is scanned for hashtags that it already has."""
_WORD = re.compile(r"(?<![^\s(])[#＃;][^\s#＃;]*$")
_NOTE = 40
"""Characters of a snippet that are shown beside its name."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One suggestion."""

    word: str
    """The whole word, such as `#sunset` or `;sig`."""
    text: str
    """What replaces the word."""
    note: str
    """Where it comes from, or what it inserts."""


def word_before(text: str) -> str:
    """Return the word at the end of a text that can be completed, with its `#` or `;`; empty when there is none."""
    found = _WORD.search(text)
    return found[0] if found else ""


class Vocabulary:
    """The hashtags and snippets of one persona.

    Args:
        captions: Its recent captions, newest first.
        keywords: Hashtags made from the photo's keywords, which are suggested first.
    """

    def __init__(
        self,
        snippets: Sequence[Snippet] = (),
        captions: Iterable[str] = (),
        keywords: Sequence[str] = (),
    ) -> None:
        self._snippets = sorted(snippets, key=lambda snippet: snippet.kind is SnippetKind.HASHTAGS)
        recent = [found for caption in captions for found in hashtags(caption)]
        ours = {_folded(keyword): (keyword, "keyword") for keyword in keywords}
        others = {key: found for key, found in self._rank(recent).items() if key not in ours}
        self._hashtags = ours | others

    def completions(self, word: str, used: Iterable[str] = ()) -> tuple[Completion, ...]:
        """Return what can complete a word from `word_before`; nothing if it is complete and has no alternative.

        Hashtags that the rest of the caption uses are not suggested again.
        """
        sign, rest = word[:1], name_key(word[1:])
        if sign == SNIPPET_SIGN:
            return tuple(self._snippets_named(rest))[:MOST]
        if not sign:
            return ()
        taken = {_folded(hashtag) for hashtag in used}
        found = [
            Completion(spelling, spelling, note)
            for folded, (spelling, note) in self._hashtags.items()
            if folded.startswith(rest) and folded not in taken
        ]
        return () if [name_key(one.text) for one in found] == [f"#{rest}"] else tuple(found[:MOST])

    def _snippets_named(self, prefix: str) -> Iterator[Completion]:
        for snippet in self._snippets:
            if name_key(snippet.name).startswith(prefix):
                yield Completion(f";{snippet.name}", snippet.text, one_line(snippet.text)[:_NOTE])

    def _rank(self, recent: list[str]) -> dict[str, tuple[str, str]]:
        """Return each hashtag in lower case with its spelling and a note, the most used first."""
        uses = Counter(map(_folded, recent))
        spellings = {_folded(found): f"#{found[1:]}" for found in reversed(recent)}
        sets: dict[str, str] = {}
        for snippet in self._snippets:
            if snippet.kind is SnippetKind.HASHTAGS:
                for found in snippet.text.split():
                    spellings[_folded(found)] = found
                    sets.setdefault(_folded(found), one_line(snippet.name))
        ranked = {}
        for folded in sorted(spellings, key=lambda folded: (-uses[folded], folded)):
            recently = f"{uses[folded]}× recently" if uses[folded] else ""
            ranked[folded] = spellings[folded], " · ".join(filter(None, (sets.get(folded), recently)))
        return ranked


def _folded(hashtag: str) -> str:
    return name_key(hashtag[1:])


class Autocomplete(OptionList, can_focus=False):
    """The suggestions below the cursor of a text area, which keeps the focus.

    Nothing is suggested until `vocabulary` is set.

    Args:
        insert: Replaces what is between two locations of its text.
    """

    DEFAULT_CSS = """
    Autocomplete {
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
        &.-open { display: block; }
        & > .option-list--option-highlighted {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """

    def __init__(self, editor: TextArea, insert: Callable[[str, Location, Location], None]) -> None:
        super().__init__(markup=False)
        self._editor, self._insert = editor, insert
        self.vocabulary: Vocabulary | None = None
        self.completions: tuple[Completion, ...] = ()
        """What is suggested now; empty while the list is closed."""
        self._dismissed: tuple[Location, str] | None = None
        """Where the word starts for which the user closed the list, and how much of it was written."""

    @property
    def is_open(self) -> bool:
        return bool(self.completions)

    @property
    def selected(self) -> Completion:
        """The suggestion under the cursor."""
        return self.completions[self.highlighted or 0]

    @property
    def is_written_out(self) -> bool:
        """Whether the word at the cursor is the selected suggestion already."""
        return name_key(self.selected.text) == name_key(self._word()[1])

    def suggest(self) -> None:
        """Suggest what completes the word at the cursor."""
        if self.vocabulary is None or not self.is_mounted:
            return
        editor, (start, word) = self._editor, self._word()
        if not editor.selection.is_empty:
            word = ""
        if self._dismissed and not (start == self._dismissed[0] and word.startswith(self._dismissed[1])):
            self._dismissed = None
        if not word or self._dismissed:
            self.close()
            return
        below = editor.cursor_screen_offset + Offset(-len(word) - 2, 1)
        self._show(self.vocabulary.completions(word, self._used_hashtags(start)), below)

    def accept(self, completion: Completion | None = None) -> None:
        self._insert((completion or self.selected).text, self._word()[0], self._editor.cursor_location)

    def step(self, by: int) -> None:
        """Select another suggestion, around the ends."""
        self.highlighted = ((self.highlighted or 0) + by) % len(self.completions)

    def dismiss(self) -> None:
        """Suggest nothing more for this word."""
        start, word = self._word()
        self._dismissed = (start, word) if word else None
        self.close()

    def close(self) -> None:
        if self.completions:
            self._set(())

    def _show(self, completions: tuple[Completion, ...], below: Offset) -> None:
        self.absolute_offset = below
        if completions != self.completions:
            self._set(completions)
        self.refresh(layout=True)

    def _set(self, completions: tuple[Completion, ...]) -> None:
        if bool(completions) != self.is_open:
            self.screen.refresh_bindings()  # an open list has keys of its own
        self.completions = completions
        self.set_options([_label(completion) for completion in completions])
        self.highlighted = 0
        self.set_class(self.is_open, "-open")

    def _word(self) -> tuple[Location, str]:
        """Return where the word at the cursor starts, and the word."""
        row, column = self._editor.cursor_location
        word = word_before(self._editor.document.get_line(row)[:column])
        return (row, column - len(word)), word

    def _used_hashtags(self, start: Location) -> Sequence[str]:
        """Return the hashtags outside of the word that starts there; of a very long text, of the line only."""
        row, column = self._editor.cursor_location
        line = self._editor.document.get_line(row)
        parts = [line[: start[1]], line[column:]]
        if len(self._editor.text) < SCANNED:
            lines = self._editor.document.lines
            parts += [*lines[:row], *lines[row + 1 :]]
        return hashtags("\n".join(parts))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.accept(self.completions[event.option_index])


def _label(completion: Completion) -> Content:
    note = Content.styled(f"  {one_line(completion.note)}", "dim") if completion.note else Content("")
    return Content.assemble(one_line(completion.word), note)
