"""The table of what a filter understands is what it understands."""

from __future__ import annotations

from datetime import date

import pytest

from fluffy_tui.photos import Browse, Flaw
from fluffy_tui.tui.text.filter_query import KEYWORDS, parse_filter
from fluffy_tui.tui.text.filter_words import FILTER_WORDS, FilterWord

TODAY = date(2026, 11, 5)
ALIASES = {"undecided", "screenshots", "unscheduled"}
"""Other words for what is listed, or for what the library opens with."""


def test_every_word_is_listed() -> None:
    listed = {word for one in FILTER_WORDS for word in one.written}
    assert {*KEYWORDS, *(flaw.value for flaw in Flaw)} - listed == ALIASES


@pytest.mark.parametrize("word", [word for one in FILTER_WORDS[1:-2] for word in one.written])
def test_what_is_listed_is_understood(word: str) -> None:
    found = parse_filter(word, Browse(), TODAY)
    assert found != Browse(), word
    assert not found.text, "it is no part of a name"


@pytest.mark.parametrize("one", [FILTER_WORDS[0], FILTER_WORDS[-2]])
def test_a_word_without_a_meaning_is_part_of_a_name(one: FilterWord) -> None:
    assert parse_filter(one.written[0], Browse(), TODAY).text == one.written[0].strip('"')
