"""Photos for free slots: no rest is broken, shares are met, picked photos come first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

from hypothesis import given, strategies as st

from fluffy_tui.themes import Candidate, Shortage, Theme, ThemeCalendar, ThemedPost, choose

TODAY = date(2026, 11, 20)
HARBOUR, FOG = Theme(1, 1, "harbour", 25, 3), Theme(2, 1, "fog", 50, 0)

kinds = st.frozensets(st.integers(1, 3), max_size=2)
offsets = st.integers(-4, 8)
posts = st.lists(st.builds(lambda offset, kind: ThemedPost(day(offset), kind), offsets, kinds), max_size=6)
free_days = st.lists(st.integers(0, 8), max_size=6).map(lambda found: [day(one) for one in sorted(found)])
themes = st.lists(
    st.tuples(st.integers(1, 33), st.integers(0, 4)), min_size=1, max_size=3
).map(lambda found: tuple(Theme(n, 1, f"theme {n}", *values) for n, values in enumerate(found, 1)))  # fmt: skip
candidates = st.lists(st.tuples(kinds, st.booleans()), max_size=7).map(
    lambda found: [Candidate(n, *values) for n, values in enumerate(found, 1)]
)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def many(kind: Sequence[int], count: int = 20, *, start: int = 0, picked: bool = False) -> list[Candidate]:
    return [Candidate(start + number, frozenset(kind), picked) for number in range(count)]


def keeps_rests(calendar: ThemeCalendar, taken: Sequence[Candidate], days: Sequence[date]) -> bool:
    """Return whether no photo goes out within the rest of one of its themes, each looked at on its own."""
    out = [(post.day, post.themes) for post in calendar.posts]
    for candidate, when in zip(taken, days, strict=False):
        for theme in calendar.themes:
            if theme.id in candidate.themes and any(
                theme.id in other and abs(on - when) < timedelta(days=theme.rest_days) for on, other in out
            ):
                return False
        out.append((when, candidate.themes))
    return True


@given(themes, posts, candidates, free_days)
def test_no_rest_is_broken_and_as_many_slots_as_possible_are_filled(
    themes: tuple[Theme, ...], posts: list[ThemedPost], candidates: list[Candidate], days: list[date]
) -> None:
    calendar = ThemeCalendar(themes, tuple(posts))
    found = choose(calendar, candidates, days)
    assert found == choose(calendar, candidates, days), "the same each time"
    assert len({candidate.photo_id for candidate in found.taken}) == len(found.taken) <= len(days)
    assert keeps_rests(calendar, found.taken, days)

    longer = len(found.taken) + 1
    if longer <= len(days):
        alike = {candidate.themes & {theme.id for theme in themes} for candidate in candidates}
        for order in product(alike, repeat=longer):
            supply = all(
                order.count(kind)
                <= sum(candidate.themes & {theme.id for theme in themes} == kind for candidate in candidates)
                for kind in alike
            )
            photos = [Candidate(0, kind) for kind in order]
            assert not (supply and keeps_rests(calendar, photos, days)), "one more would have been possible"


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=3),
    st.integers(0, 9),
    st.lists(st.integers(0, 3), max_size=3),
)
def test_shares_are_met_within_one_photo_where_the_supply_allows(
    shares: list[int], count: int, earlier: list[int]
) -> None:
    themes = tuple(Theme(n, 1, f"theme {n}", share, 0) for n, share in enumerate(shares, 1))
    supply = [
        candidate for n in range(len(themes) + 1) for candidate in many([n] if n else [], start=n * 100)
    ]
    taken = choose(ThemeCalendar(themes), supply, [day(n) for n in range(count)]).taken
    assert len(taken) == count
    for theme in themes:
        found = sum(theme.id in candidate.themes for candidate in taken)
        assert abs(found - theme.share / 100 * count) < 1


def test_posts_that_went_out_and_are_planned_count() -> None:
    days = [day(n) for n in range(4)]
    supply = [*many([1]), *many([2], start=100), *many([], start=200)]
    themes = (Theme(1, 1, "harbour", 25, 0), FOG)

    def taken(*posts: ThemedPost) -> list[int]:
        found = choose(ThemeCalendar(themes, posts), supply, days).taken
        return [
            sum(kind <= candidate.themes for candidate in found) for kind in (frozenset({1}), frozenset({2}))
        ]

    harbour, fog = frozenset({1}), frozenset({2})
    assert taken() == [1, 2]
    assert taken(*[ThemedPost(day(-n), harbour) for n in range(1, 5)]) == [0, 3], "it has had its share"
    assert taken(*[ThemedPost(day(9), fog) for _ in range(4)]) == [1, 2], "after the last slot"
    assert taken(*[ThemedPost(day(1), fog) for _ in range(4)]) == [2, 0]
    assert taken(*[ThemedPost(day(-40), harbour) for _ in range(4)]) == [1, 2], "long ago"
    assert taken(*[ThemedPost(day(-n)) for n in range(1, 20)]) == [1, 3], (
        "a new theme does not take every slot"
    )


def test_picked_photos_come_first_among_those_of_the_same_themes() -> None:
    supply = [
        *many([], 3),
        Candidate(50, is_picked=True),
        *many([1], 3, start=100),
        Candidate(150, frozenset({1}), True),
    ]
    found = choose(ThemeCalendar((HARBOUR,)), supply, [day(n) for n in range(4)])
    assert [candidate.photo_id for candidate in found.taken] == [50, 0, 150, 1]
    assert choose(ThemeCalendar(()), supply, [TODAY]).taken == (Candidate(50, is_picked=True),)


def test_what_the_supply_does_not_allow_is_said() -> None:
    days = [day(n) for n in range(4)]
    found = choose(ThemeCalendar((HARBOUR, FOG)), [*many([1], 9), *many([2], 1, start=50)], days)
    assert [sorted(candidate.themes) for candidate in found.taken] == [[2], [1]]
    assert (len(found.taken), found.wanted) == (2, 4)
    assert found.resting == (HARBOUR,)
    assert found.shortages == (Shortage(FOG, wanted=2, found=1),)

    none = choose(ThemeCalendar((HARBOUR,)), [], days)
    assert (none.taken, none.resting) == ((), ())
    full = choose(ThemeCalendar((FOG,)), many([]), days)
    assert full.shortages == (Shortage(FOG, wanted=2, found=0),)
    assert full.resting == ()
