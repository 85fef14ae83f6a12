"""Suggests the rest of a word, of a keyword or of a saved filter's name while a filter is typed; → accepts it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.suggester import Suggester

from fluffy_tui.tui.keywords import Complete, completed
from fluffy_tui.tui.text.filter_words import COMPLETED

_LAST = re.compile(r'(?:^|\s)([#＃@])(?:"([^"]+)|([^\s"]+))$')
_SAVED = re.compile(r'(?:^|\s)@([^"@]+)$')
"""The name of a saved filter may have blanks."""
_WORD = re.compile(r"(?:^|\s)([a-z]{2,})$")
"""Two letters at least: most words are names of files."""


class FilterSuggester(Suggester):
    """Completes what follows `#` or `@` at the end of a filter, and words that mean something there.

    Both return the names that begin like a text: of keywords, and of saved filters.
    """

    def __init__(self, keywords: Complete, filters: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._keywords, self._filters = keywords, filters

    async def get_suggestion(self, value: str) -> str | None:
        """Return the filter with its last word completed; a keyword of several words needs its quote before it."""
        saved = _SAVED.search(value)
        if saved is not None and (done := await completed(self._filters, value, saved[1])):
            return done
        if (word := _WORD.search(value)) is not None:
            rest = (one.removeprefix(word[1]) for one in COMPLETED if one.startswith(word[1]))
            return next((f"{value}{end}" for end in rest if end), None)
        found = _LAST.search(value)
        if found is None:
            return None
        complete = self._filters if found[1] == "@" else self._keywords
        is_quoted = found[2] is not None

        async def fitting(beginning: str) -> Sequence[str]:
            words = await complete(beginning)
            return [f'{word}"' if is_quoted else word for word in words if is_quoted or " " not in word]

        return await completed(fitting, value, found[2] or found[3])
