"""On which days posts of which themes go out, and by that what their shares and rests ask of the next posts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from fluffy_tui.themes.model import Theme

WINDOW = timedelta(days=28)
"""The days over which shares are counted."""
CATCH_UP = 2
"""How many times its share a theme that is behind gets at once, at most: a new one must not take every slot."""


@dataclass(frozen=True, slots=True)
class ThemedPost:
    """A post that went out or will, as far as themes go."""

    day: date
    """In the channel's time zone."""
    themes: frozenset[int] = frozenset()
    """The ids of the themes of its photos."""


@dataclass(frozen=True, slots=True)
class ThemePlace:
    """What a post on some day is to one of its themes."""

    theme: Theme
    number: int
    """How many posts of the theme there are in the window that ends on its day, with this one."""
    out_of: int
    """How many posts there are in that window."""
    last: date | None
    """The day of the theme's last post before it."""
    clash: date | None
    """The day of the post that is within the theme's rest; None if the rest is kept."""


@dataclass(frozen=True)
class ThemeCalendar:
    """A persona's themes, and its posts on the main channel."""

    themes: tuple[Theme, ...]
    posts: tuple[ThemedPost, ...] = ()
    """Those that are planned, and those of the days before that count."""
    themes_of: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """The ids of the themes of photos that have any."""

    def with_posts(self, photos: Iterable[tuple[int, date]]) -> ThemeCalendar:
        """Return the calendar with further posts, of one photo each on a day."""
        more = (ThemedPost(day, self.themes_of.get(photo_id, frozenset())) for photo_id, day in photos)
        return replace(self, posts=(*self.posts, *more))

    def clash(self, theme: Theme, day: date) -> date | None:
        """Return the day of the closest post that is within a theme's rest of a day; None if there is none."""
        days = [post.day for post in self.posts if theme.id in post.themes]
        close = [other for other in days if abs(other - day).days < theme.rest_days]
        return min(close, key=lambda other: abs(other - day), default=None)

    def places(self, photo_id: int, day: date) -> tuple[ThemePlace, ...]:
        """Return what a photo's post on a day would be to each of its themes."""
        mine = self.themes_of.get(photo_id, frozenset())
        places = []
        for theme in self.themes:
            if theme.id in mine:
                number, out_of = self.tally(theme, day - WINDOW, day)
                before, _ = self.around(theme, day)
                clash = self.clash(theme, day)
                places.append(ThemePlace(theme, number + 1, out_of + 1, before, clash))
        return tuple(places)

    def needs(self, days: Sequence[date]) -> dict[int | None, float]:
        """Return how many of the next posts, on these days in order, are to be of each theme, and of none (None).

        Then all have their shares.
        """
        until = max(days, default=None)
        counted = [post for post in self.posts if until is not None and until - WINDOW < post.day <= until]
        total, needs = len(counted) + len(days), dict[int | None, float]()
        for theme in self.themes:
            has = sum(theme.id in post.themes for post in counted)
            share = theme.share / 100
            needs[theme.id] = min(share * total - has, CATCH_UP * share * len(days))
        needs[None] = len(days) - sum(needs.values())
        return needs

    def tally(self, theme: Theme, after: date, until: date) -> tuple[int, int]:
        """Return how many posts there are of a theme, and in all, from the day after one until another."""
        days = [post for post in self.posts if after < post.day <= until]
        return sum(theme.id in post.themes for post in days), len(days)

    def around(self, theme: Theme, day: date) -> tuple[date | None, date | None]:
        """Return the days of a theme's last post up to a day, and of its next one after that."""
        days = [post.day for post in self.posts if theme.id in post.themes]
        return (
            max((other for other in days if other <= day), default=None),
            min((other for other in days if other > day), default=None),
        )
