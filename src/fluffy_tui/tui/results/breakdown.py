"""How posts did by channel, week, weekday, hour, shape and hashtag, as lines of text."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from fluffy_tui.photos import Orientation
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.text.results_words import count_words, metric_words, ratio_words
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from fluffy_tui.scheduling import ChannelMedian, Comparison, CountedPost, Group

    Zone = Callable[[str], tzinfo]
    """Returns the time zone of a channel."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKS = 52
"""The weeks whose posts are counted."""
TAGS = 12
"""Hashtags that are shown; the others did worse."""
LABEL_WIDTH = 18
RATIO_WIDTH = 7
COUNT_WIDTH = 10
LONGEST_BAR = 32
_STEPS = "▁▂▃▄▅▆▇█"
_NONE = "·"


class BreakdownPane(VerticalScroll):
    """Scrolls the breakdown with the keys of a list."""

    BINDINGS = bindings(Place.LIST)

    class Resized(Message):
        """There is another number of columns."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def action_cursor_down(self) -> None:
        self.scroll_down(animate=False)

    def action_cursor_up(self) -> None:
        self.scroll_up(animate=False)

    def action_first(self) -> None:
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        self.scroll_end(animate=False)


def breakdown(
    comparison: Comparison, now: datetime, zone: Zone, name: Callable[[str], str], room: int
) -> Content:
    """Return all sections in so many columns, given functions for zone and name of a channel."""
    weeks = comparison.grouped(lambda post: [_monday(post, zone)], few=1)
    weekdays = comparison.grouped(lambda post: [post.at.astimezone(zone(post.channel_id)).weekday()])
    hours = comparison.grouped(lambda post: [post.at.astimezone(zone(post.channel_id)).hour])
    shapes = comparison.grouped(lambda post: [post.shape] if post.shape else [])
    tags = comparison.grouped(lambda post: post.hashtags)
    sections = [
        _section("Median of each channel", _channels(comparison.channels, name, room)),
        _section("Over time", _plot(weeks, now, room)),
        _section("Weekday", _rows(weekdays, range(7), WEEKDAYS.__getitem__, room)),
        _section("Hour, by the channel's clock", _rows(hours, range(24), "{:02}:00".format, room)),
        _section("Shape", _rows(shapes, Orientation, str, room)),
        _section("Hashtags", _rows(tags, _best_known(tags), one_line, room)),
    ]
    return Content("\n\n").join(section for section in sections if section)


def sparkline(values: Sequence[float | None]) -> str:
    """Return values from nothing to the largest as a line of bars; a dot where there is none."""
    top = max((value for value in values if value is not None), default=0.0) or 1.0
    last = len(_STEPS) - 1
    return "".join(_NONE if value is None else _STEPS[round(value / top * last)] for value in values)


def _section(title: str, lines: Iterable[Content]) -> Content:
    found = list(lines)
    return Content("\n").join([Content.styled(title, "bold"), *found]) if found else Content("")


def _channels(channels: Iterable[ChannelMedian], name: Callable[[str], str], room: int) -> Iterator[Content]:
    for one in channels:
        why_not = "" if one.is_comparable else ": too few" if one.is_of_few else ": too low to compare"
        words = f"{metric_words(one.metric)} · {count_words(one.count)}{why_not}"
        yield _labelled(name(one.channel_id), Content(words), room)


def _rows(
    groups: Mapping[Any, Group[Any]], order: Iterable[Any], label: Callable[[Any], str], room: int
) -> Iterator[Content]:
    """Return a line for each group that is known, and one for all others."""
    listed = [groups[key] for key in order if key in groups]
    known = [(group, group.ratio) for group in listed if group.ratio is not None]
    top = max((ratio for _, ratio in known), default=0.0) or 1.0
    bar_room = min(LONGEST_BAR, room - _label_width(room) - RATIO_WIDTH - COUNT_WIDTH - 1)
    for group, ratio in known:
        length = max(1, round(ratio / top * bar_room)) if bar_room > 0 else 0
        bar = Content.styled("█" * length, "$primary") + " " * (max(0, bar_room - length) + 1)
        numbers = f"{ratio_words(ratio):<{RATIO_WIDTH}}"
        count = Content.styled(count_words(group.count), "$foreground-muted")
        yield _labelled(label(group.key), Content.assemble(bar, numbers, count), room)
    if few := [label(group.key) for group in listed if group.ratio is None]:
        words = f"too few posts to say: {', '.join(few)}"
        yield Content.styled(words, "$foreground-muted")


def _plot(weeks: Mapping[date, Group[date]], now: datetime, room: int) -> Iterator[Content]:
    """Return a column for each week up to the present one, and what it shows."""
    if not weeks:
        return
    monday = now.date() - timedelta(days=now.weekday())
    first, last = min(weeks), max([*weeks, monday])
    shown = [last - timedelta(days=7 * number) for number in reversed(range(min(WEEKS, room)))]
    days = [day for day in shown if day >= first]
    ratios = [weeks[day].ratio if day in weeks else None for day in days]
    known = [ratio for ratio in ratios if ratio is not None]
    if not known:
        return
    yield Content.styled(sparkline(ratios), "$primary")
    span = f"{ratio_words(min(known))} to {ratio_words(max(known))}"
    words = f"each week's median from {days[0].day} {days[0]:%b %Y} on: {span}, {_NONE} no posts"
    yield Content.styled(words, "$foreground-muted")


def _best_known(tags: Mapping[str, Group[str]]) -> list[str]:
    """Return the hashtags that did best; those of which too few posts are known are left out."""
    known = {tag: group.ratio for tag, group in tags.items() if group.ratio is not None}
    return sorted(known, key=lambda tag: (-known[tag], tag))[:TAGS]


def _monday(post: CountedPost, zone: Zone) -> date:
    day = post.at.astimezone(zone(post.channel_id)).date()
    return day - timedelta(days=day.weekday())


def _labelled(label: str, words: Content, room: int) -> Content:
    width = _label_width(room)
    head = Content(label).truncate(width - 1, ellipsis=True)
    return Content.assemble(head, " " * (width - head.cell_length), words)


def _label_width(room: int) -> int:
    return min(LABEL_WIDTH, max(13, room // 4))
