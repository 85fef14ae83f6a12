"""Answers of the terminal are never taken for keys, however late and in however many pieces they come."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st
from textual.events import Key

from fluffy_tui.tui.platform.terminal_input import (
    EXPECT_SECONDS,
    HOLD_KEY_SECONDS,
    HOLD_SECONDS,
    PASTE_BEGINS,
    PASTE_ENDS,
    PASTE_SECONDS,
    InputSieve,
)
from textual_internals import typed_events

ANSWERS = "\x1b_Gi=1;OK\x1b\\\x1b[6;20;10t\x1b[?62;4;22c"
KEYS = (
    "j",
    "?",
    "1",
    "\r",
    "\x1b[A",
    "\x1b[1;5C",
    "\x1bOP",
    "\x1b[15~",
    "\x1b[97;5u",
    "é",
    "\x1b[<0;3;4M",
    "\x1b[I",
)


def fed(sieve: InputSieve, *pieces: str, now: float = 0.0) -> str:
    """Feed pieces one after the other; return what was typed."""
    return "".join(sieve.feed(piece, now) for piece in pieces)


def pieces_of(text: str, cuts: set[int]) -> list[str]:
    """Cut a text at these places."""
    places = [0, *sorted(cut for cut in cuts if 0 < cut < len(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(places)]


@given(
    st.lists(st.sampled_from(KEYS)), st.lists(st.sampled_from(KEYS)), st.sets(st.integers(0, 80), max_size=6)
)
def test_answers_in_pieces_between_keys_are_taken_out(
    before: list[str], after: list[str], cuts: set[int]
) -> None:
    sieve = InputSieve()
    sieve.expect(0.0)
    text = "".join(before) + ANSWERS + "".join(after)
    typed = fed(sieve, *pieces_of(text, cuts)) + sieve.expired(HOLD_SECONDS)
    assert typed == "".join(before + after)
    assert sieve.take_answers() == [ANSWERS]
    assert sieve.take_answers() == []


@given(st.lists(st.sampled_from([*KEYS, "\x1b"])))
def test_keys_pass_at_once_and_unchanged(keys: list[str]) -> None:
    sieve = InputSieve()
    assert [sieve.feed(key, 0.0) for key in keys] == keys


@given(st.lists(st.sampled_from(KEYS)), st.sets(st.integers(0, 60)))
def test_keys_in_pieces_are_unchanged(keys: list[str], cuts: set[int]) -> None:
    sieve = InputSieve()
    text = "".join(keys)
    assert fed(sieve, *pieces_of(text, cuts)) + sieve.expired(HOLD_SECONDS) == text


@pytest.mark.parametrize(
    ("xterms", "kittys", "key"),
    [
        ("\x1b[27;5;9~", "\x1b[9;5u", "ctrl+tab"),
        ("\x1b[27;2;13~", "\x1b[13;2u", "shift+enter"),
        ("\x1b[27;5;13~", "\x1b[13;5u", "ctrl+enter"),
    ],
)
def test_a_key_in_xterms_form_is_no_escape(xterms: str, kittys: str, key: str) -> None:
    """As tmux writes them with extended keys; an escape would close the composer."""
    assert fed(InputSieve(), f"a{xterms}b") == f"a{kittys}b"
    [read] = typed_events(kittys)
    assert isinstance(read, Key)
    assert read.key == key
    pasted = fed(InputSieve(), f"{PASTE_BEGINS}{xterms}{PASTE_ENDS}")
    assert kittys not in pasted


def test_escape_is_not_held_unless_an_answer_is_due() -> None:
    sieve = InputSieve()
    assert sieve.feed("\x1b", 0.0) == "\x1b"
    sieve.expect(1.0)
    assert sieve.feed("\x1b", 1.0) == ""
    assert sieve.expired(1.0 + HOLD_KEY_SECONDS) == "\x1b"
    assert sieve.feed("\x1b", 1.0 + EXPECT_SECONDS) == "\x1b"


@pytest.mark.parametrize("key", ["\x1b_", "\x1bP", "\x1b]", "\x1b["])
def test_a_key_with_alt_comes_a_moment_later(key: str) -> None:
    sieve = InputSieve()
    assert sieve.feed(key, 0.0) == ""
    assert sieve.expired(HOLD_KEY_SECONDS / 2) == ""
    assert sieve.expired(HOLD_KEY_SECONDS) == key


@pytest.mark.parametrize("beginning", ["\x1b_Gi=1;O", "\x1b[?62;4", "\x1bP>|tmux", "\x1b]11;rgb:1/2"])
def test_an_answer_that_never_ends_is_dropped(beginning: str) -> None:
    sieve = InputSieve()
    assert sieve.feed(beginning, 0.0) == ""
    assert sieve.expired(HOLD_SECONDS / 2) == ""
    assert sieve.expired(HOLD_SECONDS) == ""
    assert sieve.feed("j", HOLD_SECONDS) == "j"


def test_an_escape_sequence_in_a_paste_loses_its_escape() -> None:
    sieve = InputSieve()
    pasted = f"{PASTE_BEGINS}a\x1b[31mred\x1bq{PASTE_BEGINS}z{PASTE_ENDS}"
    harmless = f"{PASTE_BEGINS}a[31mredq[200~z{PASTE_ENDS}"
    assert fed(sieve, pasted) == harmless
    assert fed(sieve, *pasted) == harmless


def test_a_paste_without_an_end_ends_after_a_pause() -> None:
    sieve = InputSieve()
    typed = fed(sieve, PASTE_BEGINS, "x" * 200_000, "\x00")
    assert typed == PASTE_BEGINS + "x" * 200_000 + "\x00"
    assert sieve.expired(PASTE_SECONDS / 2) == ""
    assert sieve.expired(PASTE_SECONDS) == PASTE_ENDS
    assert sieve.feed("\x1b", PASTE_SECONDS) == "\x1b"


@given(st.lists(st.text(st.sampled_from("\x1b[]_PG?;0123456789c~\\\x07xt$u")), max_size=8))
def test_no_input_is_too_odd(pieces: list[str]) -> None:
    sieve = InputSieve()
    fed(sieve, *pieces)
    sieve.expired(HOLD_SECONDS + PASTE_SECONDS)
    assert sieve.expired(2 * (HOLD_SECONDS + PASTE_SECONDS)) == ""
