"""The days of a calendar: which slots are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from fluffy_tui.scheduling import Agenda
from fluffy_tui.tui.plan.plan_cells import days_of, monday_of
from tui.fakes import CHANNELS, NOW

SUNDAY = date(2027, 1, 17)


def test_the_week_of_a_day_starts_on_monday() -> None:
    assert monday_of(SUNDAY) == monday_of(monday_of(SUNDAY)) == date(2027, 1, 11)


def test_a_day_has_the_slots_that_are_still_to_come() -> None:
    evening = datetime(2027, 1, 13, 1, tzinfo=UTC)  # Tuesday, 20:00 in New York
    days = days_of(Agenda(CHANNELS[0], (), evening), monday_of(SUNDAY), 7)
    assert [len(day.cells) for day in days] == [0, 0, 2, 2, 2, 0, 0]
    assert [day.date.day for day in days if day.is_today] == [12]
    assert [day.date.day for day in days if day.had_slots] == [12]


def test_a_slot_at_midnight_belongs_to_its_day_only() -> None:
    channel = replace(
        CHANNELS[0], posting_schedule=(replace(CHANNELS[0].posting_schedule[0], times=("00:00",)),)
    )
    monday = date(2027, 1, 18)
    for first, count in ((monday, 1), (SUNDAY, 1)):
        [day] = days_of(Agenda(channel, (), NOW), first, count)
        assert len(day.cells) == (first == monday)
