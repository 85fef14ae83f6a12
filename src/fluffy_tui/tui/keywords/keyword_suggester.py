"""Suggests the rest of a keyword while it is typed; → accepts it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.suggester import Suggester

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.keywords.keyword_list import SEPARATOR

Complete = Callable[[str], Awaitable[Sequence[str]]]


class KeywordSuggester(Suggester):
    """Completes the last keyword of a line to one of those that begin like it."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        return await completed(self._complete, value, value.rpartition(SEPARATOR)[2].lstrip())


async def completed(complete: Complete, value: str, typed: str) -> str | None:
    """Return a line whose end is completed by the first word that begins like it; None if there is none."""
    if not typed:
        return None
    try:
        words = await complete(typed)
    except DatabaseUnavailable:  # the banner reports that already
        return None
    word = next((word for word in words if len(word) > len(typed)), None)
    return None if word is None else value + word[len(typed) :]
