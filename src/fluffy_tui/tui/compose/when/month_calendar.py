"""A month with a chosen day, as a small table."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

_CELL = 4
"""Columns of a day."""
_HEAD = 2
"""Lines above the first week."""
_WEEKS = 6
"""The most that a month has days in."""


class MonthCalendar(Widget):
    """The month of the chosen day, Monday first; a click chooses another day, from today (marked) to the last."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "calendar--month",
        "calendar--day",
        "calendar--full",
        "calendar--today",
        "calendar--chosen",
    }
    DEFAULT_CSS = """
    MonthCalendar {
        width: 28;
        height: 8;
        & > .calendar--month { text-style: bold; }
        & > .calendar--day { color: $foreground; }
        & > .calendar--full { color: $foreground-muted; }
        & > .calendar--today { color: $text-primary; text-style: bold underline; }
        & > .calendar--chosen { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """

    day: reactive[date] = reactive(date.min, init=False)

    @dataclass
    class Chosen(Message):
        """Another day was chosen."""

        day: date

    def __init__(self, today: date, last: date, day: date) -> None:
        super().__init__()
        self._today, self._last = today, last
        self._free: Collection[date] = ()
        self._taken: Collection[date] = ()
        self.set_reactive(MonthCalendar.day, day)

    @property
    def weeks(self) -> list[list[date]]:
        """The weeks of the month, whole, so that they begin and end in the months around it."""
        return Calendar().monthdatescalendar(self.day.year, self.day.month)

    def validate_day(self, day: date) -> date:
        """Keep to the days that can be chosen."""
        return min(max(day, self._today), self._last)

    def watch_day(self, day: date) -> None:
        self.post_message(self.Chosen(day))

    def show_day(self, day: date) -> None:
        """Show another day as the chosen one, without announcing it."""
        self.set_reactive(MonthCalendar.day, self.validate_day(day))
        self.refresh()

    def mark(self, free: Collection[date], taken: Collection[date]) -> None:
        """Show which days have free slots, and which have posts."""
        self._free, self._taken = free, taken
        self.refresh()

    def render(self) -> Content:
        title = f"{self.day:%B %Y}".center(7 * _CELL).rstrip()
        names = "".join(f" {day:%a}"[:3] + " " for day in self.weeks[0])
        lines = [
            Content.styled(title, self.get_visual_style("calendar--month")),
            Content.styled(names, self.get_visual_style("calendar--full")),
            *(Content("").join(map(self._cell, week)) for week in self.weeks),
        ]
        return Content("\n").join(lines)

    def _cell(self, day: date) -> Content:
        if day.month != self.day.month:
            return Content(" " * _CELL)
        if day == self.day:
            return Content.styled(f"‹{day.day:>2}›", self.get_visual_style("calendar--chosen"))
        tone = "today" if day == self._today else "day" if day in self._free else "full"
        number = Content.styled(f"{day.day:>2}", self.get_visual_style(f"calendar--{tone}"))
        mark = Content.styled("•" if day in self._taken else " ", self.get_visual_style("calendar--full"))
        return Content(" ").append(number).append(mark)

    def on_click(self, event: events.Click) -> None:
        offset, weeks = event.get_content_offset(self), self.weeks
        if offset is None or not _HEAD <= offset.y < _HEAD + len(weeks):
            return
        day = weeks[offset.y - _HEAD][min(6, offset.x // _CELL)]
        if day.month == self.day.month:
            self.day = day
