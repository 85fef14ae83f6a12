"""The order of a week's photos: no two that are alike next to each other, wherever that can be had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from fluffy_tui.scheduling import Planned

STEPS = 2_000
"""Tries at an order before it is taken that there is none; some 20 ms for thirty photos."""

Likeness = Mapping[int, Collection[int]]
"""For each photo those that it is alike to."""


@dataclass(frozen=True, slots=True)
class Place:
    """A free slot among what is planned already."""

    beside: frozenset[int] = frozenset()
    """The photos that go out directly before and after it."""
    follows: bool = True
    """Whether nothing that is planned goes out between the free slot before and this one."""


def places(free: Sequence[datetime], planned: Iterable[Planned]) -> list[Place]:
    """Return what each free slot, in order, has beside it."""
    out = sorted((other.at, other.post.photo_id) for other in planned)
    found = []
    for number, at in enumerate(free):
        since = free[number - 1] if number else None
        until = free[number + 1] if number + 1 < len(free) else None
        before = [photo_id for when, photo_id in out if when <= at and (since is None or when > since)]
        after = [photo_id for when, photo_id in out if when > at and (until is None or when < until)]
        found.append(Place(frozenset((*before[-1:], *after[:1])), follows=not before))
    return found


def symmetric(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Return for each photo those that it is alike to."""
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        if one != other:
            found[one].add(other)
            found[other].add(one)
    return found


def arrange(
    photo_ids: Sequence[int], likenesses: Sequence[Likeness], slots: Sequence[Place] = ()
) -> list[int]:
    """Return the photos in an order in which none has one beside it that it is alike to.

    The order given is kept where it can be. Where even the last likeness cannot be kept apart, as few as
    possible of those that are alike meet.

    Args:
        photo_ids: In the order wished for.
        likenesses: Which photos are alike to which, from the widest meaning of it to the narrowest; the first
            that can be kept apart counts.
        slots: The free slots in their order; photos beyond them follow one another.
    """
    for likeness in likenesses:
        found = _Search(likeness, slots).order(photo_ids)
        if found is not None:
            return found
    return _least_met(photo_ids, likenesses[-1] if likenesses else {}, slots)


class _Search:
    """Tries orders, the wished one first, and goes back where it gets stuck."""

    def __init__(self, likeness: Likeness, slots: Sequence[Place]) -> None:
        self._likeness = likeness
        self._slots = slots
        self._steps = 0

    def order(self, photo_ids: Sequence[int]) -> list[int] | None:
        """Return an order without any that meet; None where there is none, or it was not found in time."""
        self._steps = 0
        return self._from([], list(photo_ids))

    def _from(self, found: list[int], left: list[int]) -> list[int] | None:
        if not left:
            return found
        for photo_id in self._pressing_first(left):
            self._steps += 1
            if self._steps > STEPS:
                return None
            if _met(photo_id, found, self._likeness, self._slots):
                continue
            rest = [other for other in left if other != photo_id]
            if (whole := self._from([*found, photo_id], rest)) is not None:
                return whole
        return None

    def _pressing_first(self, left: list[int]) -> list[int]:
        """Put first what is alike to half of what is left: once it is more than half, some have to meet."""
        remaining = set(left)
        crowd = {id_: 1 + len(remaining.intersection(self._likeness.get(id_, ()))) for id_ in left}
        return sorted(left, key=lambda id_: 2 * crowd[id_] <= len(left))  # stable: else the order wished for


def _met(photo_id: int, found: Sequence[int], likeness: Likeness, slots: Sequence[Place]) -> int:
    """Return how many of those that a photo is alike to it would have beside it in the next place."""
    alike = likeness.get(photo_id, ())
    slot = slots[len(found)] if len(found) < len(slots) else Place()
    before = found[-1:] if slot.follows else []
    return sum(other in alike for other in (*before, *slot.beside))


def _least_met(photo_ids: Sequence[int], likeness: Likeness, slots: Sequence[Place]) -> list[int]:
    left, found = list(photo_ids), list[int]()
    while left:
        crowd = {id_: len(set(left).intersection(likeness.get(id_, ()))) for id_ in left}
        taken = min(left, key=lambda id_: (_met(id_, found, likeness, slots), -crowd[id_]))
        left.remove(taken)
        found.append(taken)
    return found
