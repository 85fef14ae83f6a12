"""Words for clocks that differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fluffy_tui.core.clocks import months_later, skew_words


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
def test_a_skew_is_given_in_minutes_and_hours(seconds: int, words: str) -> None:
    assert skew_words(timedelta(seconds=seconds), "Buffer's") == words


def test_months_are_counted_by_the_calendar() -> None:
    assert months_later(datetime(2026, 11, 30, tzinfo=UTC), 3) == datetime(2027, 2, 28, tzinfo=UTC)
    assert months_later(datetime(2026, 1, 31, tzinfo=UTC), 0) == datetime(2026, 1, 31, tzinfo=UTC)
    assert months_later(datetime(2026, 12, 1, tzinfo=UTC), 12) == datetime(2027, 12, 1, tzinfo=UTC)
    assert months_later(date(2026, 3, 31), -1) == date(2026, 2, 28)
