"""Graphemes in a line of text."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.tui.text.graphemes import grapheme_around, graphemes, index_at_cell

FAMILY = "👩‍👩‍👧‍👦"
TEXTS = st.text(
    st.sampled_from(
        ["a", " ", "é", "e", "\u0301", "👩", "\u200d", "👦", "🇩", "🇪", "👍", "🏽", "❤", "\ufe0f", "日", "\t"]
    )
)


@given(TEXTS, st.integers(0, 40))
def test_an_index_is_in_one_grapheme_or_between_two(text: str, index: int) -> None:
    index = min(index, len(text))
    start, end = grapheme_around(text, index)
    borders = [at for at, _ in graphemes(text)] + [len(text)]
    assert start in borders
    assert end in borders
    assert start == index == end or start < index < end
    assert (start == index) == (index in borders)


@pytest.mark.parametrize(
    ("cell", "index"),
    [
        (0, 0),
        (1, 1),
        (2, 1),
        (3, 1 + len(FAMILY)),
        (4, 2 + len(FAMILY)),
        (7, 2 + len(FAMILY)),
        (8, 3 + len(FAMILY)),
        (99, 4 + len(FAMILY)),
    ],
)
def test_a_column_is_that_of_the_grapheme_over_it(cell: int, index: int) -> None:
    assert index_at_cell(f"a{FAMILY}b\tc", cell, 4) == index
