"""Reading what a model answers: only cleaned texts come out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from caption_model.model_server import ALT_TEXT, CAPTIONS, completion, suggestions
from fluffy_tui.caption_model.answer_reader import (
    LONGEST_TEXT,
    Unreadable,
    clean_text,
    read_answer,
    read_detail,
    read_models,
)
from fluffy_tui.caption_model.errors import ModelFault


def read(completion: Any) -> tuple[tuple[str, ...], str]:
    return read_answer(json.dumps(completion).encode())


def answer(captions: object = CAPTIONS, alt_text: object = ALT_TEXT) -> str:
    return json.dumps({"captions": captions, "alt_text": alt_text})


@pytest.mark.parametrize(
    "content",
    [
        answer(),
        f"```json\n{answer()}\n```",
        f"```\n{answer()}\n```",
        f"```json\n\n  {answer()}```\n",
        f"<think>Three, then.</think>\n{answer()}",
    ],
)
def test_an_answer_is_read_however_models_wrap_it(content: str) -> None:
    assert read(completion(content)) == (CAPTIONS, ALT_TEXT)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, ModelFault.WRONG_ANSWER),
        ([], ModelFault.WRONG_ANSWER),
        ({"choices": []}, ModelFault.WRONG_ANSWER),
        ({"choices": [{"message": "x"}]}, ModelFault.WRONG_ANSWER),
        (completion(None), ModelFault.NO_CAPTIONS),
        (completion(""), ModelFault.NO_CAPTIONS),
        (completion("{"), ModelFault.WRONG_ANSWER),
        (completion(f"Sure! {answer()}"), ModelFault.WRONG_ANSWER),
        (completion(answer(captions="one")), ModelFault.WRONG_ANSWER),
        (completion(answer(captions=[{"text": "one"}])), ModelFault.WRONG_ANSWER),
        (completion(answer(alt_text=None)), ModelFault.WRONG_ANSWER),
        (completion(answer(captions=[" ", "\u200b"])), ModelFault.NO_CAPTIONS),
        (completion(answer(), finish_reason="length"), ModelFault.CUT_OFF),
    ],
)
def test_anything_else_is_refused_with_the_reason(body: Any, fault: ModelFault) -> None:
    with pytest.raises(Unreadable) as caught:
        read(body)
    assert caught.value.fault is fault


@pytest.mark.parametrize("body", [b"\xff", b"", b"null", b"[" * 200_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_answer(body)


def test_more_captions_than_asked_for_and_equal_ones_are_left_out() -> None:
    assert read(suggestions(["a", "a ", "b", "c", "d"]))[0] == ("a", "b", "c")


def test_of_thousands_of_captions_only_the_first_are_looked_at() -> None:
    looked_at = [" ", *["a"] * 18, "b"]
    assert read(suggestions([*looked_at, *map(str, range(50_000))]))[0] == ("a", "b")


def test_a_quoted_answer_of_nothing_but_lines_is_refused_at_once() -> None:
    with pytest.raises(Unreadable):
        read(completion(f"```json{chr(10) * 100_000}x```"))


def test_a_text_that_is_far_too_long_is_left_out() -> None:
    assert read(suggestions(["x" * (LONGEST_TEXT + 1), "b"], "y" * (LONGEST_TEXT + 1))) == (("b",), "")


def test_an_alt_text_is_one_paragraph() -> None:
    assert read(suggestions(alt_text="fog\nand sea"))[1] == "fog and sea"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x1b]52;c;eA==\x07b", "a]52;c;eA==b"),
        ("a\u202eb\u2066c\u200e", "abc"),
        ("a\u200bb\ufeff\u00adc", "abc"),
        ("p\u200day\u200cpal", "paypal"),
        ("👩\u200d👧 می\u200cخواهم", "👩\u200d👧 می\u200cخواهم"),
        ("\u200d👩", "👩"),
        ("a\U000e0041\U000e0042", "a"),
        ("one \r\n\u2028\n\n\ntwo\t", "one\n\ntwo"),
        ("lone \ud800 half", "lone  half"),
    ],
)
def test_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


def test_what_a_server_says_is_one_short_line_without_the_key() -> None:
    body = json.dumps({"error": {"message": f"key abc\nis {'x' * 500}"}}).encode()
    detail = read_detail(body, "abc")
    assert detail.startswith("key [key] is xxx")
    assert len(detail) == 201
    assert read_detail(json.dumps({"error": "plain"}).encode(), "") == "plain"
    assert [read_detail(body, "") for body in (None, b"<html>", b"[]", b'{"error": 1}')] == [""] * 4


def test_names_of_models_are_plain() -> None:
    body = {"data": [{"id": "llava"}, {"id": "\x1bx"}, {"id": 1}, {}, "x", {"id": ""}]}
    assert read_models(json.dumps(body).encode()) == ["llava"]
