"""What the calendar says where there is no slot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from fluffy_tui.scheduling import Agenda
from fluffy_tui.tui.plan.plan_cells import days_of
from fluffy_tui.tui.plan.slot_words import nothing_words
from tui.fakes import CHANNELS, NOW

MONDAY = date(2027, 1, 11)


def test_days_say_why_they_have_no_slots() -> None:
    evening = datetime(2027, 1, 13, 1, tzinfo=UTC)  # Tuesday, 20:00 in New York
    days = days_of(Agenda(CHANNELS[0], (), evening), MONDAY, 7)
    assert [nothing_words(day) for day in days] == ["", "none left", *["no slots"] * 5]
    without = days_of(Agenda(replace(CHANNELS[0], posting_schedule=()), (), NOW), MONDAY, 7)
    assert [nothing_words(day) for day in without] == ["", *["no slots"] * 6]
