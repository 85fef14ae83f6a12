"""Suggests the rest of a keyword while it is typed; → accepts it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.suggester import Suggester

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.keywords.keyword_list import SEPARATOR

Complete = Callable[[str], Awaitable[Sequence[str]]]


class KeywordSuggester(Suggester):
    """Completes a keyword, or the last one of a line of several, to one of those that begin like it."""

    def __init__(self, complete: Complete, *, several: bool) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete, self._several = complete, several

    async def get_suggestion(self, value: str) -> str | None:
        typed = value.rpartition(SEPARATOR)[2].lstrip() if self._several else value
        return await completed(self._complete, value, typed)


async def completed(complete: Complete, value: str, typed: str) -> str | None:
    """Return a line whose end is completed by the first word that begins like it; None if there is none."""
    if not typed:
        return None
    try:
        words = await complete(typed)
    except FluffyError:  # what is typed stays; storing it reports why that fails
        return None
    word = next((word for word in words if len(word) > len(typed)), None)
    return None if word is None else value + word[len(typed) :]
