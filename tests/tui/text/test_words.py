"""Foreign text, counts, shapes and sizes as people read them."""

from __future__ import annotations

import pytest

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.tui.text.words import (
    bytes_words,
    error_words,
    excerpt,
    one_line,
    ordinal,
    plural,
    quoted,
    shape_words,
    shortened,
)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((3024, 4032), "3:4"),
        ((1080, 1350), "4:5"),
        ((4032, 3024), "4:3"),
        ((1920, 1080), "16:9"),
        ((1000, 1000), "1:1"),
        ((1450, 1000), "1.45:1"),
        ((20000, 1000), "20:1"),
        ((1.91, 1), "1.91:1"),
    ],
)
def test_shapes(size: tuple[float, float], words: str) -> None:
    assert shape_words(*size) == words


def test_sizes() -> None:
    assert [bytes_words(size) for size in (12, 412_400, 2_100_000)] == ["12 B", "412 kB", "2.1 MB"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("[/b][red", "[/b][red"),
        ("two\nlines\tand", "two lines and"),
        ("bell\x07esc\x1b[31m", "bell�esc�[31m"),
        ("half \udcff of a pair", "half � of a pair"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("👩‍👩‍👧‍👦 שלום", "👩‍👩‍👧‍👦 שלום"),
    ],
)
def test_untrusted_text_cannot_harm_a_terminal(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_long_texts_are_cut_at_the_end() -> None:
    assert shortened("fog on the pier", 15) == "fog on the pier"
    assert shortened("fog on the pier", 8) == "fog on…"
    assert quoted(" two\nlines ", 20) == "“two lines”"


def test_ordinals() -> None:
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)
    assert [ordinal(number) for number in numbers] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
        "101st",
        "111th",
    ]


def test_nouns_go_with_their_numbers() -> None:
    assert [plural(number, "draft") for number in (0, 1, 2)] == ["drafts", "draft", "drafts"]


def test_only_expected_errors_are_shown_in_full() -> None:
    assert (
        error_words(FluffyError("The disk is full.", "Free some space."))
        == "The disk is full. Free some space."
    )
    assert "hunter2" not in error_words(ValueError("hunter2"))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((), "The airline leaves a lin…"),
        (("nothing",), "The airline leaves a lin…"),
        (("line",), "…a line of text and foam…"),
        (("VÍK",), "…foam behind it, at Vík."),
        (("The",), "The airline leaves a lin…"),
        (("hind",), "…foam behind it, at Vík."),
        (("(",), "The airline leaves a lin…"),
    ],
)
def test_an_excerpt_is_around_the_first_word_that_begins_like_this(
    words: tuple[str, ...], shown: str
) -> None:
    text = "The airline leaves a line of text and foam behind it, at Vík."
    assert excerpt(text, words, 25) == shown
    assert len(shown) <= 25
