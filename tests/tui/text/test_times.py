"""Dates, times and durations as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fluffy_tui.tui.text.times import (
    both_zones,
    day_words,
    days_ago,
    duration_left,
    moment_words,
    relative_time,
)
from tui.fakes import NOW

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "09:30"),
        (NOW + timedelta(days=1), "Wed 09:30"),
        (NOW + timedelta(days=7), "19 Jan 09:30"),
        (NOW - timedelta(days=1), "11 Jan 09:30"),
        (NOW + timedelta(days=365), "12 Jan 2028 09:30"),
    ],
)
def test_times_are_as_short_as_possible(moment: datetime, words: str) -> None:
    assert moment_words(moment, NOW, NEW_YORK) == words


def test_both_zones_are_shown_only_where_the_clocks_differ() -> None:
    assert both_zones(NOW, NOW, NEW_YORK, BERLIN) == "Tue 12 Jan 09:30 New York (your 15:30)"
    assert both_zones(NOW, NOW, BERLIN, ZoneInfo("Europe/Paris")) == "Tue 12 Jan 15:30 Berlin"
    assert both_zones(NOW, NOW, UTC, UTC) == "Tue 12 Jan 14:30 UTC"


def test_a_date_in_another_year_is_shown_with_its_year() -> None:
    last_year = NOW.replace(year=2026)
    assert both_zones(last_year, NOW, NEW_YORK, BERLIN) == "Mon 12 Jan 2026 09:30 New York (your 15:30)"


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=14), "in 14 s"),
        (-timedelta(minutes=3), "3 min ago"),
        (timedelta(seconds=59.8), "in 60 s"),
        (-timedelta(seconds=89.5), "2 min ago"),
        (timedelta(minutes=89, seconds=20), "in 89 min"),
        (timedelta(minutes=89, seconds=40), "in 2 h"),
        (timedelta(hours=1, minutes=31), "in 2 h"),
        (timedelta(hours=23, minutes=59), "in 24 h"),
        (timedelta(days=1, hours=23), "in 47 h"),
        (timedelta(days=1, hours=23, minutes=45), "in 2 d"),
        (timedelta(days=2, hours=13), "in 3 d"),
        (-timedelta(days=12), "12 d ago"),
    ],
)
def test_relative_times(distance: timedelta, words: str) -> None:
    assert relative_time(NOW + distance, NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (45, "45 s"), (150, "2 min"), (3600, "1 h 0 min"), (4230, "1 h 10 min")],
)
def test_estimates_are_no_more_precise_than_they_can_be(seconds: float, words: str) -> None:
    assert duration_left(seconds) == words


def test_days_are_named_as_headings() -> None:
    today = date(2026, 11, 30)
    named = {
        date(2026, 11, 29): "Yesterday",
        date(2026, 11, 30): "Today",
        date(2026, 12, 1): "Tomorrow",
        date(2026, 12, 2): "Wed 2 Dec",
        date(2027, 1, 4): "Mon 4 Jan 2027",
    }
    assert {day: day_words(day, today) for day in named} == named


def test_days_ago_are_counted_in_midnights() -> None:
    assert days_ago(NOW, NOW, NEW_YORK) == "today"
    assert days_ago(NOW - timedelta(days=1), NOW, NEW_YORK) == "yesterday"
    assert days_ago(NOW - timedelta(hours=10), NOW, NEW_YORK) == "yesterday"
    assert days_ago(NOW - timedelta(days=12), NOW, NEW_YORK) == "12 days ago"
