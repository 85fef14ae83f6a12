"""What is typed into the filter, and how it is said back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluffy_tui.photos import Browse, Orientation, Posted, Sort, Verdict
from fluffy_tui.tui.library.filter_query import NoDate, browse_for, browse_words, period

ZONE = ZoneInfo("Europe/Berlin")


def day(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Browse()),
        ("beach", Browse(text="beach")),
        ("img 2041", Browse(text="img 2041")),
        ("Picked", Browse(verdict=Verdict.PICK)),
        ("rejected portrait", Browse(verdict=Verdict.REJECT, orientation=Orientation.PORTRAIT)),
        ("missing all", Browse(missing=True, posted=Posted.ALL)),
        ("never", Browse(posted=Posted.NEVER)),
        ('"square"', Browse(text="square")),
        ('"square', Browse(text="square")),
        ('"', Browse()),
        ("2026-12", Browse(taken_from=day(2026, 12, 1), taken_before=day(2027, 1, 1))),
        ("2026", Browse(taken_from=day(2026, 1, 1), taken_before=day(2027, 1, 1))),
        ("2026-3-29", Browse(taken_from=day(2026, 3, 29), taken_before=day(2026, 3, 30))),
        ("2025..2026-03", Browse(taken_from=day(2025, 1, 1), taken_before=day(2026, 4, 1))),
        ("2026-13", Browse(text="2026-13")),
        ("2026-", Browse(text="2026-")),
        ("2041", Browse(text="2041")),
        ('"2026"', Browse(text="2026")),
    ],
)
def test_words(typed: str, expected: Browse) -> None:
    assert browse_for(typed, Browse(), ZONE) == expected


def test_the_order_and_a_verdict_chosen_by_key_are_kept() -> None:
    base = Browse(sort=Sort.NAME, descending=False, verdict=Verdict.UNDECIDED, text="old")
    assert browse_for("new", base, ZONE) == Browse(
        sort=Sort.NAME, descending=False, verdict=Verdict.UNDECIDED, text="new"
    )
    assert browse_for("picked", base, ZONE).verdict is Verdict.PICK


@given(st.text(max_size=40))
def test_nothing_typed_is_an_error(typed: str) -> None:
    browse_words(browse_for(typed, Browse(), ZONE), ZONE)


@pytest.mark.parametrize("typed", ["", "soon", "2026-02-30", "0000", "26-1-1"])
def test_no_dates(typed: str) -> None:
    with pytest.raises(NoDate):
        period(typed, ZONE)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "unscheduled · newest first"),
        ("picked portrait beach", "unscheduled · picked · portrait · “beach” · newest first"),
        ("all missing 2026-11-03", "all photos · missing · 2026-11-03 · newest first"),
        ("never 2026-11", "never scheduled · 2026-11-01..2026-11-30 · newest first"),
    ],
)
def test_said_back(typed: str, words: str) -> None:
    assert browse_words(browse_for(typed, Browse(), ZONE), ZONE) == words
