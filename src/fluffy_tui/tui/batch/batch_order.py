"""The order of a batch: which similar photos are next to each other, and the order that keeps them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.themes import ThemeCalendar

if TYPE_CHECKING:
    from datetime import date, datetime

    from fluffy_tui.scheduling import Planned

STEPS = 2_000
"""Attempts before the search for an order gives up; some 20 ms for thirty photos."""

Similarity = Mapping[int, Collection[int]]
"""The similar photos of each photo."""


@dataclass(frozen=True, slots=True)
class SlotNeighbours:
    """What is planned around a free slot."""

    beside: frozenset[int] = frozenset()
    """The photos that go out directly before and after it."""
    follows: bool = True
    """Whether nothing that is planned goes out between the previous free slot and this one."""


@dataclass(frozen=True, slots=True)
class Rests:
    """The rests of themes, which an order may break."""

    themes: ThemeCalendar
    """What is planned, and the themes of the photos."""
    days: Sequence[date] = ()
    """The days of the free slots, in their order; what goes out later breaks none."""

    def broken(self, photo_ids: Sequence[int]) -> int:
        """Return how many rests an order breaks."""
        return sum(self.broken_by_last(photo_ids[: number + 1]) for number in range(len(photo_ids)))

    def broken_by_last(self, photo_ids: Sequence[int]) -> int:
        """Return how many rests the last photo of an order breaks."""
        number, mine = len(photo_ids) - 1, self.themes.themes_of.get(photo_ids[-1], frozenset())
        if number >= len(self.days) or not mine:
            return 0
        before = self.themes.with_posts(zip(photo_ids[:-1], self.days, strict=False))
        return sum(
            before.clash(theme, self.days[number]) is not None
            for theme in self.themes.themes
            if theme.id in mine
        )


NO_RESTS = Rests(ThemeCalendar(()))


def slot_neighbours(free: Sequence[datetime], planned: Iterable[Planned]) -> list[SlotNeighbours]:
    """Return what is planned around each free slot, in order."""
    out = sorted((other.at, other.post.photo_id) for other in planned)
    found = []
    for number, at in enumerate(free):
        since = free[number - 1] if number else None
        until = free[number + 1] if number + 1 < len(free) else None
        before = [photo_id for when, photo_id in out if when <= at and (since is None or when > since)]
        after = [photo_id for when, photo_id in out if when > at and (until is None or when < until)]
        found.append(SlotNeighbours(frozenset((*before[-1:], *after[:1])), follows=not before))
    return found


def symmetric(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Return for each photo those that it is paired with."""
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        if one != other:
            found[one].add(other)
            found[other].add(one)
    return found


def arrange(
    photo_ids: Sequence[int],
    similarities: Sequence[Similarity],
    slots: Sequence[SlotNeighbours] = (),
    rests: Rests = NO_RESTS,
) -> list[int]:
    """Return the photos in an order in which none is next to a similar one.

    The given order is kept where possible, and no more rests are broken than by it. Where even the last similarity
    cannot be kept apart, as few similar photos as possible are next to each other, if that breaks no more rests.

    Args:
        photo_ids: In the preferred order.
        similarities: Which photos are similar, from the widest sense to the narrowest; the first that can be
            kept apart counts.
        slots: The free slots in their order; photos beyond them follow one another.
        rests: Those of the photos' themes.
    """
    most_broken = rests.broken(photo_ids)
    for similarity in similarities:
        found = _Search(similarity, slots, rests).order(photo_ids, most_broken)
        if found is not None:
            return found
    fewest = _fewest_clashes(photo_ids, similarities[-1] if similarities else {}, slots)
    return fewest if rests.broken(fewest) <= most_broken else list(photo_ids)


@dataclass(frozen=True, slots=True)
class Crowding:
    """Where similar photos are next to each other, and the order that keeps them apart."""

    positions: list[int]
    """Of the photos that follow a similar one, or are beside a planned one; in the sense that counts for `arrange`."""
    apart: list[int]
    """The photos as `arrange` orders them."""
    is_less_apart: bool
    """Whether that order has fewer such photos."""


def crowding(
    photo_ids: Sequence[int],
    similarities: Sequence[Similarity],
    slots: Sequence[SlotNeighbours] = (),
    rests: Rests = NO_RESTS,
) -> Crowding:
    """Look for similar photos next to each other; the arguments are those of `arrange`."""
    apart, found, left = arrange(photo_ids, similarities, slots, rests), list[int](), list[int]()
    for similarity in similarities:
        found, left = (_positions(order, similarity, slots) for order in (photo_ids, apart))
        if not left:
            break
    return Crowding(found, apart, is_less_apart=len(left) < len(found))


def _positions(
    photo_ids: Sequence[int], similarity: Similarity, slots: Sequence[SlotNeighbours]
) -> list[int]:
    return [
        number
        for number, photo_id in enumerate(photo_ids)
        if _clashes(photo_id, photo_ids[:number], similarity, slots)
    ]


class _Search:
    """A backtracking search, which tries the preferred order first."""

    def __init__(self, similarity: Similarity, slots: Sequence[SlotNeighbours], rests: Rests) -> None:
        self._similarity = similarity
        self._slots = slots
        self._rests = rests
        self._steps = 0

    def order(self, photo_ids: Sequence[int], most_broken: int) -> list[int] | None:
        """Return photos, in the preferred order if possible, without clashes and with so many broken rests at most.

        None where there is no such order, or it was not found in time.
        """
        self._steps = 0
        return self._from([], list(photo_ids), most_broken)

    def _from(self, found: list[int], left: list[int], may_break: int) -> list[int] | None:
        if not left:
            return found
        for photo_id in self._urgent_first(left):
            self._steps += 1
            if self._steps > STEPS:
                return None
            if _clashes(photo_id, found, self._similarity, self._slots):
                continue
            order, rest = [*found, photo_id], [other for other in left if other != photo_id]
            left_over = may_break - self._rests.broken_by_last(order)
            if left_over >= 0 and (whole := self._from(order, rest, left_over)) is not None:
                return whole
        return None

    def _urgent_first(self, left: list[int]) -> list[int]:
        """Put first what is similar to half of what is left: beyond half, some would have to clash."""
        remaining = set(left)
        crowd = {id_: 1 + len(remaining.intersection(self._similarity.get(id_, ()))) for id_ in left}
        return sorted(left, key=lambda id_: 2 * crowd[id_] <= len(left))  # stable: else the preferred order


def _clashes(
    photo_id: int, found: Sequence[int], similarity: Similarity, slots: Sequence[SlotNeighbours]
) -> int:
    """Return how many similar photos a photo would be next to in the next slot."""
    similar = similarity.get(photo_id, ())
    slot = slots[len(found)] if len(found) < len(slots) else SlotNeighbours()
    before = found[-1:] if slot.follows else []
    return sum(other in similar for other in (*before, *slot.beside))


def _fewest_clashes(
    photo_ids: Sequence[int], similarity: Similarity, slots: Sequence[SlotNeighbours]
) -> list[int]:
    left, found = list(photo_ids), list[int]()
    while left:
        crowd = {id_: len(set(left).intersection(similarity.get(id_, ()))) for id_ in left}
        taken = min(left, key=lambda id_: (_clashes(id_, found, similarity, slots), -crowd[id_]))
        left.remove(taken)
        found.append(taken)
    return found
