"""Times as people type them, through gaps and folds of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, strategies as st

from fluffy_tui.tui.text.time_parser import TimeNotUnderstood, read_time, written_time

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
"""10:00 in New York."""
TUESDAY = datetime(2027, 1, 12, 14, 30, tzinfo=UTC)
"""09:30 in New York."""


def read(text: str, now: datetime = SUNDAY, zone: ZoneInfo = NEW_YORK) -> str:
    """Return the parsed time, as the clock shows it."""
    return f"{read_time(text, now, zone):%a %Y-%m-%d %H:%M %z}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tomorrow 9", "Mon 2026-11-23 09:00 -0500"),
        ("tomorrow 9am", "Mon 2026-11-23 09:00 -0500"),
        ("Tomorrow at 9:05", "Mon 2026-11-23 09:05 -0500"),
        ("tomorrow noon", "Mon 2026-11-23 12:00 -0500"),
        ("fri 18:30", "Fri 2026-11-27 18:30 -0500"),
        ("friday 6pm", "Fri 2026-11-27 18:00 -0500"),
        ("sun 9:00", "Sun 2026-11-29 09:00 -0500"),
        ("sat 18:30", "Sat 2026-11-28 18:30 -0500"),
        ("sat noon", "Sat 2026-11-28 12:00 -0500"),
        ("sat at 9", "Sat 2026-11-28 09:00 -0500"),
        ("today 20:15", "Sun 2026-11-22 20:15 -0500"),
        ("+2h", "Sun 2026-11-22 12:00 -0500"),
        ("+90m", "Sun 2026-11-22 11:30 -0500"),
        ("in 2 hours", "Sun 2026-11-22 12:00 -0500"),
        ("+3d", "Wed 2026-11-25 10:00 -0500"),
        ("in 1 week", "Sun 2026-11-29 10:00 -0500"),
        ("24 nov 9:00", "Tue 2026-11-24 09:00 -0500"),
        ("nov 24 9:00", "Tue 2026-11-24 09:00 -0500"),
        ("24.11. 9:00", "Tue 2026-11-24 09:00 -0500"),
        ("24.11.2026 9:00", "Tue 2026-11-24 09:00 -0500"),
        ("3.1. 9:00", "Sun 2027-01-03 09:00 -0500"),
        ("2026-11-24 18:30", "Tue 2026-11-24 18:30 -0500"),
        ("18:30", "Sun 2026-11-22 18:30 -0500"),
        ("18.30", "Sun 2026-11-22 18:30 -0500"),
        ("9:59", "Mon 2026-11-23 09:59 -0500"),
        ("9pm", "Sun 2026-11-22 21:00 -0500"),
        ("12am", "Mon 2026-11-23 00:00 -0500"),
        ("24. dec 9:00", "Thu 2026-12-24 09:00 -0500"),
        ("24th of december 2026, 9:00", "Thu 2026-12-24 09:00 -0500"),
        ("9:00 24 dec", "Thu 2026-12-24 09:00 -0500"),
        ("noon tomorrow", "Mon 2026-11-23 12:00 -0500"),
        ("tonight 9pm", "Sun 2026-11-22 21:00 -0500"),
        ("next fri 9", "Fri 2026-11-27 09:00 -0500"),
        ("in 3 days 9:00", "Wed 2026-11-25 09:00 -0500"),
        ("12/24 9:00", "Thu 2026-12-24 09:00 -0500"),
        ("24/12 9:00", "Thu 2026-12-24 09:00 -0500"),
        ("20 nov 9:00", "Sat 2027-11-20 09:00 -0500"),
        ("29 feb 9:00", "Tue 2028-02-29 09:00 -0500"),
    ],
)
def test_times_are_parsed_as_people_type_them(text: str, meant: str) -> None:
    assert read(text) == meant


def test_a_time_without_a_date_is_on_the_day_that_is_given() -> None:
    day = date(2026, 11, 26)
    assert f"{read_time('9', SUNDAY, NEW_YORK, day):%a %Y-%m-%d %H:%M}" == "Thu 2026-11-26 09:00"
    assert f"{read_time('fri 9', SUNDAY, NEW_YORK, day):%a %Y-%m-%d %H:%M}" == "Fri 2026-11-27 09:00"
    with pytest.raises(TimeNotUnderstood, match="has passed"):
        read_time("9:59", SUNDAY, NEW_YORK, date(2026, 11, 22))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write the time like"),
        ("hello", "Time not understood"),
        ("tomorrow banana 9", "Time not understood"),
        ("morgen 9", "Time not understood"),
        ("[/b][red", "Time not understood"),
        ("x" * 200, "Write the time like"),
        ("monday", "At what time?"),
        ("nov 24", "At what time?"),
        ("dec 9:00", "On which day?"),
        ("next week 9:00", "On which day?"),
        ("25:00", "No such day or time"),
        ("tomorrow 9:75", "No such day or time"),
        ("2026-02-30 9:00", "There is no such date as “2026-02-30”"),
        ("30.2. 9:00", "There is no such date as “30.2.”"),
        ("13pm", "No such day or time"),
        ("today 9:00", "has passed"),
        ("2026-11-22 9:00", "has passed"),
        ("+0h", "has passed"),
    ],
)
def test_text_that_is_not_a_time_is_refused(text: str, words: str) -> None:
    with pytest.raises(TimeNotUnderstood, match=words):
        read(text)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    before = datetime(2027, 3, 13, 15, tzinfo=UTC)
    with pytest.raises(TimeNotUnderstood, match="02:30 does not exist on that day in New York"):
        read("tomorrow 2:30", before)
    assert read("tomorrow 3:30", before) == "Sun 2027-03-14 03:30 -0400"


@pytest.mark.parametrize("day", ["", "1 nov ", "sunday ", "2026-11-01 "])
def test_a_time_that_occurs_twice_is_asked_about(day: str) -> None:
    before = datetime(2026, 11, 1, 4, tzinfo=UTC) if not day else datetime(2026, 10, 30, 12, tzinfo=UTC)
    with pytest.raises(TimeNotUnderstood, match="01:30 occurs twice"):
        read(f"{day}1:30", before)
    assert read(f"{day}1:30 first", before) == "Sun 2026-11-01 01:30 -0400"
    assert read(f"{day}1:30 second", before) == "Sun 2026-11-01 01:30 -0500"


def test_once_the_first_has_passed_only_the_second_is_meant() -> None:
    between = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)  # 01:45 the first time
    assert read("1:30", between) == "Sun 2026-11-01 01:30 -0500"
    assert read("+1h", between) == "Sun 2026-11-01 01:45 -0500"
    assert read("tomorrow 1:30 second", between) == "Mon 2026-11-02 01:30 -0500"


def test_hours_pass_in_real_time_and_days_on_the_wall_clock() -> None:
    evening = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 00:30 in Berlin, the clocks go back at 3
    assert read("+4h", evening, BERLIN) == "Sun 2026-10-25 03:30 +0100"
    assert read("+1d", evening, BERLIN) == "Mon 2026-10-26 00:30 +0100"


@given(st.text(max_size=70))
@example("1st 31 feb")
@example("¼ past 9")
@example("٣:٣٠")
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        moment = read_time(text, SUNDAY, NEW_YORK)
    except TimeNotUnderstood:
        return
    assert moment > SUNDAY
    assert moment.tzinfo is NEW_YORK


@given(
    st.datetimes(datetime(2026, 12, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_a_written_time_is_parsed_again(moment: datetime, zone: str) -> None:
    there = moment.replace(second=0, microsecond=0).astimezone(ZoneInfo(zone))
    again = read_time(written_time(there, ZoneInfo(zone)), SUNDAY, ZoneInfo(zone))
    assert again == there
    assert again.utcoffset() == there.utcoffset()


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2027-01-19 18:30", "2027-01-19 18:30:00-05:00"),
        (" 18:30 ", "2027-01-12 18:30:00-05:00"),
        ("09:00", "2027-01-13 09:00:00-05:00"),
    ],
)
def test_dates_and_times_in_figures(typed: str, moment: str) -> None:
    found = read_time(typed, TUESDAY, NEW_YORK)
    assert str(found) == moment
    assert read_time(written_time(found, NEW_YORK), TUESDAY, NEW_YORK) == found


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Write the time like"),
        ("tomorrow", "At what time"),
        ("25:00", "No such day or time"),
        ("2027-02-30 10:00", "There is no such date as “2027-02-30”"),
        ("31 feb 9:00", "There is no such date as “31 feb”"),
        ("feb 30th 9:00", "There is no such date as “feb 30th”"),
        ("31 nov 10:00", "There is no such date as “31 nov”"),
        ("10:00 31 nov", "There is no such date as “31 nov”"),
        ("13/45 10:00", "There is no such date as “13/45”"),
        ("32 dec 10:00", "There is no such date as “32 dec”"),
        ("0 dec 10:00", "There is no such date as “0 dec”"),
        ("fri 13 jan 10:00", "13 January 2027 is a Wednesday"),
        ("2027-01-12 09:30", "has passed"),
        ("2026-12-31 10:00", "has passed"),
        ("2027-03-14 02:30", "does not exist on that day in New York"),
    ],
)
def test_impossible_times_are_refused(typed: str, message: str) -> None:
    with pytest.raises(TimeNotUnderstood, match=message):
        read_time(typed, TUESDAY, NEW_YORK)
