"""What a theme has to be, and how long its photos last."""

from __future__ import annotations

import pytest

from fluffy_tui.buffer import Channel, Service, SlotDay
from fluffy_tui.photos import Keyword, KeywordSource
from fluffy_tui.themes import Theme, ThemeRefused, ThemeSupply
from fluffy_tui.themes.model import COUNTED_UP_TO, LONGEST_REST, check_theme, themes_by_photo

HARBOUR = Theme(1, 1, "Harbour", share=60, rest_days=3)
FOG = Theme(2, 1, "fog", share=30, rest_days=0)
CHANNEL = Channel(
    "c1",
    "o1",
    "sarah",
    None,
    Service.INSTAGRAM,
    "s1",
    "Europe/Paris",
    posting_schedule=(
        SlotDay("mon", ("09:00", "18:00")),
        SlotDay("tue", ("09:00", "09:00")),
        SlotDay("wed", ("09:00",), paused=True),
        SlotDay("thu", ("09:00", "12:00")),
    ),
)
"""With five slots a week."""


@pytest.mark.parametrize(
    ("keyword", "share", "rest", "words"),
    [
        ("", 5, 0, "A theme needs a keyword. Enter one that your photos have."),
        ("a" * 5_000, 5, 0, "The keyword has 5,000 characters. Use at most 100."),
        ("HARBOUR", 5, 0, "There is already a theme HARBOUR. Edit that one, or choose another keyword."),
        ("pier", 0, 0, "A share is from 1 to 100 %. Enter how many of 100 posts are to be of the theme."),
        (
            "pier",
            20,
            0,
            "The shares would add up to 110 %. Enter at most 10 %, or lower the share of another theme.",
        ),
        ("pier", 5, -1, "A rest is from 0 to 60 days. Enter 0 for none."),
        ("pier", 5, LONGEST_REST + 1, "A rest is from 0 to 60 days. Enter 0 for none."),
    ],
)
def test_what_is_wrong_with_a_theme_is_said(keyword: str, share: int, rest: int, words: str) -> None:
    with pytest.raises(ThemeRefused) as refused:
        check_theme(keyword, share, rest, [HARBOUR, FOG])
    assert str(refused.value) == words


def test_shares_may_add_up_to_the_whole() -> None:
    check_theme("pier", 10, LONGEST_REST, [HARBOUR, FOG])
    with pytest.raises(ThemeRefused, match=r"Lower the share of another theme first\.$"):
        check_theme("more", 1, 0, [HARBOUR, FOG, Theme(3, 1, "pier", 10, 0)])


def test_photos_last_as_long_as_the_slots_of_their_share() -> None:
    assert CHANNEL.slots_per_week == 5
    assert ThemeSupply(HARBOUR, 6).days_left(CHANNEL) == 14
    assert ThemeSupply(HARBOUR, 0).days_left(CHANNEL) == 0
    assert ThemeSupply(HARBOUR, COUNTED_UP_TO).days_left(CHANNEL) is None
    assert ThemeSupply(HARBOUR, 6).days_left(None) is None


def test_a_rest_allows_so_many_posts_a_week_and_no_more() -> None:
    assert HARBOUR.share_within_rest(CHANNEL) == 46, "7 / 3 of 5 slots"
    assert FOG.share_within_rest(CHANNEL) == 30, "it has no rest"
    assert Theme(3, 1, "pier", 20, 3).share_within_rest(CHANNEL) == 20
    assert HARBOUR.share_within_rest(None) == 60


def test_a_photo_belongs_to_the_themes_of_its_keywords() -> None:
    keywords = {
        1: (Keyword("harbour", (KeywordSource.XMP,)), Keyword("FOG", (KeywordSource.HAND,))),
        2: (Keyword("pier", (KeywordSource.HAND,)),),
    }
    assert themes_by_photo([HARBOUR, FOG], keywords) == {1: {1, 2}}
