"""What is said in and below the calendar about a slot, or about a day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from fluffy_tui.tui.plan.plan_cells import FREE, Cell, PlanDay
from fluffy_tui.tui.text.post_state import photo_count_words, state_words
from fluffy_tui.tui.text.times import both_zones, relative_time
from fluffy_tui.tui.text.words import one_line, plural

if TYPE_CHECKING:
    from datetime import tzinfo

    from fluffy_tui.tui.session.context import Context

NO_SLOT = "There is nothing here: no slots and no posts in these two weeks."


def slot_lines(
    cell: Cell | None,
    context: Context,
    zone: tzinfo,
    *,
    is_main: bool,
    is_target: bool = False,
    results: str = "",
) -> list[str]:
    """Describe a slot and its post, and how posts in the slot did, or what can be done with a free one.

    Slots of the main channel are for posts on all channels. While a post is on the move (`is_target`), a free slot is
    only where it may go.
    """
    if cell is None:
        return [NO_SLOT]
    now, own_zone = context.clock(), context.zone
    when = f"{both_zones(cell.at, now, zone, own_zone)} · {relative_time(cell.at, now)}"
    if cell.planned is None and is_target:
        return [when, "", "free slot"]
    if cell.planned is None:
        selection = context.selection
        hint = (
            f"free slot: {{plan.open}} writes a post{f' of {selection.phrase}' if selection else ''} for it"
        )
        each = " with one each" if len(selection) > 1 else ""
        hint += (
            f", {{plan.fill}} fills the upcoming free slots{each}" if is_main else ", on this channel alone"
        )
        return [when, results, context.with_keys(hint)]
    post = cell.planned.post
    state = state_words(post, now, zone, own_zone)
    expected = " · expected here by the channel's schedule" if cell.planned.is_forecast else ""
    about = [state + expected, *[results] * bool(results), photo_count_words(post), one_line(post.caption)]
    return [when, *about]


def nothing_words(day: PlanDay) -> str:
    """Return what is said in a day without slots and posts; nothing in one that is past."""
    if day.is_past:
        return ""
    return "none left" if day.had_slots else "no slots"


def day_lines(day: PlanDay | None, context: Context) -> list[str]:
    """Describe a day: how many posts are in which state, how many slots are free, and each of the posts."""
    if day is None:
        return []
    counts = Counter(cell.state.name for cell in day.cells if cell.planned)
    parts = [f"{count} {name}" for name, count in counts.items()]
    if free := sum(cell.planned is None for cell in day.cells):
        parts.append(f"{free} {FREE.name} {plural(free, 'slot')}")
    today = " · today" if day.is_today else ""
    title = f"{day.date:%A} {day.date.day} {day.date:%B}{today} · "
    posts = [
        f"{cell.at:%H:%M} {cell.state.sign} {one_line(cell.planned.post.caption)}"
        for cell in day.cells
        if cell.planned
    ]
    with_what = "day with its slots" if free else "day with its posts" if day.cells else "week"
    hint = context.with_keys(f"{{plan.open}} shows this {with_what}")
    return [title + (" · ".join(parts) or nothing_words(day) or "no posts"), *(posts or [""]), hint]
