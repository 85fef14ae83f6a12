"""How a filter is parsed, and how it is described."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.photos import Browse, Flaw, Orientation, Posted, Sort, Verdict
from fluffy_tui.tui.text.day_parser import DateNotUnderstood
from fluffy_tui.tui.text.filter_query import filter_chips, parse_filter, parse_period

TODAY = date(2026, 11, 29)
DRAFTS = frozenset({"a" * 64, "b" * 64})
"""A Sunday."""


def day(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Browse()),
        ("beach", Browse(text="beach")),
        ("img 2041", Browse(text="img 2041")),
        ("Picked", Browse(verdict=Verdict.PICK)),
        ("rejected portrait", Browse(verdict=Verdict.REJECT, orientation=Orientation.PORTRAIT)),
        ("unflagged", Browse(verdict=Verdict.UNDECIDED)),
        ("undecided", Browse(verdict=Verdict.UNDECIDED)),
        ("missing all", Browse(missing=True, posted=Posted.ALL)),
        ("never", Browse(posted=Posted.NEVER)),
        ('"square"', Browse(text="square")),
        ("#fog", Browse(keywords=("fog",))),
        ('#"black sand" #fog pier', Browse(keywords=("black sand", "fog"), text="pier")),
        ("＃霧 #", Browse(keywords=("霧",))),
        ('#"', Browse()),
        ("text:invoice", Browse(shown_words=("invoice",))),
        (
            'TEXT:"total due" text:4711 pier "text:x"',
            Browse(shown_words=("total due", "4711"), text="pier text:x"),
        ),
        ("text: context:x", Browse(text="context:x")),
        ("Screenshot picked", Browse(screenshots=True, verdict=Verdict.PICK)),
        ("Draft never", Browse(contents=DRAFTS, posted=Posted.NEVER)),
        ('drafts "draft"', Browse(contents=DRAFTS, text="draft")),
        ('"screenshot"', Browse(text="screenshot")),
        ("stars>=3", Browse(stars=(3, 5))),
        ("★3", Browse(stars=(3, 5))),
        ("★★★", Browse(stars=(3, 5))),
        ("Stars=3 picked", Browse(stars=(3, 3), verdict=Verdict.PICK)),
        ("stars<3", Browse(stars=(0, 2))),
        ("★<=4", Browse(stars=(0, 4))),
        (">3", Browse(stars=(4, 5))),
        ("stars=0", Browse(stars=(0, 0))),
        ("stars stars>=9 ★9", Browse(text="stars stars>=9 ★9")),
        ('"square', Browse(text="square")),
        ('"', Browse()),
        ("2026-12", Browse(taken_from=day(2026, 12, 1), taken_before=day(2027, 1, 1))),
        ("2026", Browse(taken_from=day(2026, 1, 1), taken_before=day(2027, 1, 1))),
        ("2026-3-29", Browse(taken_from=day(2026, 3, 29), taken_before=day(2026, 3, 30))),
        ("2025..2026-03", Browse(taken_from=day(2025, 1, 1), taken_before=day(2026, 4, 1))),
        ('"2026-13"', Browse(text="2026-13")),
        ("2026-", Browse(text="2026-")),
        ("2041", Browse(text="2041")),
        ('"2026"', Browse(text="2026")),
        ("may 2023", Browse(taken_from=day(2023, 5, 1), taken_before=day(2023, 6, 1))),
        ("2023 May", Browse(taken_from=day(2023, 5, 1), taken_before=day(2023, 6, 1))),
        ("24 may 2023", Browse(taken_from=day(2023, 5, 24), taken_before=day(2023, 5, 25))),
        ("24 dec", Browse(taken_from=day(2025, 12, 24), taken_before=day(2025, 12, 25))),
        ("24.5.2023", Browse(taken_from=day(2023, 5, 24), taken_before=day(2023, 5, 25))),
        ("may 2023..june 2024", Browse(taken_from=day(2023, 5, 1), taken_before=day(2024, 7, 1))),
        ("last week", Browse(taken_from=day(2026, 11, 16), taken_before=day(2026, 11, 23))),
        ("this month", Browse(taken_from=day(2026, 11, 1), taken_before=day(2026, 12, 1))),
        ("yesterday", Browse(taken_from=day(2026, 11, 28), taken_before=day(2026, 11, 29))),
        (
            "picked dec 2025 beach",
            Browse(
                verdict=Verdict.PICK, text="beach", taken_from=day(2025, 12, 1), taken_before=day(2026, 1, 1)
            ),
        ),
        ("may", Browse(text="may")),
        ("sun", Browse(text="sun")),
        ("last", Browse(text="last")),
        ("12-24", Browse(text="12-24")),
        ('"may" 2023', Browse(text="may", taken_from=day(2023, 1, 1), taken_before=day(2024, 1, 1))),
        ("13 monkeys", Browse(text="13 monkeys")),
        ("31 beaches", Browse(text="31 beaches")),
        ('"31 feb 2023" beach', Browse(text="31 feb 2023 beach")),
    ],
)
def test_filters(typed: str, expected: Browse) -> None:
    assert parse_filter(typed, Browse(), TODAY, DRAFTS) == expected


def test_the_order_and_the_verdict_of_the_base_are_kept() -> None:
    base = Browse(sort=Sort.NAME, descending=False, verdict=Verdict.UNDECIDED, text="old")
    assert parse_filter("new", base, TODAY) == Browse(
        sort=Sort.NAME, descending=False, verdict=Verdict.UNDECIDED, text="new"
    )
    assert parse_filter("picked", base, TODAY).verdict is Verdict.PICK


@pytest.mark.parametrize(
    "typed",
    ["31 nov", "picked 31 feb 2023 beach", "30.2.2026", "2026-13", "1 nov..31 nov", "mon 29 nov 2026"],
)
def test_a_date_that_does_not_exist_is_refused_as_in_the_composer(typed: str) -> None:
    with pytest.raises(DateNotUnderstood) as caught:
        parse_filter(typed, Browse(), TODAY)
    assert caught.value.hint == "Put the words in quotes to search for them."


@given(st.text(max_size=40))
def test_no_filter_is_another_error(typed: str) -> None:
    with suppress(DateNotUnderstood):
        filter_chips(parse_filter(typed, Browse(), TODAY))


@pytest.mark.parametrize("typed", ["a\0b", '#"a\0b"', "text:a\0b", "\ud800"])
def test_no_filter_looks_for_what_no_database_can_hold(typed: str) -> None:
    assert not UNSAFE.search(repr(filter_chips(parse_filter(typed, Browse(), TODAY))))
    assert "\\x00" not in repr(parse_filter(typed, Browse(), TODAY))


@pytest.mark.parametrize("typed", ["", "soon", "2026-02-30", "0000", "9999", "26-1-1", "31 nov", "13/45"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(DateNotUnderstood):
        parse_period(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "unscheduled · newest first"),
        ("picked portrait beach", "unscheduled · picked · portrait · “beach” · newest first"),
        ("all missing 2026-11-03", "all photos · missing · 2026-11-03 · newest first"),
        ('screenshot text:"total due"', "unscheduled · screenshots · text:total due · newest first"),
        ("draft", "unscheduled · drafts · newest first"),
        ("never 2026-11", "never scheduled · 2026-11-01..2026-11-30 · newest first"),
    ],
)
def test_descriptions(typed: str, words: str) -> None:
    chips = filter_chips(parse_filter(typed, Browse(), TODAY))
    assert " · ".join(text for text, _ in chips) == words


def test_flaws_are_words_of_the_filter_and_a_photo_has_to_have_all_of_them() -> None:
    browse = parse_filter("soft Dark beach", Browse(), TODAY)
    assert browse == Browse(flaws=frozenset({Flaw.SOFT, Flaw.DARK}), text="beach")
    assert [words for words, _ in filter_chips(browse)] == [
        "unscheduled", "soft", "dark", "“beach”", "newest first",
    ]  # fmt: skip
    assert parse_filter('"bright"', Browse(), TODAY) == Browse(text="bright")


def test_faces_and_closed_eyes_are_words_of_the_filter() -> None:
    browse = parse_filter("Faces eyes-closed", Browse(), TODAY)
    assert browse == Browse(flaws=frozenset({Flaw.EYES_CLOSED}), faces=True)
    assert browse.needs_scores
    assert browse.is_filtered
    assert [words for words, _ in filter_chips(browse)] == [
        "unscheduled", "eyes-closed", "faces", "newest first",
    ]  # fmt: skip
