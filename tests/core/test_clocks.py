"""Words for clocks that differ."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fluffy_tui.core.clocks import skew_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (61, "1 minute ahead of Buffer's clock"),
        (-61, "1 minute behind Buffer's clock"),
        (-420, "7 minutes behind Buffer's clock"),
        (7199, "2 h 0 min ahead of Buffer's clock"),
        (-90_000, "25 h 0 min behind Buffer's clock"),
    ],
)
def test_a_skew_is_told_in_minutes_and_hours(seconds: int, words: str) -> None:
    assert skew_words(timedelta(seconds=seconds), "Buffer's") == words
