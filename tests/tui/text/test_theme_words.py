"""Themes in words."""

from __future__ import annotations

from datetime import date

import pytest

from fluffy_tui.themes import Candidate, Choice, Shortage, Theme, ThemePlace, ThemeSupply
from fluffy_tui.tui.text.theme_words import (
    choice_words,
    clash_words,
    period_words,
    place_words,
    rest_words,
    supply_words,
)

HARBOUR, FOG = Theme(1, 1, "harbour", 25, 3), Theme(2, 1, "fog\n", 50, 1)
DAY = date(2026, 11, 21)


def test_a_reason_names_each_theme_with_its_posts_its_share_and_its_last_post() -> None:
    harbour = ThemePlace(HARBOUR, 1, 4, last=DAY, clash=None)
    assert place_words([harbour], is_picked=False) == "harbour: 1 of 4, share 25 %, last on 21 Nov"
    both = place_words([harbour, ThemePlace(FOG, 1, 4, last=None, clash=None)], is_picked=True)
    assert both.endswith("21 Nov · fog : 1 of 4, share 50 %, first in 28 days · picked")
    assert place_words([], is_picked=False) == "no theme"
    assert place_words([], is_picked=True) == "picked, no theme"


def test_a_broken_rest_names_the_post_that_is_too_close() -> None:
    kept = ThemePlace(FOG, 1, 4, last=DAY, clash=None)
    assert clash_words([kept]) == ""
    broken = ThemePlace(HARBOUR, 1, 4, last=DAY, clash=DAY)
    assert clash_words([kept, broken]) == "harbour also on 21 Nov (rest 3 days)"


@pytest.mark.parametrize(
    ("number", "out_of", "words"),
    [
        (0, 0, "no posts"),
        (0, 3, "0 of 3 (on share)"),
        (0, 4, "0 of 4 (1 short)"),
        (2, 12, "2 of 12 (1 short)"),
        (3, 12, "3 of 12 (on share)"),
        (8, 12, "8 of 12 (5 over)"),
    ],
)
def test_posts_are_compared_with_the_share(number: int, out_of: int, words: str) -> None:
    assert period_words(HARBOUR, number, out_of) == words


def test_rests_and_supplies() -> None:
    assert [rest_words(days) for days in (0, 1, 3)] == ["no rest", "rest 1 day", "rest 3 days"]
    assert [supply_words(ThemeSupply(FOG, left)) for left in (0, 2, 100)] == [
        "none left",
        "2 left",
        "100+ left",
    ]


def test_how_photos_were_chosen_and_what_was_not_possible() -> None:
    taken = (Candidate(1, frozenset({1})), Candidate(2), Candidate(3))
    assert choice_words(Choice(taken, 3), [FOG, HARBOUR]) == "3 photos: 1 harbour, 2 without a theme"
    short = Choice(taken[:1], 4, (Shortage(FOG, 2, 0),), (HARBOUR,))
    assert choice_words(short, [FOG, HARBOUR]) == (
        "1 photo: 1 harbour; fog  has none of 2 for its share; 3 slots left free: harbour must rest"
    )
    assert choice_words(Choice((), 1), []) == "1 slot left free: no more photos"
