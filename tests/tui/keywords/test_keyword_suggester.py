"""Suggestions for the keyword that is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.keywords.keyword_suggester import KeywordSuggester

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = ("Beach", "black sand", "Fog", "foggy")


async def complete(beginning: str) -> Sequence[str]:
    return [word for word in WORDS if word.lower().startswith(beginning.lower())]


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("be", "beach"),
        ("pier, bla", "pier, black sand"),
        ("fo", "fog"),
        ("fog", "foggy"),
        ("pier, ", None),
        ("", None),
        ("x", None),
    ],
)
async def test_the_last_keyword_of_a_line_is_completed(typed: str, suggested: str | None) -> None:
    assert await KeywordSuggester(complete, several=True).get_suggestion(typed) == suggested


async def test_one_keyword_is_completed_with_the_commas_in_it() -> None:
    async def places(beginning: str) -> Sequence[str]:
        return [word for word in ("Paris, France", "France") if word.startswith(beginning)]

    assert await KeywordSuggester(places, several=False).get_suggestion("Paris, F") == "Paris, France"


async def test_nothing_is_suggested_without_a_database() -> None:
    async def fail(beginning: str) -> Sequence[str]:
        raise DatabaseUnavailable("The database does not respond.", "")

    assert await KeywordSuggester(fail, several=True).get_suggestion("be") is None
