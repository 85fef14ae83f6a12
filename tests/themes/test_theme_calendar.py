"""Which rests a post on some day would break, what it is to its themes, and what their shares ask for."""

from __future__ import annotations

from datetime import date, timedelta

from fluffy_tui.themes import WINDOW, Theme, ThemeCalendar, ThemedPost, ThemePlace
from fluffy_tui.themes.theme_calendar import CATCH_UP

HARBOUR = Theme(1, 1, "harbour", share=25, rest_days=3)
FOG = Theme(2, 1, "fog", share=25, rest_days=0)
DAY = date(2026, 11, 20)
CALENDAR = ThemeCalendar((HARBOUR, FOG), themes_of={5: frozenset({1, 2}), 6: frozenset({2})})


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def test_a_rest_of_three_days_ends_on_the_third() -> None:
    calendar = CALENDAR.with_posts([(5, DAY)])
    broken = [number for number in range(-5, 6) if calendar.clash(HARBOUR, day(number))]
    assert broken == [-2, -1, 0, 1, 2]
    assert not any(calendar.clash(FOG, day(number)) for number in range(-5, 6)), "it has no rest"


def test_of_several_posts_the_closest_one_is_named() -> None:
    calendar = CALENDAR.with_posts([(5, DAY), (5, day(3))])
    assert calendar.clash(HARBOUR, day(2)) == day(3)
    assert calendar.clash(HARBOUR, day(1)) == DAY


def test_a_post_is_counted_in_the_window_that_ends_on_its_day() -> None:
    posts = (
        ThemedPost(DAY - WINDOW, frozenset({1})),
        ThemedPost(day(-10), frozenset({1})),
        ThemedPost(day(-9)),
        ThemedPost(day(-9), frozenset({2})),
        ThemedPost(day(1), frozenset({1})),
    )
    calendar = ThemeCalendar(CALENDAR.themes, posts, CALENDAR.themes_of)
    assert calendar.places(5, DAY) == (
        ThemePlace(HARBOUR, 2, 4, last=day(-10), clash=day(1)),
        ThemePlace(FOG, 2, 4, last=day(-9), clash=None),
    )
    assert calendar.places(7, DAY) == ()
    assert calendar.around(HARBOUR, DAY) == (day(-10), day(1))
    assert calendar.around(HARBOUR, day(-28)) == (day(-28), day(-10))
    assert calendar.around(FOG, DAY) == (day(-9), None)


def test_a_theme_that_is_behind_needs_twice_its_share_at_most() -> None:
    days = [day(number) for number in range(1, 5)]
    assert CALENDAR.needs(days) == {1: 1, 2: 1, None: 2}
    behind = ThemeCalendar((HARBOUR,), tuple(ThemedPost(day(-number)) for number in range(20)))
    assert behind.needs(days) == {1: CATCH_UP * 0.25 * 4, None: 2}
    assert behind.needs([]) == {1: 0, None: 0}
