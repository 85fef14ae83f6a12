"""Themes as values, what makes a valid one, and the errors about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.name_key import name_key
from fluffy_tui.photos import LONGEST_KEYWORD, Keyword

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fluffy_tui.buffer import Channel

LONGEST_REST = 60
"""The longest rest of a theme in days; posts of as many days are read to keep it."""
COUNTED_UP_TO = 100
"""Photos of a theme that are counted; more are plenty."""
LOW_DAYS = 7
"""A theme with photos for fewer days runs out."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A keyword with a share of a persona's posts; a photo that has the keyword belongs to it."""

    id: int
    persona_id: int
    keyword: str
    """Unique for the persona, ignoring case."""
    share: int
    """Percent of the posts, from 1 to 100."""
    rest_days: int
    """Days from one post of the theme to the next, at least; 0 if none are kept."""

    @property
    def key(self) -> str:
        """What the keyword is compared by."""
        return name_key(self.keyword)

    def share_within_rest(self, channel: Channel | None) -> int:
        """Return the share that its rest allows on a channel, in percent; its own if that is smaller."""
        slots = channel.slots_per_week if channel else 0
        if not slots or not self.rest_days:
            return self.share
        return min(self.share, int(100 * 7 / self.rest_days / slots))


@dataclass(frozen=True, slots=True)
class ThemeSupply:
    """A theme, and the photos that are left for it: without a post, not rejected, with a file."""

    theme: Theme
    left: int
    """How many there are; `COUNTED_UP_TO` means this many or more."""

    @property
    def is_plenty(self) -> bool:
        """Whether there may be more than were counted."""
        return self.left >= COUNTED_UP_TO

    def days_left(self, channel: Channel | None) -> float | None:
        """Return for how many days of a channel's slots they last at the theme's share; None if nothing uses them."""
        a_week = channel.slots_per_week * self.theme.share / 100 if channel else 0
        return None if self.is_plenty or not a_week else self.left / a_week * 7


class ThemeNotFound(FluffyError):
    """The theme does not exist."""


class ThemeRefused(FluffyError):
    """There can be no such theme; the message says why."""


def check_theme(keyword: str, share: int, rest_days: int, others: Iterable[Theme]) -> None:
    """Make sure that a theme is valid beside the persona's other ones.

    Raises:
        ThemeRefused: it is not.
    """
    others = list(others)
    if not keyword:
        raise ThemeRefused("A theme needs a keyword.", "Enter one that your photos have.")
    if len(keyword) > LONGEST_KEYWORD:
        raise ThemeRefused(f"The keyword has {len(keyword):,} characters.", f"Use at most {LONGEST_KEYWORD}.")
    if any(name_key(keyword) == other.key for other in others):
        raise ThemeRefused(
            f"There is already a theme {keyword}.", "Edit that one, or choose another keyword."
        )
    if not 1 <= share <= 100:
        raise ThemeRefused(
            "A share is from 1 to 100 %.", "Enter how many of 100 posts are to be of the theme."
        )
    given = sum(other.share for other in others)
    if given + share > 100:
        remedy = (
            f"Enter at most {100 - given} %, or lower the share of another theme."
            if given < 100
            else "Lower the share of another theme first."
        )
        raise ThemeRefused(f"The shares would add up to {given + share} %.", remedy)
    if not 0 <= rest_days <= LONGEST_REST:
        raise ThemeRefused(f"A rest is from 0 to {LONGEST_REST} days.", "Enter 0 for none.")


def themes_by_photo(
    themes: Iterable[Theme], keywords: Mapping[int, Sequence[Keyword]]
) -> dict[int, frozenset[int]]:
    """Return the ids of the themes of photos that have any, by photo id, from the photos' keywords."""
    by_key = {theme.key: theme.id for theme in themes}
    found = {
        photo_id: frozenset(by_key[key] for word in words if (key := name_key(word.word)) in by_key)
        for photo_id, words in keywords.items()
    }
    return {photo_id: mine for photo_id, mine in found.items() if mine}
