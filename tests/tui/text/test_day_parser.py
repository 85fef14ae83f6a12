"""Days, months and years as people type them; nothing that is no date is ever read as one."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given, strategies as st

from fluffy_tui.tui.text.day_parser import DateNotUnderstood, Days, nearest_days, read_days
from fluffy_tui.tui.text.time_parser import TimeNotUnderstood, read_time

SUNDAY = date(2026, 11, 29)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
FORMS = (
    "{year:04}-{month:02}-{day:02}",
    "{year:04}/{month}/{day}",
    "{day}.{month}.{year:04}",
    "{month}/{day}/{year:04}",
    "{day} {name} {year:04}",
    "{day}. {name} {year:04}",
    "{short} {day}, {year:04}",
    "{year:04} {short} {day}",
    "{day}-{short}-{year:04}",
    "{day}th of {name} {year:04}",
)
"""Of a whole date."""
SHORT_FORMS = ("{day}.{month}.", "{month}/{day}", "{day} {name}", "{short} {day}", "{day}{short}")
"""Of a date without a year."""


def written(form: str, year: int, month: int, day: int) -> str:
    name = MONTHS[month - 1] if 1 <= month <= 12 else "Smarch"
    return form.format(year=year, month=month, day=day, name=name, short=name[:3])


def is_possible(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "ahead", "first", "days"),
    [
        ("today", True, date(2026, 11, 29), 1),
        ("tomorrow", False, date(2026, 11, 30), 1),
        ("yesterday", True, date(2026, 11, 28), 1),
        ("sun", True, date(2026, 12, 6), 1),
        ("Sunday", False, date(2026, 11, 22), 1),
        ("thurs", True, date(2026, 12, 3), 1),
        ("thurs", False, date(2026, 11, 26), 1),
        ("this fri", True, date(2026, 11, 27), 1),
        ("next fri", True, date(2026, 12, 4), 1),
        ("last week", False, date(2026, 11, 16), 7),
        ("this week", False, date(2026, 11, 23), 7),
        ("next month", False, date(2026, 12, 1), 31),
        ("last year", False, date(2025, 1, 1), 365),
        ("in 2 weeks", True, date(2026, 12, 13), 1),
        ("3 days ago", False, date(2026, 11, 26), 1),
        ("a week ago", False, date(2026, 11, 22), 1),
        ("24 nov", True, date(2027, 11, 24), 1),
        ("24 nov", False, date(2026, 11, 24), 1),
        ("29 nov", True, date(2026, 11, 29), 1),
        ("29.11.", False, date(2026, 11, 29), 1),
        ("24.12.", False, date(2025, 12, 24), 1),
        ("29 feb", True, date(2028, 2, 29), 1),
        ("29 feb", False, date(2024, 2, 29), 1),
        ("24.12.27", True, date(2027, 12, 24), 1),
        ("24/12", True, date(2026, 12, 24), 1),
        ("may", True, date(2027, 5, 1), 31),
        ("nov", True, date(2026, 11, 1), 30),
        ("may", False, date(2026, 5, 1), 31),
        ("dec 2023", False, date(2023, 12, 1), 31),
        ("2023-05", False, date(2023, 5, 1), 31),
        ("2024", False, date(2024, 1, 1), 366),
        ("Fri 4 Dec", True, date(2026, 12, 4), 1),
    ],
)
def test_days_are_parsed_as_people_type_them(text: str, ahead: bool, first: date, days: int) -> None:
    assert read_days(text, SUNDAY, ahead=ahead) == Days(first, first + timedelta(days=days))


@pytest.mark.parametrize(
    "text", ["", "soon", "18:30", "9", "18.30", "fri 2023", "24", "may may", "1 2 may", "x 24 may"]
)
def test_what_has_no_form_of_a_date_is_none(text: str) -> None:
    assert read_days(text, SUNDAY, ahead=True) is None


@pytest.mark.parametrize("text", ["31 nov", "feb 30", "13/45", "2026-13", "0000", "9999", "0 dec", "32.1."])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateNotUnderstood, match=f"There is no such date as “{text}”"):
        read_days(text, SUNDAY, ahead=True)


def test_a_weekday_beside_a_date_has_to_be_right() -> None:
    with pytest.raises(DateNotUnderstood, match="5 December 2026 is a Saturday"):
        read_days("fri 5 dec", SUNDAY, ahead=True)


@given(st.dates(date(1000, 1, 1), date(9998, 12, 31)), st.sampled_from(FORMS), st.booleans())
def test_a_date_is_read_as_itself_in_every_form(day: date, form: str, ahead: bool) -> None:
    found = read_days(written(form, day.year, day.month, day.day), SUNDAY, ahead=ahead)
    assert found == Days(day, day + timedelta(days=1))


@given(
    st.integers(0, 9999),
    st.integers(0, 99),
    st.integers(0, 99),
    st.sampled_from(FORMS),
    st.dates(date(2000, 1, 1)),
)
def test_no_impossible_date_is_ever_resolved(year: int, month: int, day: int, form: str, today: date) -> None:
    swapped = "/" in form and not form.startswith("{year") and is_possible(year, day, month)
    assume(not is_possible(year, month, day) and not swapped and today.year < 9990)
    text = written(form, year, month, day)
    with contextlib.suppress(DateNotUnderstood):
        assert read_days(text, today, ahead=True) is None
    with pytest.raises(TimeNotUnderstood):
        read_time(f"{text} 10:00", datetime(2026, 11, 29, 12, tzinfo=UTC), UTC)


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from(SHORT_FORMS), st.booleans())
def test_no_impossible_day_of_a_month_is_ever_resolved(month: int, day: int, form: str, ahead: bool) -> None:
    swapped = "/" in form and is_possible(2024, day, month)
    assume(not is_possible(2024, month, day) and not swapped)
    text = written(form, 0, month, day)
    with contextlib.suppress(DateNotUnderstood):
        assert read_days(text, SUNDAY, ahead=ahead) is None
    with pytest.raises(TimeNotUnderstood):
        read_time(f"{text} 10:00", datetime(2026, 11, 29, 12, tzinfo=UTC), UTC)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.dates(date(2024, 1, 1), date(2024, 12, 31)))
def test_a_day_without_a_year_is_the_nearest_on_its_side(today: date, day: date) -> None:
    text = f"{day.day} {day:%B}"
    later = read_days(text, today, ahead=True)
    earlier = read_days(text, today, ahead=False)
    assert later is not None
    assert earlier is not None
    assert (
        (later.first.day, later.first.month)
        == (earlier.first.day, earlier.first.month)
        == (day.day, day.month)
    )
    assert earlier.first <= today <= later.first
    near = 366 if (day.month, day.day) != (2, 29) else 8 * 366
    assert max(today - earlier.first, later.first - today) <= timedelta(days=near)


@given(st.text(max_size=40), st.booleans())
def test_any_text_is_a_date_or_none_or_refused(text: str, ahead: bool) -> None:
    try:
        found = read_days(text, SUNDAY, ahead=ahead)
    except DateNotUnderstood:
        return
    assert found is None or found.first < found.after


def test_among_days_on_both_sides_the_nearest_is_meant() -> None:
    for text, day in (
        ("20 nov", date(2026, 11, 20)),
        ("1 jan", date(2027, 1, 1)),
        ("fri", date(2026, 11, 27)),
        ("tue", date(2026, 12, 1)),
        ("sun", date(2026, 12, 6)),
        ("last week", date(2026, 11, 16)),
        ("2024", date(2024, 1, 1)),
    ):
        assert nearest_days(text, SUNDAY, "1 may").first == day, text
    with pytest.raises(DateNotUnderstood, match="“fog” is not a date"):
        nearest_days("fog", SUNDAY, "1 may")
    with pytest.raises(DateNotUnderstood, match="no such date"):
        nearest_days("31 feb", SUNDAY, "1 may")
