"""Search for texts by a few letters."""

from __future__ import annotations

import pytest

from fluffy_tui.tui.snippets.fuzzy_search import best_matches
from tui.fakes import MARKUP


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2]),
        ("  ", [0, 1, 2]),
        ("SEA", [0, 1]),
        ("sf", [0]),
        ("dunes", [1]),
        ("beech", [0]),
        ("mountains", []),
        (MARKUP, [2]),
    ],
)
def test_texts_are_found_by_a_few_letters(query: str, found: list[int]) -> None:
    texts = [("sea and fog", "#sea #fog #beach"), ("walks", "#dunes by the sea"), (MARKUP, "x")]
    assert best_matches(query, texts) == found
