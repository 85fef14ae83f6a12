"""Which photos fill free slots: shares are met, rests are kept, and picked photos come first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from fluffy_tui.themes.model import Theme
    from fluffy_tui.themes.theme_calendar import ThemeCalendar

STEPS = 5_000
"""Attempts before the search gives up and takes the longest filling so far; some 50 ms."""
_NO_THEME = frozenset[int]()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A photo that may be taken."""

    photo_id: int
    themes: frozenset[int] = _NO_THEME
    is_picked: bool = False


@dataclass(frozen=True, slots=True)
class Shortage:
    """A theme that gets less than its share, because it has no more photos."""

    theme: Theme
    wanted: int
    found: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The photos for the first of the free slots, in order."""

    taken: tuple[Candidate, ...] = ()
    wanted: int = 0
    """How many slots there are to fill."""
    shortages: tuple[Shortage, ...] = ()
    resting: tuple[Theme, ...] = ()
    """The themes whose rest left slots free, as only photos of them are left."""


def choose(calendar: ThemeCalendar, candidates: Iterable[Candidate], days: Sequence[date]) -> Choice:
    """Choose photos, of the candidates in the order of `photo_order`, for free slots on some days in order.

    No rest is broken: posts go to free slots one after the other, so where only photos of resting themes are left,
    fewer are chosen. Of all choices that fill most slots, the one is taken that brings each next post closest to the
    shares. Photos of the same themes are taken in the order given, picked ones first.
    """
    search = _Search(calendar, candidates, days)
    taken = search.longest()
    return Choice(taken, len(days), tuple(search.shortages(taken)), search.resting(taken))


class _Search:
    """A backtracking search over kinds of photos: those with the same themes are all alike."""

    def __init__(
        self, calendar: ThemeCalendar, candidates: Iterable[Candidate], days: Sequence[date]
    ) -> None:
        self._themes = {theme.id: theme for theme in calendar.themes}
        self._days = days
        self._posted: dict[int, list[date]] = defaultdict(list)
        """The days on which each theme has a post."""
        for post in calendar.posts:
            for theme_id in post.themes:
                self._posted[theme_id].append(post.day)
        self._kinds: dict[frozenset[int], list[Candidate]] = defaultdict(list)
        for candidate in sorted(candidates, key=lambda one: not one.is_picked):  # stable
            self._kinds[candidate.themes.intersection(self._themes)].append(candidate)
        self._rank = {kind: number for number, kind in enumerate(self._kinds)}
        self._needs = calendar.needs(days)
        self._missing = dict(self._needs)
        """How many posts of each theme, and without one (None), are still missing for its share."""
        self._used: dict[frozenset[int], int] = defaultdict(int)
        self._best: list[Candidate] = []
        self._failed: set[tuple[object, ...]] = set()
        self._steps = 0

    def longest(self) -> tuple[Candidate, ...]:
        """Return the photos for as many slots as can be filled."""
        self._fill([])
        return tuple(self._best)

    def shortages(self, taken: Sequence[Candidate]) -> Iterator[Shortage]:
        """Yield the themes that get less than their share since they have no more photos."""
        for theme in self._themes.values():
            wanted = int(self._needs[theme.id])
            found = sum(theme.id in candidate.themes for candidate in taken)
            supply = sum(len(photos) for kind, photos in self._kinds.items() if theme.id in kind)
            if found < wanted and found == supply:
                yield Shortage(theme, wanted, found)

    def resting(self, taken: Sequence[Candidate]) -> tuple[Theme, ...]:
        """Return the themes of the photos that are left, if slots are."""
        if len(taken) == len(self._days):
            return ()
        ids = {candidate.photo_id for candidate in taken}
        left = {
            kind for kind, photos in self._kinds.items() if any(photo.photo_id not in ids for photo in photos)
        }
        return tuple(
            theme
            for theme in self._themes.values()
            if theme.rest_days and any(theme.id in kind for kind in left)
        )

    def _fill(self, taken: list[Candidate]) -> bool:
        """Fill the next slots; return whether all are."""
        if len(taken) > len(self._best):
            self._best = [*taken]
        if len(taken) == len(self._days):
            return True
        state = (len(taken), *self._state(self._days[len(taken)]))
        if state in self._failed:
            return False
        for kind in self._kinds_for(self._days[len(taken)]):
            self._steps += 1
            if self._steps > STEPS:
                return False
            self._take(kind, self._days[len(taken)])
            if self._fill([*taken, self._kinds[kind][self._used[kind] - 1]]):
                return True
            self._put_back(kind)
        self._failed.add(state)
        return False

    def _kinds_for(self, day: date) -> list[frozenset[int]]:
        """Return the kinds of which a photo can be taken, the one that brings the posts closest to the shares first."""
        fitting = [
            kind
            for kind, photos in self._kinds.items()
            if self._used[kind] < len(photos) and not any(self._rests(theme_id, day) for theme_id in kind)
        ]
        next_of = {kind: self._kinds[kind][self._used[kind]] for kind in fitting}
        return sorted(
            fitting, key=lambda kind: (self._cost(kind), not next_of[kind].is_picked, self._rank[kind])
        )

    def _rests(self, theme_id: int, day: date) -> bool:
        rest = self._themes[theme_id].rest_days
        return any(abs(day - other).days < rest for other in self._posted[theme_id])

    def _cost(self, kind: frozenset[int]) -> float:
        """Return by how much a photo changes the sum of the squares of what is missing."""
        return round(sum(1 - 2 * self._missing[one] for one in kind or (None,)), 9)

    def _take(self, kind: frozenset[int], day: date) -> None:
        self._used[kind] += 1
        for one in kind or (None,):
            self._missing[one] -= 1
        for theme_id in kind:
            self._posted[theme_id].append(day)

    def _put_back(self, kind: frozenset[int]) -> None:
        self._used[kind] -= 1
        for one in kind or (None,):
            self._missing[one] += 1
        for theme_id in kind:
            self._posted[theme_id].pop()

    def _state(self, day: date) -> Iterator[object]:
        """Yield what decides whether the slots from a day on can be filled."""
        yield from (self._used[kind] for kind in self._kinds)
        for theme in self._themes.values():
            yield max((other for other in self._posted[theme.id] if other <= day), default=None)
