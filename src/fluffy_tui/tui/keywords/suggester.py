"""Suggests the rest of a keyword while it is typed; → accepts it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.suggester import Suggester

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.keywords.keyword_list import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Complete = Callable[[str], Awaitable[Sequence[str]]]

_LAST_IN_FILTER = re.compile(r'(?:^|\s)[#＃](?:"([^"]+)|([^\s"]+))$')


class KeywordSuggester(Suggester):
    """Completes the last keyword of a line.

    Args:
        complete: Returns the keywords that begin like a text.
    """

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """Return the line with its last keyword completed."""
        return await _completed(self._complete, value, value.rpartition(SEPARATOR)[2].lstrip())


class FilterSuggester(Suggester):
    """Completes a keyword at the end of a filter, behind its `#`.

    Args:
        complete: Returns the keywords that begin like a text.
    """

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """Return the filter with its last keyword completed; one of several words needs its quote before it."""
        found = _LAST_IN_FILTER.search(value)
        if found is None:
            return None
        is_quoted = found[1] is not None

        async def fitting(beginning: str) -> Sequence[str]:
            words = await self._complete(beginning)
            return [f'{word}"' if is_quoted else word for word in words if is_quoted or " " not in word]

        return await _completed(fitting, value, found[1] or found[2])


async def _completed(complete: Complete, value: str, typed: str) -> str | None:
    if not typed:
        return None
    try:
        words = await complete(typed)
    except DatabaseUnavailable:  # the banner reports that already
        return None
    word = next((word for word in words if len(word) > len(typed)), None)
    return None if word is None else value + word[len(typed) :]
