"""Themes in words: what a post is to them, what runs out, and how photos were chosen by them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fluffy_tui.themes import WINDOW, Choice, Theme, ThemePlace, ThemeSupply
from fluffy_tui.tui.text.words import one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from fluffy_tui.buffer import Channel


def short_day(day: date) -> str:
    """Return a day such as `21 Nov`: themes look back and ahead a few weeks only."""
    return f"{day.day} {day:%b}"


def rest_words(days: int) -> str:
    """Return a rest such as `rest 3 days`, or `no rest`."""
    return f"rest {days} {plural(days, 'day')}" if days else "no rest"


def limit_words(theme: Theme, channel: Channel | None) -> str:
    """Return a warning if a theme's rest does not allow its share, such as ` (allows 23 %)`; else nothing."""
    allowed = theme.share_within_rest(channel)
    return f" (allows {allowed} %)" if allowed < theme.share else ""


def place_words(places: Sequence[ThemePlace], *, is_picked: bool) -> str:
    """Return why a photo is taken, such as `harbour: 1 of 4, share 25 %, last on 21 Nov`, or `picked, no theme`."""
    if not places:
        return "picked, no theme" if is_picked else "no theme"
    words = []
    for place in places:
        last = f"last on {short_day(place.last)}" if place.last else f"first in {WINDOW.days} days"
        name = one_line(place.theme.keyword)
        words.append(f"{name}: {place.number} of {place.out_of}, share {place.theme.share} %, {last}")
    return " · ".join([*words, *(["picked"] if is_picked else [])])


def clash_words(places: Sequence[ThemePlace]) -> str:
    """Return which rests are broken, such as `harbour also on 21 Nov (rest 3 days)`; empty if none is."""
    return " · ".join(
        f"{one_line(place.theme.keyword)} also on {short_day(place.clash)} ({rest_words(place.theme.rest_days)})"
        for place in places
        if place.clash is not None
    )


def supply_words(supply: ThemeSupply) -> str:
    """Return how many photos a theme has left: `2 left`, `none left`, `100+ left`."""
    return f"{supply.left or 'none'}{'+' * supply.is_plenty} left"


def period_words(theme: Theme, number: int, out_of: int) -> str:
    """Compare the posts of some weeks with a theme's share, such as `2 of 12 (1 short)`."""
    if not out_of:
        return "no posts"
    off = number - theme.share / 100 * out_of
    amount = int(abs(off) + 0.5) if abs(off) >= 1 else 0
    way = "over" if off > 0 else "short"
    return f"{number} of {out_of} ({f'{amount} {way}' if amount else 'on share'})"


def choice_words(choice: Choice, themes: Sequence[Theme]) -> str:
    """Return how photos were chosen, such as `4 photos: 1 harbour, 3 without a theme`, and what was not possible."""
    count = len(choice.taken)
    taken = Counter(theme_id for candidate in choice.taken for theme_id in candidate.themes)
    names = [f"{taken[theme.id]} {one_line(theme.keyword)}" for theme in themes if taken[theme.id]]
    if others := sum(not candidate.themes for candidate in choice.taken):
        names.append(f"{others} without a theme")
    words = [f"{count} {plural(count, 'photo')}: {', '.join(names)}"] if count else []
    words += [
        f"{one_line(short.theme.keyword)} has {short.found or 'none'} of {short.wanted} for its share"
        for short in choice.shortages
    ]
    if free := choice.wanted - count:
        slots = f"{free} {plural(free, 'slot')} left free"
        resting = ", ".join(one_line(theme.keyword) for theme in choice.resting)
        words.append(f"{slots}: {f'{resting} must rest' if resting else 'no more photos'}")
    return "; ".join(words)
