"""The order of a batch: similar photos are kept apart whenever possible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations, pairwise, permutations
from pathlib import Path

from hypothesis import given, strategies as st

from fluffy_tui.scheduling import Planned, Step
from fluffy_tui.themes import Theme, ThemeCalendar, ThemedPost
from fluffy_tui.tui.batch.batch_order import (
    Crowding,
    Rests,
    SlotNeighbours,
    arrange,
    crowding,
    slot_neighbours,
    symmetric,
)
from tui.fakes import NOW, make_photo, make_post


@given(st.lists(st.integers(1, 5), max_size=12))
def test_stacks_are_kept_apart_whenever_possible(stacks: list[int]) -> None:
    ids = list(range(len(stacks)))
    similar = symmetric((a, b) for a, b in combinations(ids, 2) if stacks[a] == stacks[b])
    order = arrange(ids, [similar])
    assert sorted(order) == ids
    most = max((stacks.count(stack) for stack in stacks), default=0)
    if most <= (len(stacks) + 1) // 2:
        assert all(stacks[one] != stacks[next_] for one, next_ in pairwise(order))


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n + 1))),
            st.lists(
                st.builds(SlotNeighbours, st.frozensets(st.integers(n, n + 1)), st.booleans()),
                min_size=n,
                max_size=n,
            ),
        )
    )
)
def test_similar_photos_are_kept_apart_if_any_order_does(
    world: tuple[int, set[tuple[int, int]], list[SlotNeighbours]],
) -> None:
    count, pairs, slots = world
    similar = symmetric(pairs)

    def clashes(order: tuple[int, ...] | list[int]) -> bool:
        beside = any(slots[n].beside & similar.get(id_, set()) for n, id_ in enumerate(order))
        return beside or any(
            slots[n].follows and order[n - 1] in similar.get(order[n], ()) for n in range(1, count)
        )

    found = arrange(range(count), [similar], slots)
    assert sorted(found) == list(range(count))
    assert not clashes(found) or all(clashes(order) for order in permutations(range(count)))


def test_photos_that_are_not_similar_keep_their_order() -> None:
    assert arrange([5, 3, 9], []) == [5, 3, 9]
    assert arrange([5, 3, 9], [symmetric([(5, 9)])]) == [5, 3, 9]


def test_the_narrower_similarity_counts_where_the_wider_cannot_be_kept_apart() -> None:
    everything = symmetric(combinations([1, 2, 3], 2))
    assert arrange([1, 2, 3], [everything, symmetric([(1, 2)])]) == [1, 3, 2]


def test_the_sense_that_can_be_kept_apart_is_the_one_that_is_reported() -> None:
    everything = symmetric(combinations([1, 2, 3], 2))
    assert crowding([1, 2, 3], [everything, symmetric([(1, 2)])]) == Crowding(
        [1], [1, 3, 2], is_less_apart=True
    )
    assert crowding([1, 2, 3], [everything]) == Crowding([1, 2], [1, 2, 3], is_less_apart=False)
    assert crowding([1, 2, 3], [symmetric([(1, 3)])]) == Crowding([], [1, 2, 3], is_less_apart=False)
    assert crowding([1], [symmetric([(1, 9)])], [SlotNeighbours(frozenset({9}))]).positions == [0]


def test_as_few_similar_photos_as_possible_are_neighbours() -> None:
    similar = symmetric(combinations([1, 2, 3, 4], 2))
    order = arrange([1, 2, 3, 4, 5], [similar])
    assert sum(b in similar.get(a, ()) for a, b in pairwise(order)) <= 2


def test_the_search_gives_up_soon_where_all_are_similar() -> None:
    ids = list(range(40))
    assert sorted(arrange(ids, [symmetric(combinations(ids, 2))])) == ids


def test_a_slot_knows_what_is_planned_around_it(tmp_path: Path) -> None:
    def planned(hours: int, photo_id: int) -> Planned:
        photo = make_photo(tmp_path, photo_id, 1)
        return Planned(make_post(photo_id, photo, "x", Step.QUEUED), NOW + timedelta(hours=hours), False)

    free = [NOW + timedelta(hours=hours) for hours in (2, 4, 8)]
    out = [planned(hours, id_) for id_, hours in enumerate((1, 0, 6, 7, 9, 10), 1)]
    assert slot_neighbours(free, out) == [
        SlotNeighbours(frozenset({1}), follows=False),
        SlotNeighbours(frozenset({3}), follows=True),
        SlotNeighbours(frozenset({4, 5}), follows=False),
    ]


DAY = date(2027, 1, 13)
HARBOUR = Theme(1, 1, "harbour", 50, 2)


@given(st.lists(st.booleans(), max_size=5), st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_no_order_breaks_more_rests_than_the_one_that_was_given(
    of_harbour: list[bool], pairs: set[tuple[int, int]]
) -> None:
    ids = list(range(len(of_harbour)))
    themes_of = {id_: frozenset({1}) for id_, belongs in zip(ids, of_harbour, strict=True) if belongs}
    days = [DAY + timedelta(days=number) for number in ids]
    rests = Rests(ThemeCalendar((HARBOUR,), (ThemedPost(DAY, frozenset({1})),), themes_of), days)
    similar = symmetric(pair for pair in pairs if max(pair) < len(ids))
    order = arrange(ids, [similar], rests=rests)
    assert sorted(order) == ids

    def broken(order: Sequence[int]) -> int:
        out = {-1: DAY} | {id_: day for id_, day in zip(order, days, strict=True) if id_ in themes_of}
        numbers = [number for number, id_ in enumerate(order) if id_ in themes_of]
        return sum(
            any(abs((days[n] - day).days) < 2 for id_, day in out.items() if id_ not in order[n:])
            for n in numbers
        )

    def clashes(order: Sequence[int]) -> int:
        return sum(b in similar.get(a, ()) for a, b in pairwise(order))

    assert broken(order) == rests.broken(order) <= broken(ids)
    best = min(clashes(other) for other in permutations(ids) if broken(other) <= broken(ids))
    assert best > 0 or clashes(order) == 0
