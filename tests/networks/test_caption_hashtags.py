"""Hashtags are found, split off and cut as networks see them."""

from __future__ import annotations

import pytest

from fluffy_tui.networks import cut_hashtags, hashtag_count, split_hashtags, without_first_comment


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("#one #two3, (#three) #日本 #Köln #with_underscore", 6),
        ("＃fullwidth", 1),
        ("#1 #42 # #_ C# a#b &#x27; ##x", 0),
        ("#1st", 1),
        ("#\ufe0f\u20e3 keycap", 0),
    ],
)
def test_hashtags_are_counted(text: str, count: int) -> None:
    """A hashtag is a word with a letter in it, at the start of a word."""
    assert hashtag_count(text) == count


@pytest.mark.parametrize(
    ("caption", "split"),
    [
        ("", ("", "")),
        ("fog", ("fog", "")),
        ("fog #sea #pier", ("fog", "#sea #pier")),
        ("fog\n\n#sea\n#pier \n", ("fog", "#sea\n#pier")),
        ("#sea", ("", "#sea")),
        ("#sea at dusk #pier", ("#sea at dusk", "#pier")),
        ("fog #sea, #pier", ("fog #sea,", "#pier")),
        ("we are #1", ("we are #1", "")),
        ("https://a.example/#sea", ("https://a.example/#sea", "")),
        ("שלום #שבת", ("שלום", "#שבת")),
    ],
)
def test_the_hashtags_at_the_end_of_a_caption_are_split_off(caption: str, split: tuple[str, str]) -> None:
    assert split_hashtags(caption) == split


@pytest.mark.parametrize(
    ("caption", "limit", "cut"),
    [
        ("fog #a #b #c", 2, ("fog #a #b", 1)),
        ("fog #a #b", 2, ("fog #a #b", 0)),
        ("#a at #b dusk #c\n\n#d", 1, ("#a at dusk", 3)),
        ("fog #a #b", 0, ("fog", 2)),
    ],
)
def test_hashtags_over_a_limit_are_cut(caption: str, limit: int, cut: tuple[str, int]) -> None:
    assert cut_hashtags(caption, limit) == cut


@pytest.mark.parametrize(
    ("caption", "comment", "kept"),
    [
        ("fog", "", ("fog", "")),
        ("fog ", "#sea #pier", ("fog\n\n#sea #pier", "")),
        ("", "#sea", ("#sea", "")),
        ("fog", "See the link #sea", ("fog\n\n#sea", "See the link")),
        ("fog", "first!", ("fog", "first!")),
        ("#seaside fog ", "#sea", ("#seaside fog\n\n#sea", "")),
        ("#pier fog #sea ", "#sea #pier", ("#pier fog #sea ", "")),
        ("fog at #Sea", "#sea #pier", ("fog at #Sea\n\n#pier", "")),
    ],
)
def test_hashtags_of_a_first_comment_stay_in_the_caption_where_there_is_none(
    caption: str, comment: str, kept: tuple[str, str]
) -> None:
    assert without_first_comment(caption, comment) == kept
