"""Suggestions while a filter is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.filters import FilterSuggester

if TYPE_CHECKING:
    from collections.abc import Sequence


async def keywords(beginning: str) -> Sequence[str]:
    return [word for word in ("Beach", "black sand") if word.lower().startswith(beginning.lower())]


async def filters(beginning: str) -> Sequence[str]:
    return [word for word in ("best", "best of 2024") if word.startswith(beginning)]


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("#be", "#beach"),
        ("picked #be", "picked #beach"),
        ('picked #"bla', 'picked #"black sand"'),
        ("@be", "@best"),
        ('missing @"best o', 'missing @"best of 2024"'),
        ("@best", "@best of 2024"),
        ("picked @best o", "picked @best of 2024"),
        ("@best pic", "@best picked"),
        ("#bla", None),
        ("be", None),
        ("scr", "screenshot"),
        ("picked te", "picked text:"),
        ("all mis", "all missing"),
        ("picked", None),
        ("p", None),
        ("IMG_so", None),
        ('"so', None),
        ("#", None),
        ('#"black sand"', None),
        ("a#be", None),
        ("@x", None),
    ],
)
async def test_the_last_word_is_completed(typed: str, suggested: str | None) -> None:
    assert await FilterSuggester(keywords, filters).get_suggestion(typed) == suggested
